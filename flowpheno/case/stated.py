"""What flow says of a specimen that no files of ours were judged for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flowpheno.clonality import Clonality
from flowpheno.finding import ReasonCode
from flowpheno.lineage import Lineage
from flowpheno.panel.case import FlowDone, Phase
from flowpheno.statistics import Interval, wilson_percent
from flowpheno.verdict import SpecimenVerdict, Verdict

if TYPE_CHECKING:
    from flowpheno.panel.case import CaseLimits, CaseSpecimen, StatedVerdict

_NAN = float("nan")
WHOLE = "nucleated_all"
"""The denominator that all others are parts of."""


def flow_verdict(specimen: CaseSpecimen, judged: Verdict | None, limits: CaseLimits) -> Verdict:
    """Give what flow says of a specimen: judged, stated by a person, or not assessed.

    Parameters
    ----------
    specimen : CaseSpecimen
        What the case file says.
    judged : Verdict or None
        Verdict of its files; None if there are none.
    limits : CaseLimits
        For the sentence that goes with a negative.

    Returns
    -------
    Verdict
        The verdict; numbers that were not given are NaN.

    Raises
    ------
    ValueError
        If a verdict was judged on files though the case says flow was not done.
    """
    if judged is not None and specimen.flow is not FlowDone.PERFORMED:
        raise ValueError(f"{specimen.id}: flow is {specimen.flow}, yet a verdict was judged")
    if judged is not None:
        return judged
    if specimen.verdict is not None:
        return _stated(specimen.verdict, limits)
    reasons: tuple[ReasonCode, ...] = ()
    if specimen.flow is FlowDone.NOT_PERFORMED:
        reasons = (ReasonCode.FLOW_NOT_PERFORMED,)
    elif specimen.phase is Phase.DIAGNOSIS:
        reasons = (ReasonCode.DX_PHENOTYPE_MISSING,)
    why = f"flow cytometry: {specimen.flow.replace('_', ' ')}; no result here"
    return _verdict(SpecimenVerdict.NOT_ASSESSED, reasons=reasons, limitations=(why,))


def _stated(stated: StatedVerdict, limits: CaseLimits) -> Verdict:
    """Verdict of a person: nothing is computed that was not given."""
    percent = Interval(_NAN if stated.blast_percent is None else stated.blast_percent, _NAN, _NAN)
    if stated.n_blasts is not None and stated.n_nucleated is not None:
        percent = wilson_percent(stated.n_blasts, stated.n_nucleated)
    word = SpecimenVerdict(stated.verdict)
    negative = word is SpecimenVerdict.NO_ABERRANT_B_PRECURSOR
    whole, n = stated.denominator == WHOLE, stated.n_nucleated or 0
    bare = _verdict(
        word,
        reasons=(ReasonCode.SINGLE_SITE_NEGATIVE,) if negative else (),
        limitations=(limits.sentences.single_site,) if negative else (),
    )
    return replace(
        bare,
        evidence=(f"stated by: {stated.by}",),
        blast_percent=percent,
        n_blasts=stated.n_blasts or 0,
        n_nucleated=n if whole else 0,  # of a part of them nothing is known
        n_denominator=None if whole else n,
        denominator=stated.denominator,
    )


def _verdict(
    word: SpecimenVerdict, *, reasons: tuple[ReasonCode, ...], limitations: tuple[str, ...]
) -> Verdict:
    """Make a verdict that rests on no events of ours."""
    return Verdict(
        verdict=word,
        reasons=reasons,
        evidence=(),
        limitations=limitations,
        n_blasts=0,
        n_nucleated=0,
        denominator=WHOLE,
        blast_percent=Interval(_NAN, _NAN, _NAN),
        lod_percent=_NAN,
        lloq_percent=_NAN,
        hematogone_percent=_NAN,
        clonality=Clonality.NOT_ASSESSABLE,
        lineage=Lineage.NOT_EVALUABLE,
        known_bcp_all=False,
        template="",
    )
