"""The gating tree: nucleated single cells to named populations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.gating.anchor import CD45, SSC, Anchors, find_anchors
from flowpheno.gating.b_lineage import BLineage, gate_b_lineage
from flowpheno.gating.cutpoint import Cutpoint, find_cutpoint
from flowpheno.gating.decades import Decades, to_decades
from flowpheno.marker import DYES, Marker
from flowpheno.population import Population

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask
    from flowpheno.gating.limits import GatingLimits
    from flowpheno.sample import Sample

_IMMATURE = tuple(Marker(m) for m in ("CD34", "CD117"))
_ON_T = frozenset(
    Marker(m)
    for m in (
        "CD3",
        "cyCD3",
        "CD7",
        "CD2",
        "CD5",
        "CD4",
        "CD8",
        "CD56",
        "TCRab",
        "TCRgd",
        "CD4+CD8",
    )
)


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
    b_lineage : BLineage or None
        None where no B-lineage marker was stained.
    populations : mapping of str to Population
        By name, parents before children; all lie inside `nucleated`.
    findings : tuple of Finding
        What could not be gated, and which fallback was used.
    """

    sample: Sample
    decades: Decades
    nucleated: EventMask
    anchors: Anchors | None
    cutpoints: Mapping[Marker, Cutpoint]
    b_lineage: BLineage | None
    populations: Mapping[str, Population]
    findings: tuple[Finding, ...]

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


def gate_tube(sample: Sample, nucleated: EventMask, limits: GatingLimits) -> GatedTube:
    """Find the internal populations and the B lineage of a tube.

    Parameters
    ----------
    sample : Sample
        Compensated where there is a matrix.
    nucleated : EventMask
        Nucleated single intact cells.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    GatedTube
        With a finding for what the tube's markers do not allow.
    """
    decades, substituted = _with_backbone(to_decades(sample))
    anchors = find_anchors(decades, nucleated, limits)
    if anchors is None:
        return _ungated(sample, decades, nucleated)
    cutpoints = _cutpoints(decades, anchors, limits)
    b_lineage = gate_b_lineage(decades, anchors, cutpoints, limits)
    masks = _masks(decades, anchors, cutpoints, b_lineage, limits) | {
        "low_scatter": anchors.low_scatter
    }
    parents = {"B_mature": "B_lineage", "plasma": "nucleated", "B_precursors": "B_lineage"}
    populations = {
        name: Population(name, parents.get(name, "nucleated"), mask & nucleated)
        for name, mask in masks.items()
    }
    return GatedTube(
        sample=sample,
        decades=decades,
        nucleated=nucleated,
        anchors=anchors,
        cutpoints=cutpoints,
        b_lineage=b_lineage,
        populations=populations,
        findings=(*substituted, *_control_findings(populations, b_lineage, limits)),
    )


def _with_backbone(decades: Decades) -> tuple[Decades, tuple[Finding, ...]]:
    """Let the rest of the backbone decide where CD45 or side scatter was not measured.

    The missing one becomes a constant that tells no cell from another; without both there is
    nothing to gate on.
    """
    missing = [m for m in (CD45, SSC) if m not in decades]
    if len(missing) != 1:
        return decades, ()
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
    return filled, (finding,)


def _cutpoints(decades: Decades, anchors: Anchors, limits: GatingLimits) -> dict[Marker, Cutpoint]:
    """Each marker beside lymphocytes; markers of T and NK cells beside granulocytes."""
    enough = np.count_nonzero(anchors.granulocytes) >= limits.minimum_control
    others = anchors.granulocytes if enough else anchors.low_scatter & ~anchors.lymphocytes
    controls = {True: ("gran", others), False: ("T", anchors.lymphocytes)}
    return {
        marker: find_cutpoint(
            decades,
            marker,
            controls[marker in _ON_T and bool(others.any())],
            anchors.low_scatter,
            limits,
        )
        for marker in decades.transforms
        if marker not in DYES and marker != CD45
    }


