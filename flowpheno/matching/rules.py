"""A measured phenotype held against a definition, rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from flowpheno.matching.condition import evaluate, unknown_markers
from flowpheno.matching.kleene import at_least, negate
from flowpheno.panel.phenotypes import Role

if TYPE_CHECKING:
    from flowpheno.marker import Marker
    from flowpheno.panel.phenotypes import Rule, RuledDefinition
    from flowpheno.phenotype import MarkerCall, Phenotype


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
        The definition; the entity is a normal stage or a genotype where it is no disease.
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


def match_phenotype(definition: RuledDefinition, measured: Phenotype) -> PhenotypeMatch:
    """Hold a phenotype against one definition.

    Parameters
    ----------
    definition : RuledDefinition
        An entity, a normal stage, or what suggests a genotype.
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
        entity=definition.stands_for,
        outcome=outcome,
        rules=rules,
        deciding=tuple(
            sorted({m for rule in open_rules for m in unknown_markers(rule, measured)})
        ),
    )


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
