"""Hold a measured phenotype against a definition, rule by rule, in three-valued logic.

Kleene: True, False, and None for unknown. Borderline, not evaluable and not reported are all
unknown; an unknown decides nothing, so a marker left out never turns *no match* into *match*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from flowpheno.panel.conditions import AllOf, AnyOf, AtLeast, Level, MarkerCondition
from flowpheno.panel.phenotypes import Role
from flowpheno.phenotype import Qualifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowpheno.marker import Marker
    from flowpheno.panel.conditions import Condition
    from flowpheno.panel.phenotypes import PhenotypeDefinition, Rule
    from flowpheno.phenotype import MarkerCall, Phenotype
    from flowpheno.statistics import Interval


class Outcome(StrEnum):
    """What a definition says of a phenotype."""

    MATCH = "match"
    NO_MATCH = "no_match"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMatch:
    """One rule held against what was measured.

    Attributes
    ----------
    expected : str
        What the rule asks for, in words; an excluding rule begins with ``not:``.
    measured : str
        What was measured of its markers, in words.
    met : bool or None
        Whether the demand is fulfilled (for an excluding rule: whether its condition does *not*
        hold); None if that cannot be told.
    role : Role
        Required, excluding or supporting.
    source : str
        Where the rule comes from.
    """

    expected: str
    measured: str
    met: bool | None
    role: Role
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhenotypeMatch:
    """A definition held against what was measured.

    Attributes
    ----------
    name, title, entity : str
        The definition.
    outcome : Outcome
        Supporting rules never change it.
    rules : tuple of RuleMatch
        In the order of the definition.
    deciding : tuple of Marker
        Markers, sorted, whose call or intensity would decide an undetermined match; empty
        otherwise.
    """

    name: str
    title: str
    entity: str
    outcome: Outcome
    rules: tuple[RuleMatch, ...]
    deciding: tuple[Marker, ...]


def negate(truth: bool | None) -> bool | None:  # noqa: FBT001 - the value itself
    """Kleene negation.

    Parameters
    ----------
    truth : bool or None
        A truth value.

    Returns
    -------
    bool or None
        The opposite; unknown stays unknown.
    """
    return None if truth is None else not truth


def at_least(n: int, truths: Iterable[bool | None]) -> bool | None:
    """Kleene threshold: whether at least `n` hold; *or* is 1, *and* is their number.

    Parameters
    ----------
    n : int
        How many must hold.
    truths : iterable of bool or None
        Truth values.

    Returns
    -------
    bool or None
        True if enough are True, False if too few could be, None otherwise.
    """
    values = tuple(truths)
    if sum(v is True for v in values) >= n:
        return True
    return False if sum(v is not False for v in values) < n else None


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


def match_phenotype(definition: PhenotypeDefinition, measured: Phenotype) -> PhenotypeMatch:
    """Hold a phenotype against one definition.

    Parameters
    ----------
    definition : PhenotypeDefinition
        The entity.
    measured : Phenotype
        What was measured or typed in.

    Returns
    -------
    PhenotypeMatch
        Undetermined, not *no match*, as long as an unmeasured marker could decide.
    """
    rules = tuple(_match_rule(rule, measured) for rule in definition.rules)
    binding = [rule.met for rule in rules if rule.role is not Role.SUPPORTING]
    truth = at_least(len(binding), binding)
    outcome = {True: Outcome.MATCH, False: Outcome.NO_MATCH, None: Outcome.UNDETERMINED}[truth]
    open_rules = [
        rule
        for rule, result in zip(definition.rules, rules, strict=True)
        if truth is None and result.met is None and rule.role is not Role.SUPPORTING
    ]
    return PhenotypeMatch(
        name=definition.name,
        title=definition.title,
        entity=definition.entity.value,
        outcome=outcome,
        rules=rules,
        deciding=tuple(
            sorted({m for rule in open_rules for m in unknown_markers(rule, measured)})
        ),
    )


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


def describe(call: MarkerCall) -> str:
    """Say a call in words.

    Parameters
    ----------
    call : MarkerCall
        Of one marker.

    Returns
    -------
    str
        Such as ``"CD10 positive, bright (97.2 %)"`` or ``"cyMPO not reported"``.
    """
    words = ", ".join([call.call.value.replace("_", " "), *(q.value for q in call.qualifiers)])
    percent = "" if call.percent is None else f" ({call.percent.estimate:.3g} %)"
    return f"{call.marker} {words}{percent}"


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


def _match_rule(rule: Rule, measured: Phenotype) -> RuleMatch:
    truth = evaluate(rule, measured)
    excluding = rule.role is Role.EXCLUDING
    markers = dict.fromkeys(marker for leaf in rule.leaves for marker in leaf.markers)
    return RuleMatch(
        expected=f"not: {rule}" if excluding else str(rule),
        measured="; ".join(describe(measured.call(marker)) for marker in markers),
        met=negate(truth) if excluding else truth,
        role=rule.role,
        source=rule.source,
    )


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
    """Whether a positive marker is dim or bright; unknown if its intensity was not said."""
    if not call.truth:
        return call.truth
    if level in call.qualifiers:
        return True
    return False if against in call.qualifiers else None
