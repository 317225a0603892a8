"""Patterns that name no disease, held against a phenotype: genotypes and normal stages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flowpheno.matching.rules import Outcome, PhenotypeMatch, RuleMatch, match_phenotype
from flowpheno.panel.phenotypes import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowpheno.panel.patterns import NormalStage, Suggestion
    from flowpheno.phenotype import Phenotype


def match_suggestions(
    definitions: Iterable[Suggestion], measured: Phenotype, matches: Iterable[PhenotypeMatch]
) -> tuple[PhenotypeMatch, ...]:
    """Hold a phenotype against the patterns that go with a genotype.

    Parameters
    ----------
    definitions : iterable of Suggestion
        The patterns.
    measured : Phenotype
        What was measured or typed in.
    matches : iterable of PhenotypeMatch
        The same phenotype held against the entities; where the one that a pattern belongs to is
        excluded, the pattern does not match.

    Returns
    -------
    tuple of PhenotypeMatch
        In the order of the definitions. A match suggests a genotype and proves none.
    """
    excluded = {match.name: match for match in matches if match.outcome is Outcome.NO_MATCH}
    found = []
    for definition in definitions:
        match = match_phenotype(definition, measured)
        if definition.among in excluded:
            match = _outside(match, excluded[definition.among])
        found.append(match)
    return tuple(found)


def match_normal(stages: Iterable[NormalStage], measured: Phenotype) -> tuple[PhenotypeMatch, ...]:
    """Hold a phenotype against the stages of normal B precursors.

    Parameters
    ----------
    stages : iterable of NormalStage
        The stages.
    measured : Phenotype
        What was measured or typed in.

    Returns
    -------
    tuple of PhenotypeMatch
        In the order of the stages.
    """
    return tuple(match_phenotype(stage, measured) for stage in stages)


def is_like_normal(match: PhenotypeMatch) -> bool:
    """Tell whether nothing that was reported tells a phenotype from a normal stage.

    Parameters
    ----------
    match : PhenotypeMatch
        From `match_normal`.

    Returns
    -------
    bool
        True where all it requires was found and nothing that excludes it, whatever was not
        reported.
    """
    required = [rule.met for rule in match.rules if rule.role is Role.REQUIRED]
    return match.outcome is not Outcome.NO_MATCH and all(required)


def _outside(match: PhenotypeMatch, entity: PhenotypeMatch) -> PhenotypeMatch:
    """Say that a pattern means nothing here."""
    broken = [r for r in entity.rules if r.met is False and r.role is not Role.SUPPORTING]
    rule = RuleMatch(
        expected=f"phenotype of {entity.title}",
        measured="; ".join(f"{r.expected} [{r.measured}]" for r in broken),
        met=False,
        role=Role.REQUIRED,
        source=f"what {entity.title} is",
    )
    rules = (rule, *match.rules)
    return replace(match, outcome=Outcome.NO_MATCH, rules=rules, deciding=())
