"""Hold a measured phenotype against a definition, in three-valued logic.

An unknown decides nothing: a marker left out never turns *no match* into *match*.
"""

from flowpheno.matching.condition import evaluate, strength, unknown_markers
from flowpheno.matching.kleene import at_least, negate
from flowpheno.matching.patterns import is_like_normal, match_normal, match_suggestions
from flowpheno.matching.rules import (
    Outcome,
    PhenotypeMatch,
    RuleMatch,
    describe,
    match_phenotype,
)
from flowpheno.panel.phenotypes import Role

__all__ = [
    "Outcome",
    "PhenotypeMatch",
    "Role",
    "RuleMatch",
    "at_least",
    "describe",
    "evaluate",
    "is_like_normal",
    "match_normal",
    "match_phenotype",
    "match_suggestions",
    "negate",
    "strength",
    "unknown_markers",
]
