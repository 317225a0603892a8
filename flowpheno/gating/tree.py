"""The gating tree: nucleated single cells to named populations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.gating.anchor import CD45, SSC, Anchors, find_anchors
from flowpheno.gating.control import control_of, find_controls
from flowpheno.gating.cutpoint import CutMethod, Cutpoint, cut_findings, find_cutpoint
from flowpheno.gating.decades import Decades, to_decades
from flowpheno.gating.landmark import Landmarks
from flowpheno.gating.resolve import resolve
from flowpheno.gating.scatter import odd_scatter
from flowpheno.gating.spread import estimate_spread
from flowpheno.marker import DYES, Marker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask
    from flowpheno.gating.definition import PopulationDefinitions
    from flowpheno.gating.limits import GatingLimits
    from flowpheno.population import Population
    from flowpheno.sample import Sample

CD19 = Marker("CD19")
_OTHER_B = (Marker("CD22"), Marker("cyCD79a"))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GatedTube:
    """A tube with its populations.

    Attributes
    ----------
    sample : Sample
        Compensated where there is a matrix.
    decades : Decades
        The same on the scale gates work on.
    nucleated : EventMask
        Nucleated single intact cells: the denominator.
    anchors : Anchors or None
        None where the tube has no CD45, no side scatter or too few cells.
    cutpoints : mapping of Marker to Cutpoint
        For each stained marker; empty without anchors.
    populations : mapping of str to Population
        By name, parents before children. Without ``B_lineage`` no B-lineage marker was stained.
    findings : tuple of Finding
        What could not be gated, and which fallback was used.
    landmarks : Landmarks or None
        Where the levels of its markers lie; None without anchors.
    """

    sample: Sample
    decades: Decades
    nucleated: EventMask
    anchors: Anchors | None
    cutpoints: Mapping[Marker, Cutpoint]
    populations: Mapping[str, Population]
    findings: tuple[Finding, ...]
    landmarks: Landmarks | None = None

    def mask(self, name: str) -> EventMask:
        """Give a population's membership.

        Parameters
        ----------
        name : str
            Population.

        Returns
        -------
        EventMask
            All False where the tube has no such population.
        """
        if name in self.populations:
            return self.populations[name].mask
        return np.zeros(self.sample.n_events, bool)


def gate_tube(
    sample: Sample,
    nucleated: EventMask,
    limits: GatingLimits,
    definitions: PopulationDefinitions,
    *,
    dropped: Mapping[str, EventMask] | None = None,
) -> GatedTube:
    """Find the populations of a tube.

    Parameters
    ----------
    sample : Sample
        Compensated where there is a matrix.
    nucleated : EventMask
        Nucleated single intact cells.
    limits : GatingLimits
        Parameters.
    definitions : PopulationDefinitions
        What each population is.
    dropped : mapping of str to EventMask or None
        Events that each step of quality control excluded; None if that is not known.

    Returns
    -------
    GatedTube
        With a finding for what the tube's markers do not allow.
    """
    decades, blank, substituted = _with_backbone(to_decades(sample))
    anchors = find_anchors(decades, nucleated, limits)
    if anchors is None:
        return _ungated(sample, decades, nucleated)
    cutpoints = _cutpoints(decades, anchors, limits)
    tube = Landmarks(
        decades=decades,
        anchors=anchors,
        cutpoints=cutpoints,
        spread=estimate_spread(sample, decades, cutpoints, anchors.low_scatter, limits),
        definitions=definitions,
        limits=limits,
        blank=blank,
    )
    scatter = odd_scatter(sample, decades, anchors, limits)
    roots = {"all": np.ones_like(nucleated), "nucleated": nucleated}
    resolved = resolve(tube, roots, {**(dropped or {}), **scatter})
    return GatedTube(
        sample=sample,
        decades=decades,
        nucleated=nucleated,
        anchors=anchors,
        cutpoints=cutpoints,
        populations=resolved.populations,
        landmarks=tube,
        findings=(
            *substituted,
            *cut_findings(cutpoints, limits),
            *resolved.findings,
            *_control_findings(resolved.populations, limits),
            *_unclear_lineage(cutpoints, decades),
        ),
    )


def _with_backbone(
    decades: Decades,
) -> tuple[Decades, frozenset[Marker], tuple[Finding, ...]]:
    """Let the rest of the backbone decide where CD45 or side scatter was not measured.

    The missing one becomes a constant that tells no cell from another; without both there is
    nothing to gate on.
    """
    missing = [m for m in (CD45, SSC) if m not in decades]
    if len(missing) != 1:
        return decades, frozenset(), ()
    blank = np.zeros((len(decades.values), 1), np.float32)
    filled = replace(
        decades,
        values=np.hstack([decades.values, blank]),
        columns={**decades.columns, missing[0]: decades.values.shape[1]},
    )
    finding = Finding(
        code=ReasonCode.REF_SUBSTITUTED,
        severity=Severity.WARNING,
        stage="gating.tree",
        message=f"no {missing[0]} in the tube: cells without B or precursor antigens stand in for "
        "lymphocytes",
    )
    return filled, frozenset(missing), (finding,)


def _cutpoints(decades: Decades, anchors: Anchors, limits: GatingLimits) -> dict[Marker, Cutpoint]:
    """Cut each stained marker beside its negative control."""
    controls = find_controls(decades, anchors, limits)
    return {
        marker: find_cutpoint(
            decades,
            marker,
            control_of(marker, decades, controls, limits),
            anchors.low_scatter,
            limits,
        )
        for marker in decades.transforms
        if marker not in DYES and marker != CD45
    }


def _control_findings(
    populations: Mapping[str, Population], limits: GatingLimits
) -> tuple[Finding, ...]:
    findings = []
    n_control = populations["T"].n
    if n_control < limits.minimum_control:
        findings.append(
            Finding(
                code=ReasonCode.NEG_CONTROL_TOO_SMALL,
                severity=Severity.WARNING,
                stage="gating.tree",
                message=f"{n_control} T cells, need {limits.minimum_control} as negative control",
                value=float(n_control),
            )
        )
    if "B_lineage" not in populations:
        findings.append(
            Finding(
                code=ReasonCode.B_LINEAGE_NOT_GATED,
                severity=Severity.BLOCKING,
                stage="gating.tree",
                message="no CD19, cyCD79a, nor CD22 with CD10 or CD24: B lineage cannot be gated",
            )
        )
    return tuple(findings)


def _unclear_lineage(
    cutpoints: Mapping[Marker, Cutpoint], decades: Decades
) -> tuple[Finding, ...]:
    """Doubt a B lineage whose one marker has no population: the rim of other cells is in it."""
    cut = cutpoints.get(CD19)
    other = any(marker in cutpoints for marker in _OTHER_B)
    if cut is None or other or decades.relative or cut.method is not CutMethod.CONTROL:
        return ()
    return (
        Finding(
            code=ReasonCode.CD19_WITHOUT_POPULATION,
            severity=Severity.WARNING,
            stage="gating.tree",
            message="no population carries CD19, and no other marker of the B lineage was stained",
            value=cut.confidence,
        ),
    )


def _ungated(sample: Sample, decades: Decades, nucleated: EventMask) -> GatedTube:
    why = (
        "neither CD45 nor side scatter in the tube"
        if CD45 not in decades
        else f"no lymphocytes to count from among {np.count_nonzero(nucleated)} nucleated cells"
    )
    return GatedTube(
        sample=sample,
        decades=decades,
        nucleated=nucleated,
        anchors=None,
        cutpoints={},
        populations={},
        findings=(
            Finding(
                code=ReasonCode.B_LINEAGE_NOT_GATED,
                severity=Severity.BLOCKING,
                stage="gating.tree",
                message=f"populations cannot be found: {why}",
            ),
        ),
    )