def _masks(
    decades: Decades,
    anchors: Anchors,
    cutpoints: Mapping[Marker, Cutpoint],
    b_lineage: BLineage | None,
    limits: GatingLimits,
) -> dict[str, EventMask]:
    """Split the cells outside the B lineage by CD45, side scatter and what else is stained."""
    none = np.zeros(len(decades.values), bool)
    gate = b_lineage.gate if b_lineage is not None else none
    cd45, scatter = decades.of(CD45), decades.of(SSC)
    home = float(np.median(cd45[anchors.lymphocytes]))
    inside = anchors.cluster >= 0
    immature = none.copy()
    for marker in _IMMATURE:
        if marker in cutpoints:
            immature |= decades.of(marker) > cutpoints[marker].decade
    border = float(np.median(scatter[anchors.lymphocytes])) + limits.lymphocyte_scatter
    bright = cd45 > home - limits.lymphocyte_cd45
    lymphocytes = inside & (scatter < border) & bright & ~gate & ~immature
    for marker in (Marker("CD10"), Marker("CD20")):
        if marker in cutpoints:
            lymphocytes &= decades.of(marker) <= cutpoints[marker].control_end
    masks = {"lymphocytes": lymphocytes, **_t_and_nk(decades, cutpoints, lymphocytes)}
    rest = inside & ~gate & ~lymphocytes
    erythroid = anchors.low_scatter & rest & (cd45 < home - limits.erythroid_cd45) & ~immature
    middle = rest & ~erythroid & (scatter < anchors.scatter_border + limits.monocyte_scatter)
    mono = middle & (cd45 > home - limits.monocyte_cd45) & ~immature & (scatter >= border)
    gran = rest & ~mono & ~anchors.low_scatter & ~immature
    masks |= {
        "mono": mono,
        "gran": gran,
        "erythroid": erythroid,
        "progenitors": rest
        & immature
        & (scatter < anchors.scatter_border + limits.monocyte_scatter),
    }
    if b_lineage is not None:
        masks |= {
            "B_lineage": gate,
            "B_mature": b_lineage.mature,
            "plasma": b_lineage.plasma,
            "B_precursors": b_lineage.precursors,
        }
    return masks


def _t_and_nk(
    decades: Decades, cutpoints: Mapping[Marker, Cutpoint], lymphocytes: EventMask
) -> dict[str, EventMask]:
    """T cells by CD3 where it is stained; else all lymphocytes that are not B (T and NK)."""
    for name in ("CD3", "cyCD3"):
        marker = Marker(name)
        if marker in cutpoints:
            positive = _upper_mode(decades, marker, lymphocytes)
            return {"T": positive, "NK": lymphocytes & ~positive}
    return {"T": lymphocytes}


def _upper_mode(decades: Decades, marker: Marker, parent: EventMask) -> EventMask:
    """Split a parent at the widest valley; the anchor may itself be the positive mode."""
    from flowpheno.density import density  # noqa: PLC0415 - one use

    values = decades.of(marker)
    curve = density(values[parent], bandwidth=0.1)
    modes = curve.modes()
    if modes.size == 0:
        return parent
    valley = curve.valley_above(float(modes[0]))
    return parent if valley is None else parent & (values > valley.position)


def _control_findings(
    populations: Mapping[str, Population], b_lineage: BLineage | None, limits: GatingLimits
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
    if b_lineage is None:
        findings.append(
            Finding(
                code=ReasonCode.B_LINEAGE_NOT_GATED,
                severity=Severity.BLOCKING,
                stage="gating.tree",
                message="no CD19, cyCD79a, nor CD22 with CD10 or CD24: B lineage cannot be gated",
            )
        )
    return tuple(findings)


def _ungated(sample: Sample, decades: Decades, nucleated: EventMask) -> GatedTube:
    why = (
        "neither CD45 nor side scatter in the tube"
        if CD45 not in decades
        else "too few nucleated cells"
    )
    return GatedTube(
        sample=sample,
        decades=decades,
        nucleated=nucleated,
        anchors=None,
        cutpoints={},
        b_lineage=None,
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
