"""Spillover keywords: every spelling to one matrix, or a finding that says why not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import FcsError
from flowpheno.fcs.number import parse_integer, parse_number
from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.arrays import Matrix
    from flowpheno.fcs.parameters import Parameter

_KEYWORDS = ("$SPILLOVER", "SPILL", "SPILLOVER", "$COMP", "COMP")
_DFC = re.compile(r"\$?DFC([0-9]{1,3})TO([0-9]{1,3})", re.ASCII)
_FLUORESCENCE = re.compile(r"FL0*([0-9]{1,3})(?![0-9])", re.ASCII | re.IGNORECASE)
_SIGNS = re.compile(r"[\s\-_.:/()\[\]]+")
_MAXIMUM_DETECTORS = 512
_PERCENT = 100.0
_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spillover:
    """A spillover matrix with the detectors it is about.

    Attributes
    ----------
    detectors : tuple of str
        ``$PnN`` of each row and column.
    matrix : Matrix
        Shape ``(n, n)``; row *i* is the fraction of fluorochrome *i* seen by each detector,
        1 on the diagonal.
    source : str
        Where it came from, such as ``"$SPILLOVER"`` or a file name.
    settings : mapping of str to str
        Cytometer (``"$CYT"``) and voltage by detector of the file it was made from; empty if not
        known, or if it is the file's own.
    findings : tuple of Finding
        What was made of it when it was read.
    """

    detectors: tuple[str, ...]
    matrix: Matrix
    source: str
    settings: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SpilloverReading:
    """What the keywords of a data set say about spillover.

    Attributes
    ----------
    spillover : Spillover or None
        None if no keyword holds a matrix that can be used.
    identity : bool
        Whether a matrix was found that changes nothing.
    findings : tuple of Finding
        Why a keyword could not be used, or what was made of it.
    """

    spillover: Spillover | None = None
    identity: bool = False
    findings: tuple[Finding, ...] = ()


def read_spillover(
    keywords: Mapping[str, str], parameters: Sequence[Parameter]
) -> SpilloverReading:
    """Find the spillover matrix of a data set.

    The first usable one of ``$SPILLOVER``, ``SPILL``, ``SPILLOVER``, ``$COMP`` and
    ``$DFCmTOn`` counts.

    Parameters
    ----------
    keywords : mapping of str to str
        Upper-case keywords.
    parameters : sequence of Parameter
        The columns.

    Returns
    -------
    SpilloverReading
        A matrix, or findings that say why not; nothing at all if no keyword is there.
    """
    detectors = [parameter.detector for parameter in parameters]
    refused: list[Finding] = []
    for keyword in (*_KEYWORDS, "$DFCmTOn"):
        notes: list[str] = []
        try:
            if keyword == "$DFCmTOn":
                spillover = _from_dfc(keywords, detectors, notes)
            else:
                spillover = _from_list(keyword, keywords.get(keyword, ""), parameters, notes)
        except FcsError as error:
            message = f"{keyword} cannot be used: {error.problem}"
            refused.append(_finding(message, Severity.WARNING, ReasonCode.COMP_MATRIX_MISSING))
            continue
        if spillover is not None:
            noted = [_finding(f"{keyword}: {note}", Severity.WARNING) for note in notes]
            return SpilloverReading(
                spillover=spillover,
                identity=changes_nothing(spillover),
                findings=(*refused, *noted),
            )
    return SpilloverReading(findings=tuple(refused))


def changes_nothing(spillover: Spillover) -> bool:
    """Tell whether a matrix is the identity.

    Parameters
    ----------
    spillover : Spillover
        Any.

    Returns
    -------
    bool
        Whether compensation by it would leave the events as they are.
    """
    return bool(np.array_equal(spillover.matrix, np.eye(len(spillover.detectors))))


def missing_channels(reading: SpilloverReading, detectors: Sequence[str]) -> tuple[Finding, ...]:
    """Say that a matrix needs channels which are not read; compensation will refuse it.

    Parameters
    ----------
    reading : SpilloverReading
        What the keywords say.
    detectors : sequence of str
        ``$PnN`` of the channels that are read.

    Returns
    -------
    tuple of Finding
        One, or none if the matrix can be used or there is none.
    """
    if reading.spillover is None:
        return ()
    missing = [name for name in reading.spillover.detectors if name not in detectors]
    if not missing:
        return ()
    message = (
        f"{reading.spillover.source} needs {len(missing)} channels that are not read: the others "
        "cannot be compensated without them"
    )
    return (_finding(message, Severity.WARNING, ReasonCode.COMP_MATRIX_MISSING),)


def _finding(
    message: str, severity: Severity, code: ReasonCode = ReasonCode.FCS_REPAIRED
) -> Finding:
    """Say something about spillover."""
    return Finding(code=code, severity=severity, stage="fcs.spillover", message=message)


def _unusable(problem: str) -> FcsError:
    """Say why a keyword holds no matrix; caught where the next keyword is tried."""
    return FcsError(problem, segment="TEXT", offset=0)


def _from_list(
    keyword: str, written: str, parameters: Sequence[Parameter], notes: list[str]
) -> Spillover | None:
    """Read ``n,name1,...,coefficient11,...``; ``$COMP`` of FCS 3.0 leaves the names out."""
    if not written:
        return None
    words = [word.strip() for word in written.split(",")]
    size = parse_integer(words[0])
    if size is None or not 1 <= size <= _MAXIMUM_DETECTORS:
        raise _unusable(f"begins with {words[0][:16]!r}, not with a number of detectors")
    while len(words) > 1 and not words[-1]:
        words.pop()
    n_names = 0 if "COMP" in keyword and len(words) == 1 + size * size else size
    n_coefficients = len(words) - 1 - n_names
    if n_coefficients != size * size:
        raise _unusable(
            f"{size} detectors need {size * size} coefficients, {max(n_coefficients, 0)} present"
        )
    matrix = _matrix(words[1 + n_names :], size)
    if n_names:
        names = _resolve(words[1 : 1 + size], parameters, notes)
    elif size == len(parameters):
        names = tuple(parameter.detector for parameter in parameters)
    else:
        raise _unusable(f"{size} detectors without names among {len(parameters)} parameters")
    return Spillover(detectors=names, matrix=_normalised(matrix, notes), source=keyword)


def _matrix(words: Sequence[str], size: int) -> Matrix:
    """Coefficients as a matrix of finite numbers."""
    numbers = [parse_number(word) for word in words]
    n_bad = sum(number is None for number in numbers)
    if n_bad:
        raise _unusable(f"{n_bad} of {len(numbers)} coefficients are no finite numbers")
    return np.array(numbers, dtype=np.float64).reshape(size, size)


def _normalised(matrix: Matrix, notes: list[str]) -> Matrix:
    """Make the diagonal 1; some software writes percent."""
    diagonal = np.diag(matrix)
    if (diagonal <= 0).any():
        raise _unusable("the diagonal is not positive")
    if not (diagonal == 1).all():
        notes.append(
            f"the diagonal is {diagonal.min():g} to {diagonal.max():g}; rows are divided by it"
        )
        with np.errstate(over="ignore"):
            matrix = matrix / diagonal[:, np.newaxis]
    if not np.isfinite(matrix).all():
        raise _unusable("coefficients exceed all numbers")
    matrix.flags.writeable = False
    return matrix


def _resolve(
    names: Sequence[str], parameters: Sequence[Parameter], notes: list[str]
) -> tuple[str, ...]:
    """Find the detectors that names, labels or indices mean."""
    detectors = [parameter.detector for parameter in parameters]
    known = set(detectors)
    if not known.intersection(names) and all(
        1 <= (parse_integer(name) or 0) <= len(detectors) for name in names
    ):
        notes.append("detectors are given by their number")
        names = [detectors[int(name) - 1] for name in names]
    by_label: dict[str, list[str]] = {}
    for parameter in parameters:
        by_label.setdefault(parameter.label or parameter.detector, []).append(parameter.detector)
    by_spelling: dict[str, list[str]] = {}
    for detector in detectors:
        by_spelling.setdefault(_spelling(detector), []).append(detector)

    def resolve(name: str) -> str:
        for candidates in ([name] if name in known else [], by_label.get(name, [])):
            if len(candidates) == 1:
                return candidates[0]
        similar = by_spelling.get(_spelling(name), [])
        return similar[0] if len(similar) == 1 else name

    resolved = [resolve(name) for name in names]
    missing = [name for name in resolved if name not in known]
    if missing:
        shown = ", ".join(name[:40] for name in missing[:_SHOWN])
        raise _unusable(f"{len(missing)} of {len(names)} names are no $PnN: {shown}")
    if len(set(resolved)) < len(resolved):
        raise _unusable(f"{len(resolved)} names mean {len(set(resolved))} detectors")
    others = [(a, b) for a, b in zip(names, resolved, strict=True) if a != b]
    if others:
        shown = ", ".join(f"{a[:40]} for {b[:40]}" for a, b in others[:_SHOWN])
        notes.append(f"{len(others)} detectors are spelled otherwise or given by $PnS: {shown}")
    return tuple(resolved)


def _spelling(name: str) -> str:
    """Give what is left of a name without case, blanks and signs."""
    return _SIGNS.sub("", name).upper()


def _from_dfc(
    keywords: Mapping[str, str], detectors: Sequence[str], notes: list[str]
) -> Spillover | None:
    """Read ``$DFCmTOn``: percent of fluorescence *m* seen by the detector of *n*."""
    written = {
        (int(match[1]), int(match[2])): value
        for key, value in keywords.items()
        if (match := _DFC.fullmatch(key))
    }
    if not written:
        return None
    numbers = {pair: parse_number(value) for pair, value in written.items()}
    columns = _fluorescence(detectors)
    percents = {pair: number for pair, number in numbers.items() if number}
    if None in numbers.values():
        raise _unusable("a percentage is no finite number")
    unknown = sorted({m for pair in percents for m in pair} - set(columns))
    if unknown:
        shown = ", ".join(f"FL{m}" for m in unknown[:_SHOWN])
        raise _unusable(f"no $PnN begins with {shown}")
    order = sorted({m for pair in numbers for m in pair} & set(columns))
    if not order:
        raise _unusable("no $PnN begins with FL and a number")
    matrix = np.eye(len(order))
    for (m, n), percent in percents.items():
        matrix[order.index(m), order.index(n)] = percent / _PERCENT
    if percents and max(map(abs, percents.values())) <= 1:
        notes.append("no value exceeds 1; read as percent, as the standard says, not as fraction")
    names = tuple(columns[m] for m in order)
    return Spillover(detectors=names, matrix=_normalised(matrix, notes), source="$DFCmTOn")


def _fluorescence(detectors: Sequence[str]) -> dict[int, str]:
    """Find the first detector of each fluorescence number."""
    columns: dict[int, str] = {}
    for detector in detectors:
        if match := _FLUORESCENCE.match(detector):
            columns.setdefault(int(match[1]), detector)
    return columns
