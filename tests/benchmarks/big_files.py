"""Large simulated files, each with a plain numpy read of its DATA to measure against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tests.fcs.fcs_bytes import build_fcs, describe

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

N_EVENTS = 1_000_000
_PLACE = 4096  # of DATA, well behind any TEXT
_LOGARITHMIC = {f"P{n}E": "4,1" for n in range(1, 9)} | {f"P{n}R": "1024" for n in range(1, 9)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the events of a file are written, and how much slower than numpy it may be read."""

    data_type: str
    bits: int
    byte_order: Literal["<", ">"]
    n_parameters: int
    target: float
    logarithmic: bool = False

    @property
    def word(self) -> np.dtype:
        """Type numpy reads the bytes as, unswapped; single bytes where it has no such word."""
        if self.data_type == "F":
            return np.dtype("f4")
        return np.dtype(f"u{self.bits // 8}" if self.bits in {8, 16, 32, 64} else "u1")

    @property
    def matrix_bytes(self) -> int:
        """Size of the event matrix in float32."""
        return N_EVENTS * self.n_parameters * 4

    def write(self, path: Path) -> None:
        """Write the file, DATA at a fixed place."""
        rng = np.random.default_rng(20)
        data = self._floats(rng) if self.data_type == "F" else self._integers(rng)
        order = "1,2,3,4" if self.byte_order == "<" else "4,3,2,1"
        more = _LOGARITHMIC if self.logarithmic else {}
        keywords = describe(
            N_EVENTS,
            self.n_parameters,
            data_type=self.data_type,
            bits=self.bits,
            BYTEORD=order,
            BEGINDATA=str(_PLACE),
            ENDDATA=str(_PLACE + data.nbytes - 1),
            **more,
        )
        place = (_PLACE, _PLACE + data.nbytes - 1)
        head = build_fcs(keywords, b"", text_data=None, header_data=place)
        with path.open("wb") as file:
            file.write(head.ljust(_PLACE))
            data.tofile(file)

    def read_plainly(self, path: Path) -> npt.NDArray[np.generic]:
        """Read the same bytes as numpy does, neither swapped nor masked."""
        return np.fromfile(path, dtype=self.word, offset=_PLACE)

    def read_as_float32(self, path: Path) -> npt.NDArray[np.float32]:
        """Read with numpy alone: swapped and converted, neither masked nor made linear."""
        word = self.word.newbyteorder(self.byte_order)
        values = np.fromfile(path, dtype=word, offset=_PLACE).astype(np.float32, copy=False)
        return values.reshape(N_EVENTS, self.n_parameters)

    def _floats(self, rng: np.random.Generator) -> npt.NDArray[np.generic]:
        values = rng.normal(2000, 900, size=(N_EVENTS, self.n_parameters))
        return values.astype(f"{self.byte_order}f4")

    def _integers(self, rng: np.random.Generator) -> npt.NDArray[np.generic]:
        top = 1024 if self.logarithmic else min(262144, 1 << self.bits)
        values = rng.integers(0, top, size=(N_EVENTS, self.n_parameters), dtype=np.uint64)
        octets = values.astype("<u8").view(np.uint8).reshape(*values.shape, 8)
        octets = octets[..., : self.bits // 8]
        return np.ascontiguousarray(octets if self.byte_order == "<" else octets[..., ::-1])


KINDS = {
    "float32 LE x 20": Kind(data_type="F", bits=32, byte_order="<", n_parameters=20, target=1.2),
    "float32 BE x 20": Kind(data_type="F", bits=32, byte_order=">", n_parameters=20, target=1.9),
    "16 bit LE x 8": Kind(data_type="I", bits=16, byte_order="<", n_parameters=8, target=3.0),
    "16 bit BE x 8": Kind(data_type="I", bits=16, byte_order=">", n_parameters=8, target=3.0),
    "32 bit LE x 8": Kind(data_type="I", bits=32, byte_order="<", n_parameters=8, target=3.0),
    "32 bit BE x 8": Kind(data_type="I", bits=32, byte_order=">", n_parameters=8, target=3.0),
    "24 bit BE x 8": Kind(data_type="I", bits=24, byte_order=">", n_parameters=8, target=3.0),
    "10 bit log BE x 8": Kind(
        data_type="I", bits=16, byte_order=">", n_parameters=8, target=3.0, logarithmic=True
    ),
}
MEMORY_TARGET = 1.2
"""Peak memory in multiples of the event matrix."""
