"""WHO-HAEM5 lineage criteria, each three-valued, with the intensity they ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flowpheno.lineage.stage import open_words
from flowpheno.matching import at_least, evaluate, unknown_markers

if TYPE_CHECKING:
    from flowpheno.panel.conditions import Condition
    from flowpheno.panel.scores import Evidence, Who5
    from flowpheno.phenotype import Phenotype

_NAMES = {"b": "B", "t": "T", "myeloid": "myeloid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Who5Lineage:
    """The lineage criteria of WHO-HAEM5.

    Attributes
    ----------
    b, t, myeloid : bool or None
        Whether the criterion is met; None if it cannot be told.
    mpal : bool or None
        Whether those of two lineages are met.
    text : str
        In words.
    """

    b: bool | None
    t: bool | None
    myeloid: bool | None
    mpal: bool | None
    text: str


def who5_lineage(measured: Phenotype, who5: Who5, evidence: Evidence) -> Who5Lineage:
    """Hold a phenotype against the lineage criteria of WHO-HAEM5.

    Parameters
    ----------
    measured : Phenotype
        Of the blasts.
    who5 : Who5
        The criteria.
    evidence : Evidence
        What makes an undecided lineage worth a word.

    Returns
    -------
    Who5Lineage
        All unknown for a phenotype without calls.

    References
    ----------
    .. [1] Khoury JD et al. The 5th edition of the World Health Organization classification of
       haematolymphoid tumours: myeloid and histiocytic/dendritic neoplasms. Leukemia.
       2022;36:1703-1719.
    """
    criteria = {"b": who5.b, "t": who5.t, "myeloid": who5.myeloid}
    hints = {"b": evidence.b, "t": evidence.t, "myeloid": evidence.myeloid}
    truths = {name: evaluate(criterion, measured) for name, criterion in criteria.items()}
    mixed = at_least(2, truths.values())
    words = [
        _words(name, criterion, measured, shown=evaluate(hints[name].evidence, measured))
        for name, criterion in criteria.items()
    ]
    text = " + ".join(filter(None, words)) or _nothing(truths, measured, who5)
    return Who5Lineage(
        b=truths["b"],
        t=truths["t"],
        myeloid=truths["myeloid"],
        mpal=mixed,
        text=f"mixed phenotype: {text}" if mixed else text,
    )


def _words(name: str, criterion: Condition, measured: Phenotype, *, shown: bool | None) -> str:
    """Say a criterion that is met, or one that is not or not yet although evidence is there."""
    truth = evaluate(criterion, measured)
    lineage = f"{_NAMES[name]} lineage"
    if truth or not shown:
        return lineage if truth else ""
    if truth is False:
        return f"{lineage} criterion not met"
    if evaluate(criterion, _with_open_intensities_strong(measured)):
        return f"{lineage}; intensity criterion not evaluable"
    missing = open_words(unknown_markers(criterion, measured), measured)
    return f"{lineage} undecided ({missing})"


def _with_open_intensities_strong(measured: Phenotype) -> Phenotype:
    calls = {
        marker: replace(call, strong=True) if call.truth and call.strong is None else call
        for marker, call in measured.calls.items()
    }
    return replace(measured, calls=calls)


def _nothing(truths: dict[str, bool | None], measured: Phenotype, who5: Who5) -> str:
    if None not in truths.values():
        return "no lineage criterion met"
    criteria = {"b": who5.b, "t": who5.t, "myeloid": who5.myeloid}
    undecided = ", ".join(_NAMES[name] for name, truth in truths.items() if truth is None)
    unknown = [m for name, c in criteria.items() for m in unknown_markers(c, measured)]
    missing = open_words(tuple(dict.fromkeys(unknown)), measured)
    return f"not evaluable for {undecided} ({missing})"
