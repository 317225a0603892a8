"""Diagnosis against relapse: every marker, how alike, and what that may and may not mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.comparison.balance import Balance, Stability, judge_stability, weigh
from flowpheno.comparison.shift import MarkerShift, ShiftCall, compare_marker
from flowpheno.comparison.similarity import Similarity, measure_similarity
from flowpheno.comparison.structure import NO_STRUCTURE, Fate, Structure, compare_structure
from flowpheno.finding import ReasonCode
from flowpheno.lineage import Lineage
from flowpheno.marker import Marker
from flowpheno.phenotype import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from flowpheno.comparison.values import Profile
    from flowpheno.finding import Finding
    from flowpheno.panel.comparison import ComparisonLimits
    from flowpheno.phenotype import MarkerCall

_CD19 = Marker("CD19")
_OTHER_GATES = frozenset({Marker("CD22"), Marker("CD24"), Marker("cyCD79a")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A population at two time points.

    Attributes
    ----------
    verdict : Stability
        What became of the phenotype.
    reasons : tuple of ReasonCode
        Why it is not evaluable; empty if it is.
    shifts : tuple of MarkerShift
        One for each marker of either side, markers of the diagnosis first.
    similarity : Similarity
        Figures that describe; none decides.
    kept, lost, gained : tuple of Marker
        Aberrancies of the diagnosis still there, and gone; those new at relapse.
    lost_percent : float
        Share lost of the evaluable aberrancies (or changed, of all comparable markers, where
        aberrancies were not assessed); NaN if not evaluable.
    lineage_switch : bool
        B lineage at diagnosis, T or myeloid lineage and no longer B at relapse.
    implications : tuple of str
        Sentences for the report.
    changed : tuple of Marker
        Markers that gained or lost their category or moved far, aberrancies going back to
        normal apart.
    findings : tuple of Finding
        What was noticed of the two specimens, such as that they are one and the same.
    structure : Structure
        Sub-populations at either time, and figures that need the events; none decides.
    """

    verdict: Stability
    reasons: tuple[ReasonCode, ...]
    shifts: tuple[MarkerShift, ...]
    similarity: Similarity
    kept: tuple[Marker, ...]
    lost: tuple[Marker, ...]
    gained: tuple[Marker, ...]
    lost_percent: float
    lineage_switch: bool
    implications: tuple[str, ...]
    changed: tuple[Marker, ...] = ()
    findings: tuple[Finding, ...] = ()
    structure: Structure = NO_STRUCTURE

    @property
    def table(self) -> pd.DataFrame:
        """Table of the shifts, as ``shifts.csv`` holds it.

        Returns
        -------
        DataFrame
            A row for each marker: marker, call, diagnosis, relapse, delta_log10, low, high,
            reason (codes joined by ``;``).
        """
        import pandas as pd  # noqa: PLC0415 - slow import, needed for the table only

        rows = [
            {
                "marker": shift.marker,
                "call": shift.call.value,
                "diagnosis": call_text(shift.diagnosis),
                "relapse": call_text(shift.relapse),
                "delta_log10": shift.delta_log10,
                "low": shift.low,
                "high": shift.high,
                "reason": ";".join(shift.reasons),
            }
            for shift in self.shifts
        ]
        columns = [
            "marker",
            "call",
            "diagnosis",
            "relapse",
            "delta_log10",
            "low",
            "high",
            "reason",
        ]
        return pd.DataFrame(rows, columns=columns)


def compare(
    diagnosis: Profile | None,
    relapse: Profile,
    limits: ComparisonLimits,
    *,
    rng: np.random.Generator,
) -> Comparison:
    """Compare the phenotype of a relapse with that of the diagnosis.

    Parameters
    ----------
    diagnosis : Profile or None
        The earlier population; None (or no marker call) if its phenotype is not available.
    relapse : Profile
        The later population.
    limits : ComparisonLimits
        From which distance a shift is called, and what shifts may mean.
    rng : Generator
        For the bootstrap intervals.

    Returns
    -------
    Comparison
        Shifts, similarity and a verdict on the phenotype; it never rejects a relapse.
    """
    if diagnosis is None or not (diagnosis.phenotype.calls or diagnosis.markers):
        return _without_diagnosis(limits)
    names = dict.fromkeys(
        name
        for profile in (diagnosis, relapse)
        for name in (*profile.markers, *profile.phenotype.calls)
    )
    shifts = tuple(compare_marker(n, diagnosis, relapse, limits, rng=rng) for n in names)
    balance = weigh(shifts, diagnosis, relapse, limits)
    lineages = diagnosis.lineage, relapse.lineage
    changed = Lineage.NOT_EVALUABLE not in lineages and lineages[0] is not lineages[1]
    verdict = judge_stability(balance, limits, lineage_changed=changed)
    if verdict is Stability.PHENOTYPE_STABLE and (_hides_cd19(shifts) or _are_few(shifts, limits)):
        verdict = Stability.NOT_EVALUABLE  # what was not compared may have changed
    switch = lineages[0] is Lineage.B and lineages[1] in {Lineage.T, Lineage.MYELOID}
    structure = compare_structure(diagnosis, relapse, shifts, limits)
    said = _implications(verdict, balance, shifts, limits, lineage=(changed, switch))
    refused = {reason for shift in shifts for reason in shift.reasons}
    return Comparison(
        verdict=verdict,
        reasons=tuple(sorted(refused)) if verdict is Stability.NOT_EVALUABLE else (),
        shifts=shifts,
        similarity=measure_similarity(shifts),
        kept=balance.kept,
        lost=balance.lost,
        gained=balance.gained,
        changed=balance.changed,
        lost_percent=balance.lost_percent,
        lineage_switch=switch,
        implications=(*said, *_parts(structure)),
        structure=structure,
    )


