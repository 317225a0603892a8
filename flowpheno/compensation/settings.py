"""Settings of the cytometer that a matrix holds for: another voltage is another matrix."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowpheno.fcs.number import parse_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_CYTOMETER = "$CYT"
_SAME = 1e-3
"""Relative difference up to which two voltages are one setting."""


def settings_of(keywords: Mapping[str, str], detectors: Iterable[str]) -> dict[str, str]:
    """Give the cytometer and the voltages that a file was acquired with.

    Parameters
    ----------
    keywords : mapping of str to str
        Upper-case keywords of the file.
    detectors : iterable of str
        ``$PnN`` that count.

    Returns
    -------
    dict of str to str
        ``"$CYT"`` and ``$PnV`` by detector, where the file says them.
    """
    numbers = {
        value: key[2:-1]
        for key, value in keywords.items()
        if key.startswith("$P") and key.endswith("N") and key[2:-1].isdecimal()
    }
    said = {_CYTOMETER: keywords.get(_CYTOMETER, "").strip()}
    for detector in detectors:
        said[detector] = keywords.get(f"$P{numbers.get(detector, '')}V", "").strip()
    return {name: value for name, value in said.items() if value}


def settings_that_differ(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...]:
    """Say in which settings two files differ, where both say them.

    Parameters
    ----------
    one, other : mapping of str to str
        Of `settings_of`.

    Returns
    -------
    tuple of str
        In words; the cytometer without its name, which may identify a place. Empty if they agree
        or say nothing.
    """
    differences = []
    for name in one.keys() & other.keys():
        if _agree(one[name], other[name]):
            continue
        if name == _CYTOMETER:
            differences.append("another model of cytometer")
        else:
            differences.append(f"{name} at {one[name][:16]} V, not {other[name][:16]} V")
    return tuple(sorted(differences))


def _agree(one: str, other: str) -> bool:
    numbers = parse_number(one), parse_number(other)
    if numbers[0] is None or numbers[1] is None:
        return one.casefold() == other.casefold()
    return math.isclose(numbers[0], numbers[1], rel_tol=_SAME)
