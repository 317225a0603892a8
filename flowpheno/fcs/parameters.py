"""Per-parameter keywords: what each column is and how its values are written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from flowpheno.errors import FcsError, UnsupportedFcsError
from flowpheno.fcs.number import parse_integer, parse_number
from flowpheno.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.fcs.repair import Repairs

MAXIMUM_PARAMETERS = 10_000
_WORD_BYTES = (1, 2, 4, 8)
_BITS_OF_BYTE = 8
_LARGEST_DECADES = 15.0  # beyond it float32 ends; instruments have 3 to 6
_SMALLEST_OFFSET, _LARGEST_OFFSET = 1e-9, 1e9
_SHOWN = 5


class DataType(StrEnum):
    """How the values of a parameter are written; the letters of ``$DATATYPE``."""

    INTEGER = "I"
    FLOAT = "F"
    DOUBLE = "D"
    CHARACTERS = "A"


class Signal(StrEnum):
    """What a parameter of FCS 3.2 measures; the words of ``$PnTYPE`` that flowpheno uses."""

    FORWARD_SCATTER = "Forward Scatter"
    SIDE_SCATTER = "Side Scatter"
    RAW_FLUORESCENCE = "Raw Fluorescence"
    UNMIXED_FLUORESCENCE = "Unmixed Fluorescence"
    MASS = "Mass"
    TIME = "Time"
    INDEX = "Index"
    CLASSIFICATION = "Classification"
    ELECTRONIC_VOLUME = "Electronic Volume"


_SIGNALS = {signal.replace(" ", "").upper(): signal for signal in Signal}
_FLOAT_BITS = {DataType.FLOAT: 32, DataType.DOUBLE: 64}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One column of the event matrix.

    Attributes
    ----------
    detector : str
        ``$PnN``; unique within the data set.
    label : str
        ``$PnS``; empty if absent.
    data_type : DataType
        ``$DATATYPE``, or ``$PnDATATYPE`` of FCS 3.2.
    bits : int
        ``$PnB``; for characters their number, 0 where they are delimited.
    resolution : float
        ``$PnR`` as written: for integers the number of channels.
    decades : float
        First part of ``$PnE``; 0 if the values are linear.
    offset : float
        Second part of ``$PnE``: linear value of channel 0; 0 if the values are linear.
    gain : float
        ``$PnG``; 1 if absent. Applied to the events only if asked for.
    signal : Signal or None
        ``$PnTYPE`` of FCS 3.2; None if absent or another word.
    feature : str
        ``$PnFEATURE`` of FCS 3.2, such as ``"Area"``; empty if absent.
    analyte, tag : str
        ``$PnANALYTE`` and ``$PnTAG`` of FCS 3.2, such as ``"CD3"`` and ``"FITC"``; empty if
        absent.
    """

    detector: str
    label: str
    data_type: DataType
    bits: int
    resolution: float
    decades: float
    offset: float
    gain: float
    signal: Signal | None = None
    feature: str = ""
    analyte: str = ""
    tag: str = ""

    @property
    def range(self) -> float:
        """Full scale on the scale of the events, which are linear."""
        if self.decades > 0:
            return float(10.0**self.decades * self.offset)
        return self.resolution

    @property
    def width(self) -> int:
        """Length of one value in bytes; odd numbers of bits stand in the next larger word."""
        if self.data_type is DataType.CHARACTERS:
            return self.bits
        n_bytes, rest = divmod(self.bits, _BITS_OF_BYTE)
        return n_bytes if rest == 0 else next(size for size in _WORD_BYTES if size > n_bytes)

    @property
    def mask(self) -> int:
        """Mask of the bits of an integer that count: to the next power of two of ``$PnR``."""
        full = (1 << (_BITS_OF_BYTE * self.width)) - 1
        channels = int(min(self.resolution, full + 1))
        return full if channels < 1 else ((1 << (channels - 1).bit_length()) - 1) & full


