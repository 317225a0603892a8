"""Files made to exhaust a reader, and what reading one takes in a process of its own.

``python -m tests.fuzz.bounded READING FOLDER`` reads ``file.fcs`` there and prints seconds,
megabytes above the start, and what became of the file.
"""

from __future__ import annotations

import gzip
import os
import re
import resource
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowpheno.errors import FcsError
from flowpheno.fcs.reader import inspect_file, read_dataset
from flowpheno.reading.list_mode import read_fcs
from tests.fcs.fcs_bytes import build_fcs, build_header, build_text, describe, float_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VALUES = [[1.0, 2.0], [3.0, 4.0]]
GIGABYTE = 1 << 30
_LARGEST_OFFSET = 99_999_999
_TEXT_ROOM = 15_900_000  # TEXT is refused beyond 16,000,000 bytes
_MOST_PARAMETERS = 10_000


def _float_file(**keywords: str) -> bytes:
    return float_file(VALUES, **keywords)


def _text_file(text: bytes) -> bytes:
    """HEADER and a TEXT segment of these bytes; no DATA."""
    return build_header("FCS3.1", 58, 57 + len(text), 0, 0, 0, 0) + text


def _many_parameters(n: int, **each: str) -> bytes:
    """One event of many parameters; braces in a value are its number."""
    more: dict[str, Any] = {
        key.replace("n", str(k)): v.format(k) for k in range(1, n + 1) for key, v in each.items()
    }
    return build_fcs(describe(1, n, data_type="I", bits=16, **more), bytes(2 * n))


def _many_datasets(n: int) -> bytes:
    one = _float_file(NEXTDATA="0000")
    return one.replace(b"0000", f"{len(one):04d}".encode(), 1) * n


def _long_supplement() -> bytes:
    return _float_file(BEGINSTEXT="400", ENDSTEXT=str(GIGABYTE + 399))


