"""Which keywords of a file are still true of a sample."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from flowpheno.fcs.number import parse_integer, parse_number
from flowpheno.fcs.parameters import MAXIMUM_PARAMETERS, Signal
from flowpheno.fcs.spillover import changes_nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flowpheno.sample import Sample

TRANSFORM = "FLOWPHENO P{}TRANSFORM"
"""Says how the values of a column were transformed."""

_OF_PARAMETER = re.compile(r"(?<![A-Z0-9])P([1-9][0-9]{0,4})(?=[A-Z_])")
_OF_VALUES = re.compile(
    r"\$P[0-9]+(G|D|CALIBRATION)|FLOWCORE_\$P[0-9]+RM(IN|AX)|FLOWPHENO P[0-9]+RANGE"
)
_REGION = re.compile(r"\$(GATING|GATE|R[0-9]+[IW]|G[0-9]+[A-Z])")


def own_keywords(sample: Sample) -> dict[str, str]:
    """Give the keywords of a sample with the numbers of its own columns.

    Parameters
    ----------
    sample : Sample
        Its columns may be fewer than those of its file, and in another order.

    Returns
    -------
    dict of str to str
        ``$P1V`` is about the first column of the sample. Keywords about columns that it does not
        have are left out.
    """
    numbers = _numbers(sample)
    if numbers == {n: n for n in range(1, _count(sample.keywords) + 1)}:
        return dict(sample.keywords)
    own: dict[str, str] = {}
    for keyword, value in sample.keywords.items():
        about = {int(n) for n in _OF_PARAMETER.findall(keyword)}
        if about <= numbers.keys():
            own[_OF_PARAMETER.sub(_renumber(numbers), keyword)] = value
    own["$PAR"] = str(len(sample.channels))
    return own


def without_values(keywords: Mapping[str, str], columns: set[int]) -> dict[str, str]:
    """Leave out what is not true of values that were transformed.

    Parameters
    ----------
    keywords : mapping of str to str
        With the numbers of the sample's own columns.
    columns : set of int
        Numbers, from 1, of columns whose values were replaced.

    Returns
    -------
    dict of str to str
        Without gains, displays, calibrations and extremes of these columns.
    """
    return {
        keyword: value
        for keyword, value in keywords.items()
        if not (
            _OF_VALUES.fullmatch(keyword)
            and {int(n) for n in _OF_PARAMETER.findall(keyword)} & columns
        )
    }


def true_keywords(sample: Sample) -> dict[str, str]:
    """Give the keywords that are true of the values as they are now.

    Parameters
    ----------
    sample : Sample
        Linear, compensated or transformed.

    Returns
    -------
    dict of str to str
        ``$PnG`` stays where the values are still those the gain gave: not for logarithmic
        amplifiers, whose values were made linear, nor, unless it is 1, for compensated columns.
        Regions stay where no value was changed. ``$ORIGINALITY`` says whether any was, ``$PnTYPE``
        of compensated columns, where it is written, that they are unmixed.
    """
    keywords = own_keywords(sample)
    logarithmic = {
        n for n in range(1, len(sample.channels) + 1) if _decades(keywords.get(f"$P{n}E", "")) != 0
    }
    unmixed = {n for n in unmixed_columns(sample) if parse_number(keywords.get(f"$P{n}G")) != 1}
    for n in logarithmic | unmixed:
        keywords.pop(f"$P{n}G", None)
    for n in unmixed_columns(sample):
        if f"$P{n}TYPE" in keywords:
            keywords[f"$P{n}TYPE"] = Signal.UNMIXED_FLUORESCENCE
    transformed = any(TRANSFORM.format(n + 1) in keywords for n in range(len(sample.channels)))
    changed = bool(logarithmic) or transformed or bool(unmixed_columns(sample))
    stale = {"$LAST_MODIFIED", "$LAST_MODIFIER"} if sample.version else set()
    kept = {
        keyword: value
        for keyword, value in keywords.items()
        if keyword not in stale
        and not keyword.startswith("FLOWCORE_$P")  # of another program's copy of the values
        and not (changed and _REGION.fullmatch(keyword))
    }
    if sample.version:
        changed = changed or keywords.get("$ORIGINALITY") == "DataModified"
        kept["$ORIGINALITY"] = "DataModified" if changed else "NonDataModified"
    return kept


def unmixed_columns(sample: Sample) -> set[int]:
    """Tell from which columns spillover was removed by the sample's matrix.

    Parameters
    ----------
    sample : Sample
        Compensated or not.

    Returns
    -------
    set of int
        Numbers from 1; empty if nothing was compensated, or by a matrix that changes nothing.
    """
    spillover = sample.spillover
    if not sample.compensated or spillover is None or changes_nothing(spillover):
        return set()
    return {
        n
        for n, channel in enumerate(sample.channels, start=1)
        if channel.detector in spillover.detectors
    }


def _count(keywords: Mapping[str, str]) -> int:
    """``$PAR``, or 0 where no file can have so many."""
    written = parse_integer(keywords.get("$PAR")) or 0
    return written if 0 < written <= MAXIMUM_PARAMETERS else 0


def _numbers(sample: Sample) -> dict[int, int]:
    """Map the number in the file to that in the sample."""
    count = _count(sample.keywords)
    names = [sample.keywords.get(f"$P{n}N", "") for n in range(1, count + 1)]
    detectors = [channel.detector for channel in sample.channels]
    known = Counter(names)
    if len(names) == len(detectors) and all(
        name == detector or known[detector] == 0  # made unique in reading
        for name, detector in zip(names, detectors, strict=True)
    ):
        return {n: n for n in range(1, len(names) + 1)}
    places = {name: n for n, name in enumerate(names, start=1) if known[name] == 1}
    return {
        places[detector]: n for n, detector in enumerate(detectors, start=1) if detector in places
    }


def _renumber(numbers: Mapping[int, int]) -> Callable[[re.Match[str]], str]:
    """Replace the number of a match."""
    return lambda match: f"P{numbers[int(match[1])]}"


def _decades(written: str) -> float:
    """First part of ``$PnE``."""
    return parse_number(written.partition(",")[0]) or 0.0
