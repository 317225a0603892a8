"""Whether a condition of a definition holds for what was measured.

Borderline, not evaluable and not reported are all unknown; an unknown decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from flowpheno.matching.kleene import at_least, negate
from flowpheno.panel.conditions import AllOf, AnyOf, AtLeast, Level, MarkerCondition
from flowpheno.phenotype import Qualifier

if TYPE_CHECKING:
    from flowpheno.marker import Marker
    from flowpheno.panel.conditions import Condition
    from flowpheno.phenotype import MarkerCall, Phenotype
    from flowpheno.statistics import Interval


def evaluate(condition: Condition, measured: Phenotype) -> bool | None:
    """Tell whether a condition holds.

    Parameters
    ----------
    condition : Condition
        From a definition file.
    measured : Phenotype
        What was measured or typed in.

    Returns
    -------
    bool or None
        None if it cannot be told.
    """
    match condition:
        case MarkerCondition():
            return _marker_truth(condition, measured)
        case AnyOf():
            return at_least(1, (evaluate(c, measured) for c in condition.any_of))
        case AllOf():
            return at_least(
                len(condition.all_of), (evaluate(c, measured) for c in condition.all_of)
            )
        case AtLeast():
            return at_least(condition.at_least, (evaluate(c, measured) for c in condition.of))
        case _ as unreachable:
            assert_never(unreachable)


def unknown_markers(condition: Condition, measured: Phenotype) -> tuple[Marker, ...]:
    """List the markers that leave a condition open.

    Parameters
    ----------
    condition : Condition
        From a definition file.
    measured : Phenotype
        What was measured or typed in.

    Returns
    -------
    tuple of Marker
        In the order of the condition; empty if the condition is decided.
    """
    if evaluate(condition, measured) is not None:
        return ()
    match condition:
        case MarkerCondition():
            return (condition.marker,)
        case AnyOf(any_of=parts) | AllOf(all_of=parts) | AtLeast(of=parts):
            found = [marker for part in parts for marker in unknown_markers(part, measured)]
            return tuple(dict.fromkeys(found))
        case _ as unreachable:
            assert_never(unreachable)


def strength(call: MarkerCall) -> bool | None:
    """Tell whether a marker meets the intensity criterion of WHO-HAEM5.

    Parameters
    ----------
    call : MarkerCall
        Of one marker.

    Returns
    -------
    bool or None
        False for a negative marker, `MarkerCall.strong` for a positive one, None if unknown.
    """
    return call.strong if call.truth else call.truth


def _marker_truth(condition: MarkerCondition, measured: Phenotype) -> bool | None:
    call = measured.call(condition.marker)
    if condition.surface is not None:
        return _either_form(condition.expected, call, measured.call(condition.surface))
    low, high = condition.from_percent, condition.below_percent
    if (low is None and high is None) or call.truth is None or call.percent is None:
        return _level_truth(condition.expected, call)
    above = True if low is None else _reaches(call.percent, low)
    below = True if high is None else negate(_reaches(call.percent, high))
    return at_least(2, (above, below))


def _either_form(level: Level, cytoplasmic: MarkerCall, surface: MarkerCall) -> bool | None:
    """Take a surface positive as proof; a surface negative leaves the cytoplasm open."""
    if level is Level.NEGATIVE:
        return negate(_either_form(Level.POSITIVE, cytoplasmic, surface))
    forms = [cytoplasmic, surface] if surface.truth else [cytoplasmic]
    return at_least(1, (_level_truth(level, call) for call in forms))


def _reaches(percent: Interval, limit: float) -> bool | None:
    """Whether a percentage reaches a limit; unknown if its interval straddles it."""
    if percent.low >= limit:
        return True
    return False if percent.high < limit else None


def _level_truth(level: Level, call: MarkerCall) -> bool | None:
    match level:
        case Level.POSITIVE:
            return call.truth
        case Level.NEGATIVE:
            return negate(call.truth)
        case Level.BRIGHT:
            return _shown(call, Qualifier.BRIGHT, against=Qualifier.DIM)
        case Level.DIM:
            return _shown(call, Qualifier.DIM, against=Qualifier.BRIGHT)
        case Level.NEGATIVE_OR_DIM:
            dim = _shown(call, Qualifier.DIM, against=Qualifier.BRIGHT)
            return at_least(1, (negate(call.truth), dim))
        case Level.STRONG:
            return strength(call)
        case Level.WEAK:
            return at_least(2, (call.truth, negate(strength(call))))
        case _ as unreachable:
            assert_never(unreachable)


def _shown(call: MarkerCall, level: Qualifier, *, against: Qualifier) -> bool | None:
    """Whether a positive marker is dim or bright; unknown if its intensity is not known."""
    if not call.truth:
        return call.truth
    if level in call.qualifiers:
        return True
    measured = call.shift_log10 is not None  # and found to be like the normal counterpart
    return False if measured or against in call.qualifiers else None
