"""Categories of treatment protocols, and where the interval of a count crosses their bounds."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.mrd.assess import MrdState
from flowpheno.panel.mrd import MrdMethod

if TYPE_CHECKING:
    from flowpheno.mrd.assess import Mrd
    from flowpheno.panel.mrd import MrdProtocol, MrdRules, PcrRisk
    from flowpheno.statistics import Interval

_DAY = re.compile(r"\bd(?:ay)?\s*(\d+)\b", re.IGNORECASE)
_ANY = "any"
_UNCALLED = frozenset({MrdState.NEGATIVE, MrdState.BELOW_LOD})
"""States that a category below a bound is given for only where the LOD reaches that bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What a protocol calls a count.

    Attributes
    ----------
    protocol : str
        Its name in the definitions.
    timepoint : str
        When the protocol applies it.
    category : str
        The category, with the bounds that the interval crosses; empty where it does not apply.
    note : str
        Why it does not apply, or what must be said with it; empty if nothing.
    """

    protocol: str
    timepoint: str
    category: str
    note: str


def categorise(percent: Interval, protocol: MrdProtocol) -> str:
    """Name the category of a protocol, and say when the interval crosses a bound.

    Parameters
    ----------
    percent : Interval
        Percent with its interval; a value on a bound belongs to the category above.
    protocol : MrdProtocol
        Bounds and names.

    Returns
    -------
    str
        The category; ``"<category> (CI crosses <bound> %)"`` where the interval straddles;
        ``"not evaluable"`` for NaN.

    Raises
    ------
    ValueError
        If the protocol is not measured by flow cytometry.
    """
    if protocol.method is not MrdMethod.FLOW:
        raise ValueError(f"a category of {protocol.method} does not apply to a flow count")
    if math.isnan(percent.estimate):
        return "not evaluable"
    label = protocol.labels[sum(percent.estimate >= bound for bound in protocol.bounds)]
    crossed = [f"{b:g} %" for b in protocol.bounds if percent.low < b <= percent.high]
    return f"{label} (CI crosses {' and '.join(crossed)})" if crossed else label


def categories(mrd: Mrd, rules: MrdRules, *, timepoint: str = "") -> tuple[Category, ...]:
    """Name what each protocol calls a count.

    Parameters
    ----------
    mrd : Mrd
        The result.
    rules : MrdRules
        Protocols.
    timepoint : str
        When the specimen was taken, such as ``"day 15"`` or ``"d15"``; empty for every protocol.

    Returns
    -------
    tuple of Category
        Of the protocols of that time point and those of any, in the order of the definitions. A
        molecular category is listed without a value: it never applies to a count of cells.
    """
    return tuple(
        _category(name, protocol, mrd)
        for name, protocol in rules.protocols.items()
        if not timepoint or _fits(protocol.timepoint, timepoint)
    )


def pcr_risk(tp1: float | None, tp2: float | None, *, sensitivity: float, rules: PcrRisk) -> str:
    """Name the molecular risk group of two time points.

    Parameters
    ----------
    tp1, tp2 : float or None
        Percent by PCR at the first and second time point; 0 for negative, None if not done.
    sensitivity : float
        Percent that the assays reach; a negative of a poorer one is no negative.
    rules : PcrRisk
        Bounds and names.

    Returns
    -------
    str
        The group; ``"not evaluable"`` where a time point that decides is missing or its assay too
        poor.

    Raises
    ------
    ValueError
        If a percentage is not between 0 and 100.
    """
    for percent in (tp1, tp2, sensitivity):
        if percent is not None and not 0 <= percent <= 100:  # noqa: PLR2004 - percent
            raise ValueError(f"{percent} is not a percentage")
    standard, medium, high = rules.labels
    if tp2 is not None and tp2 >= rules.high_percent:
        return high
    if tp1 is None or tp2 is None or sensitivity > rules.sensitivity_percent:
        return "not evaluable"
    return medium if tp1 or tp2 else standard


def _category(name: str, protocol: MrdProtocol, mrd: Mrd) -> Category:
    if protocol.method is not MrdMethod.FLOW:
        note = f"measured by {protocol.method}: never applied to a flow count"
        return Category(protocol=name, timepoint=protocol.timepoint, category="", note=note)
    other = protocol.denominator and protocol.denominator != mrd.denominator
    note = f"the protocol counts {protocol.denominator}" if other else ""
    found = categorise(mrd.percent, protocol)
    missed = next((b for b in protocol.bounds if b > mrd.percent.estimate), math.inf)
    if mrd.state in _UNCALLED and mrd.lod_percent > missed:
        found = f"not evaluable (LOD {mrd.lod_percent:.3g} % above {missed:g} %)"
    return Category(protocol=name, timepoint=protocol.timepoint, category=found, note=note)


def _fits(wanted: str, timepoint: str) -> bool:
    days = [_DAY.search(text) for text in (wanted, timepoint)]
    if wanted == _ANY:
        return True
    if days[0] and days[1]:
        return int(days[0][1]) == int(days[1][1])
    return wanted.casefold() == timepoint.casefold().strip()