def _characters(n: int) -> bytes:
    keywords = describe(n // 2, 1, data_type="A", P1B="*")
    return build_fcs(keywords, b"1 " * (n // 2))


def _packed(n_parameters: int, n_events: int) -> bytes:
    keywords = describe(n_events, n_parameters, data_type="I", bits=10)
    return build_fcs(keywords, bytes(-(-n_events * n_parameters * 10 // 8)))


def _large(n_parameters: int) -> bytes:
    """HEADER and TEXT of a file of two gigabytes; the rest is a hole."""
    n_events = 2 * GIGABYTE // (4 * n_parameters)
    more = {"BEGINDATA": "4096", "ENDDATA": str(4095 + 4 * n_parameters * n_events)}
    keywords = describe(n_events, n_parameters, **more)
    return build_fcs(keywords, b"", text_data=None, header_data=(0, 0))


def _bomb() -> bytes:
    return gzip.compress(float_file(VALUES, behind=bytes(60 << 20)), compresslevel=9)


def _all_delimiters(n: int) -> bytes:
    return _text_file(b"|" * n)


def _words(n: int) -> bytes:
    text = build_text(describe(2, 2)) + b"".join(b"%x|1|" % k for k in range(n // 2))
    return _text_file(text)


_SMALL: Mapping[str, Callable[[], bytes]] = {
    "offsets beyond the file": partial(
        float_file, VALUES, header_data=(90_000_000, _LARGEST_OFFSET), text_data=None
    ),
    "offsets of twenty digits": partial(
        _float_file,
        BEGINDATA="9" * 19,
        ENDDATA="9" * 20,
        BEGINANALYSIS="9" * 19,
        ENDANALYSIS="9" * 20,
    ),
    "$TOT of 10^18": partial(_float_file, TOT=str(10**18)),
    "$TOT of 10^20, delimited": lambda: build_fcs(
        describe(1, 1, data_type="A", P1B="*", TOT="9" * 20), b"1"
    ),
    "$PAR of 10^9": partial(_float_file, PAR=str(10**9)),
    "widths of zero": partial(_float_file, DATATYPE="I", P1B="0", P2B="0"),
    "DATA over TEXT": partial(float_file, VALUES, header_data=(58, 100), text_data=None),
    "ANALYSIS over TEXT": partial(_float_file, BEGINANALYSIS="58", ENDANALYSIS="250"),
    "supplemental TEXT over DATA": partial(_float_file, BEGINSTEXT="280", ENDSTEXT="300"),
    "only delimiters": partial(_all_delimiters, _TEXT_ROOM),
    "as many delimiters as are read": partial(_all_delimiters, 999_000),
    "as many keywords as are read": partial(_words, 990_000),
    "one name of 15 MB": partial(_float_file, P1N="A" * _TEXT_ROOM),
    "one label of 15 MB": partial(_float_file, P1S="cd10 " * (_TEXT_ROOM // 5)),
    "one number of 15 MB": partial(_float_file, P1R="9" * _TEXT_ROOM),
    "an amplifier of 15 MB": partial(_float_file, P1E="4," * (_TEXT_ROOM // 2)),
    "a byte order of 15 MB": partial(_float_file, BYTEORD="1," * (_TEXT_ROOM // 2)),
    "a matrix of 15 MB": partial(_float_file, SPILLOVER="512," + "1," * (_TEXT_ROOM // 2)),
    "a matrix of 512 x 512": partial(
        _many_parameters,
        512,
        SPILLOVER="512," + ",".join(f"FL{k}-A" for k in range(1, 513)) + ",1" * 512 * 512,
    ),
    "thousands of names that are unknown": partial(
        _many_parameters,
        _MOST_PARAMETERS,
        PnN="x{}yzzy qwert",
        PnS="Qu{}ux-PE-Cz7 zzanti-XD{}"[:21],
    ),
    "thousands of names of 80 letters": partial(
        _many_parameters, 4000, PnN="{:A<80}", PnS="{:B<79}"
    ),
    "thousands of amplifiers": partial(
        _many_parameters, _MOST_PARAMETERS, PnE="4.{},1", PnR="65536"
    ),
    "as many data sets as are read": partial(_many_datasets, 1024),
    "more data sets than are read": partial(_many_datasets, 5000),
    "a data set that follows itself": partial(_float_file, NEXTDATA="0"),
    "characters": partial(_characters, 8_000_000),
    "packed bits": partial(_packed, 1000, 4000),
    "gzip that expands": _bomb,
}
_SPARSE: Mapping[str, tuple[Callable[[], bytes], int]] = {
    "TEXT of 100 MB": (
        lambda: build_header("FCS3.1", 58, _LARGEST_OFFSET, 0, 0, 0, 0) + b"|",
        2 * GIGABYTE,
    ),
    "supplemental TEXT of 1 GB": (_long_supplement, 2 * GIGABYTE),
    "two gigabytes": (partial(_large, 20), 2 * GIGABYTE + 4096),
}
READINGS: Mapping[str, Callable[[Path], Any]] = {
    "inspect": inspect_file,
    "sample": read_fcs,
    "some events": partial(read_dataset, events=slice(10_000_000, 10_001_000)),
    "each thousandth event": partial(read_dataset, events=slice(None, None, 1000)),
    "one channel of a few events": partial(
        read_dataset, channels=["FL7-A"], events=slice(0, 1_000_000)
    ),
}
CASES = tuple(
    (name, reading)
    for name in (*_SMALL, "TEXT of 100 MB", "supplemental TEXT of 1 GB")
    for reading in ("inspect", "sample")
)
CASES += tuple(("two gigabytes", reading) for reading in READINGS if reading != "sample")


def write(name: str, folder: Path) -> Path:
    """Write a file that exhausts; most of a large one is a hole."""
    path = folder / "file.fcs"
    if name in _SMALL:
        path.write_bytes(_SMALL[name]())
        return path
    build, size = _SPARSE[name]
    with path.open("wb") as file:
        file.write(build())
        os.truncate(file.fileno(), size)
    return path


def resident() -> int:
    """Memory in use now, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
    return int(kilobytes) * 1024


def main(reading: str, folder: str) -> None:
    """Read a small file, so that all is imported, then the one asked for."""
    small = Path(folder) / "small.fcs"
    small.write_bytes(_float_file())
    read_fcs(small)
    before, begin = resident(), time.perf_counter()
    try:
        READINGS[reading](Path(folder) / "file.fcs")
        outcome = "read"
    except FcsError as error:
        outcome = f"refused: {error}"
    seconds = time.perf_counter() - begin
    rise = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    print(f"{seconds:.3f} {rise / 1e6:.1f} {outcome[:150]}")  # noqa: T201 - its answer


if __name__ == "__main__":
    main(*sys.argv[1:])