def call_text(call: MarkerCall) -> str:
    """Put a marker call into words for a table.

    Parameters
    ----------
    call : MarkerCall
        A call.

    Returns
    -------
    str
        Such as ``"positive, dim, 84.2 %, median 1,234"``; parts that are unknown are left out.
    """
    parts = [call.call.value.replace("_", " "), *call.qualifiers]
    if call.percent is not None and np.isfinite(call.percent.estimate):
        parts.append(f"{call.percent.estimate:.1f} %")
    if call.median is not None and np.isfinite(call.median):
        parts.append(f"median {call.median:,.0f}")
    return ", ".join(parts)


def _without_diagnosis(limits: ComparisonLimits) -> Comparison:
    """Nothing is assumed of a diagnosis that was not seen."""
    return Comparison(
        verdict=Stability.NOT_EVALUABLE,
        reasons=(ReasonCode.DX_PHENOTYPE_MISSING,),
        shifts=(),
        similarity=measure_similarity(()),
        kept=(),
        lost=(),
        gained=(),
        lost_percent=float("nan"),
        lineage_switch=False,
        implications=(limits.sentences.no_diagnosis, limits.sentences.relapse),
    )


def _implications(
    verdict: Stability,
    balance: Balance,
    shifts: Sequence[MarkerShift],
    limits: ComparisonLimits,
    *,
    lineage: tuple[bool, bool],
) -> tuple[str, ...]:
    """Say what the verdict may and may not mean."""
    words, (changed, switch) = limits.sentences, lineage
    said = [_counted(balance)] if balance.n else []
    if balance.n and not balance.assessed:
        said.append(words.no_aberrancies)
    if balance.changed:
        said.append(f"{words.changed}: {', '.join(balance.changed)}.")
    match verdict:
        case Stability.PHENOTYPE_STABLE:
            said.append(words.stable)
        case Stability.SHIFTED:
            said.append(words.relapse)
        case Stability.DIVERGENT:
            said += [words.relapse, words.divergent]
        case Stability.NOT_EVALUABLE:
            said += [*_unjudged(balance, shifts, limits), words.relapse]
    if changed:
        said.append(words.lineage_switch if switch else words.lineage_change)
    return (*said, *_about_cd19(shifts, limits))


def _about_cd19(shifts: Sequence[MarkerShift], limits: ComparisonLimits) -> list[str]:
    """Warn of a gate on CD19 where it is lost or may be, and name those that are left."""
    words, gone = limits.sentences, {ShiftCall.LOSS, ShiftCall.MARKED_DOWN}
    lost = any(s.marker == _CD19 and s.call in gone for s in shifts)
    if not lost and not _hides_cd19(shifts):
        return []
    left = [s.marker for s in shifts if s.marker in _OTHER_GATES and s.relapse.truth is True]
    gates = f"{words.other_b_gates}: {', '.join(left)}." if left else words.no_b_gates
    return [words.cd19_lost if lost else words.cd19_masked, gates]


def _unjudged(
    balance: Balance, shifts: Sequence[MarkerShift], limits: ComparisonLimits
) -> list[str]:
    """Say why nothing can be said; of CD19 alone another sentence speaks."""
    if balance.n == 0:
        return [limits.sentences.not_evaluable]
    return [limits.sentences.few_markers] if _are_few(shifts, limits) else []


def _are_few(shifts: Sequence[MarkerShift], limits: ComparisonLimits) -> bool:
    """Whether so few markers are comparable that nothing says the phenotype stayed."""
    return sum(shift.comparable for shift in shifts) < limits.verdict.stable_markers


def _hides_cd19(shifts: Sequence[MarkerShift]) -> bool:
    """Whether CD19 may be lost, and cannot be compared."""
    return any(s.marker == _CD19 and not s.comparable and _is_gone(s) for s in shifts)


def _is_gone(shift: MarkerShift) -> bool:
    """Whether a marker was there, and is not known to be."""
    measured = shift.relapse.call is not Call.NOT_REPORTED
    return measured and shift.diagnosis.truth is True and shift.relapse.truth is not True


def _parts(structure: Structure) -> list[str]:
    """Tell the sub-populations that came, went, or changed their share."""
    return [
        f"Sub-population {part.name}: {part.fate.value.lower()}, {part.diagnosis.estimate:.1f} % "
        f"of the population at diagnosis, {part.relapse.estimate:.1f} % at relapse."
        for part in structure.subpopulations
        if part.fate is not Fate.KEPT
    ]


def _counted(balance: Balance) -> str:
    """Say the balance with its numbers, and what remains to be followed."""
    what = "aberrancies of the diagnosis" if balance.assessed else "comparable markers"
    done = "lost" if balance.assessed else "changed"
    lost = f" ({', '.join(balance.lost)})" if balance.lost else ""
    kept = f"; still usable to follow: {', '.join(balance.kept)}" if balance.kept else ""
    new = f"; new at relapse: {', '.join(balance.gained)}" if balance.gained else ""
    return f"{len(balance.lost)} of {balance.n} {what} {done}{lost}{kept}{new}."