def parse_parameters(
    keywords: Mapping[str, str], *, repairs: Repairs, at: int = 0
) -> tuple[Parameter, ...]:
    """Read what TEXT says about each parameter.

    Parameters
    ----------
    keywords : mapping of str to str
        Keywords of a data set.
    repairs : Repairs
        Takes note of what is missing or repeated.
    at : int
        Position of TEXT in the file, for error messages.

    Returns
    -------
    tuple of Parameter
        ``$PAR`` of them, at least one.

    Raises
    ------
    FcsError
        If ``$PAR``, ``$DATATYPE`` or a ``$PnB`` is missing or makes no sense.
    """
    n_parameters = parse_integer(keywords.get("$PAR"))
    if n_parameters is None or n_parameters < 1:
        raise FcsError("$PAR is missing or no count of parameters", segment="TEXT", offset=at)
    if n_parameters > min(MAXIMUM_PARAMETERS, len(keywords)):
        problem = f"$PAR is {n_parameters}, but there are {len(keywords)} keywords"
        raise FcsError(problem, segment="TEXT", offset=at)
    detectors = _detectors(keywords, n_parameters, repairs, at)
    reader = _ParameterReader(keywords=keywords, odd=Counter(), at=at)
    parameters = tuple(reader.read(n, name) for n, name in enumerate(detectors, start=1))
    for problem, count in reader.odd.items():
        problem_count = f"{count} parameter(s): {problem}"
        repairs.note(
            problem_count, segment="TEXT", offset=at, value=count, severity=Severity.WARNING
        )
    return parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class _ParameterReader:
    """Keywords, and how often each oddity was met."""

    keywords: Mapping[str, str]
    odd: Counter[str]
    at: int

    def read(self, n: int, detector: str) -> Parameter:
        """Read parameter *n*."""
        data_type = self._data_type(n)
        bits = self._bits(n, data_type)
        decades, offset = self._amplification(n, data_type)
        gain = parse_number(self.keywords.get(f"$P{n}G"))
        return Parameter(
            detector=detector,
            label=self.keywords.get(f"$P{n}S", ""),
            data_type=data_type,
            bits=bits,
            resolution=self._resolution(n, data_type, bits),
            decades=decades,
            offset=offset,
            gain=gain if gain is not None and gain > 0 else 1.0,
            signal=_SIGNALS.get(self._word(n, "TYPE").replace(" ", "").upper()),
            feature=self._word(n, "FEATURE"),
            analyte=self._word(n, "ANALYTE"),
            tag=self._word(n, "TAG"),
        )

    def _word(self, n: int, keyword: str) -> str:
        """Read a word about parameter *n*; empty if it is not there."""
        return self.keywords.get(f"$P{n}{keyword}", "").strip()

    def _data_type(self, n: int) -> DataType:
        """Type of a parameter; where none is written, widths that only integers have tell it."""
        written = self.keywords.get(f"$P{n}DATATYPE") or self.keywords.get("$DATATYPE", "")
        try:
            return DataType(written.strip().upper())
        except ValueError:
            bits = parse_integer(self.keywords.get(f"$P{n}B"))
            if written or bits in {None, *_FLOAT_BITS.values()}:
                problem = f"$DATATYPE is {written[:8]!r}; one of I, F, D, A expected"
                raise FcsError(problem, segment="TEXT", offset=self.at) from None
        self.odd["$DATATYPE is missing; integers, by their $PnB"] += 1
        return DataType.INTEGER

    def _bits(self, n: int, data_type: DataType) -> int:
        """``$PnB``; floating point has no choice."""
        written = self.keywords.get(f"$P{n}B", "")
        bits = parse_integer(written)
        if data_type in _FLOAT_BITS:
            if bits != _FLOAT_BITS[data_type]:
                self.odd[
                    f"$PnB is not {_FLOAT_BITS[data_type]} though the type is {data_type}"
                ] += 1
            return _FLOAT_BITS[data_type]
        if data_type is DataType.CHARACTERS and written.strip() == "*":
            return 0
        if bits is None or bits < 1:
            problem = f"$P{n}B is {written[:16]!r}; a number of bits expected"
            raise FcsError(problem, segment="TEXT", offset=self.at)
        if bits > _BITS_OF_BYTE * _WORD_BYTES[-1]:
            problem = f"$P{n}B is {bits} bits; at most {_BITS_OF_BYTE * _WORD_BYTES[-1]} are read"
            raise UnsupportedFcsError(problem, segment="TEXT", offset=self.at)
        return bits

    def _resolution(self, n: int, data_type: DataType, bits: int) -> float:
        """``$PnR``, or all the bits there are."""
        resolution = parse_number(self.keywords.get(f"$P{n}R"))
        if resolution is not None and resolution > 0:
            return resolution
        if data_type is DataType.INTEGER:
            self.odd["$PnR is missing or not positive; taken from $PnB"] += 1
            return float(2**bits)
        if f"$P{n}R" not in self.keywords:
            self.odd["$PnR is missing; 0"] += 1
        return max(resolution or 0.0, 0.0)

    def _amplification(self, n: int, data_type: DataType) -> tuple[float, float]:
        """``$PnE`` as decades and offset; (0, 0) is linear."""
        written = self.keywords.get(f"$P{n}E", "0,0")
        parts = [parse_number(part) for part in written.split(",")[:3]]
        if len(parts) != 2 or parts[0] is None or parts[1] is None:  # noqa: PLR2004 - decades, offset
            self.odd["$PnE is not two numbers; linear"] += 1
            return (0.0, 0.0)
        decades, offset = parts[0], parts[1]
        if decades == 0:
            return (0.0, 0.0)
        if data_type is not DataType.INTEGER:
            self.odd["$PnE is logarithmic though the data are no integers; left as they are"] += 1
            return (0.0, 0.0)
        if offset == 0:
            self.odd["$PnE has the impossible offset 0; read as 1"] += 1
            offset = 1.0
        if 0 < decades <= _LARGEST_DECADES and _SMALLEST_OFFSET <= offset <= _LARGEST_OFFSET:
            return (decades, offset)
        problem = f"$P{n}E is {decades:g},{offset:g}: no amplifier has that"
        raise FcsError(problem, segment="TEXT", offset=self.at)


def _detectors(
    keywords: Mapping[str, str], n_parameters: int, repairs: Repairs, at: int
) -> Sequence[str]:
    """``$PnN`` of each parameter, made unique."""
    names = [keywords.get(f"$P{n}N", "") for n in range(1, n_parameters + 1)]
    counts = Counter(names)
    detectors: list[str] = []
    used: set[str] = set()
    for n, name in enumerate(names, start=1):
        unique = name or f"P{n}"
        if unique in used or (not name and unique in counts):
            unique = f"{unique} ({n})"
        while unique in used or (unique != name and unique in counts):
            unique += "'"
        used.add(unique)
        detectors.append(unique)
    renamed = [new for old, new in zip(names, detectors, strict=True) if old != new]
    if renamed:
        shown = ", ".join(name[:40] for name in renamed[:_SHOWN])
        problem = f"{len(renamed)} $PnN missing or repeated; called {shown}"
        repairs.note(
            problem, segment="TEXT", offset=at, value=len(renamed), severity=Severity.WARNING
        )
    return detectors
