"""Against a normal template: which B-lineage events are abnormal, and in what.

Events improbable under the template are flagged, clustered, and each cluster's markers are
compared with the normal events nearest to it in the *other* markers: matching on all of them
would hide the aberrancy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.cluster import cluster_flagged
from flowpheno.aberrancy.continuum import measure_continuum
from flowpheno.aberrancy.evidence import Aberrancy, AberrancyCall, AberrancyKind, Detection
from flowpheno.aberrancy.membership import refine_membership
from flowpheno.aberrancy.template import (
    b_lineage_events,
    drift,
    fluorochromes_of,
    template_markers,
)
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.sample import ChannelKind

if TYPE_CHECKING:
    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.arrays import EventMask, Matrix, Values
    from flowpheno.gating import GatedTube

_BACKBONE = frozenset({"CD19", "CD10", "CD34", "CD20", "CD45"})
FSC, VIABILITY = Marker("FSC"), Marker("VIABILITY")


@dataclass(frozen=True, slots=True, eq=False)
class _Cluster:
    call: AberrancyCall
    members: EventMask
    aberrancies: tuple[Aberrancy, ...]
    estimate: float


_RANK = {AberrancyCall.NOT_ABERRANT: 0, AberrancyCall.SUSPICIOUS: 1, AberrancyCall.ABERRANT: 2}


def template_mismatch(
    gated: GatedTube, template: NormalTemplate, limits: AberrancyLimits
) -> Finding | None:
    """Tell why a template may not be used on a tube.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    template : NormalTemplate
        The template.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Finding or None
        ``TEMPLATE_MISMATCH`` with the reason; None where it fits.
    """
    message, value = "", None
    if "B_lineage" not in gated.populations:
        message = "the B lineage cannot be gated"
    elif gated.decades.relative:
        message = "the file is on a relative scale"
    elif missing := sorted(set(template.markers) - set(template_markers(gated))):
        message = f"not stained: {', '.join(missing)}"
    else:
        here = fluorochromes_of(gated)
        differ = [
            m
            for m in template.markers
            if template.fluorochromes.get(m) and here[m] and template.fluorochromes[m] != here[m]
        ]
        moved = drift(gated, template.markers, template.anchors, limits)
        if differ:
            message = f"other fluorochrome: {', '.join(differ)}"
        elif abs(moved.largest) > limits.drift_abort_log10:
            value = moved.largest
            message = (
                f"{moved.marker} of internal lymphocytes lies {value:+.2f} log10 from the template"
            )
    if not message:
        return None
    return Finding(
        code=ReasonCode.TEMPLATE_MISMATCH,
        severity=Severity.BLOCKING,
        stage="aberrancy.detection",
        message=f"template {template.name} does not fit: {message}",
        value=value,
    )


def detect_against_template(
    gated: GatedTube, template: NormalTemplate, limits: AberrancyLimits
) -> Detection:
    """Find the B-lineage events that are not normal.

    Parameters
    ----------
    gated : GatedTube
        A tube for which `template_mismatch` gives None.
    template : NormalTemplate
        The template.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Detection
        The union of the aberrant clusters, or the most suspicious one.
    """
    rows = np.flatnonzero(gated.mask("B_lineage"))
    moved = drift(gated, template.markers, template.anchors, limits)
    events = b_lineage_events(gated, template.markers) - moved.applied
    excess = template.surprise(events) - template.threshold if len(rows) else np.empty(0)
    score = np.full(gated.sample.n_events, np.nan, np.float32)
    score[rows] = excess
    clusters = _judge_clusters(gated, template, events, excess, limits)
    call = max(
        (c.call for c in clusters), key=_RANK.__getitem__, default=AberrancyCall.NOT_ABERRANT
    )
    chosen = [c for c in clusters if c.call is call and call is not AberrancyCall.NOT_ABERRANT]
    blasts = np.zeros(gated.sample.n_events, bool)
    aberrancies: tuple[Aberrancy, ...] = ()
    if chosen:
        seed_mask = np.logical_or.reduce([c.members for c in chosen])
        member = refine_membership(template, events, seed_mask)
        blasts[rows[member]] = True
        aberrancies = max(chosen, key=lambda c: c.estimate).aberrancies
    return Detection(
        call=call,
        blasts=blasts,
        aberrancies=aberrancies,
        continuum=measure_continuum(gated, limits),
        score=score,
        method="template",
        findings=_drift_findings(moved.largest, moved.marker, limits),
    )


def _drift_findings(largest: float, marker: str, limits: AberrancyLimits) -> tuple[Finding, ...]:
    if abs(largest) <= limits.drift_apply_log10:
        return ()
    return (
        Finding(
            code=ReasonCode.STEP_LOG,
            severity=Severity.NOTE,
            stage="aberrancy.detection",
            message=f"{marker} moved by {-largest:+.2f} log10 to the template's lymphocytes",
            value=largest,
        ),
    )


def _judge_clusters(
    gated: GatedTube,
    template: NormalTemplate,
    events: Matrix,
    excess: Values,
    limits: AberrancyLimits,
) -> list[_Cluster]:
    """Cluster what is flagged at each step above the threshold, and judge each cluster.

    Blasts far from normal stand alone at a high step, where hardly any normal event is left;
    blasts that overlap normal cells are met at the lowest.
    """
    size = _scatter_of(gated)
    # plasma cells share the backbone of precursors but for CD38: compared with those they
    # would lack CD10
    plasma = gated.mask("plasma")[gated.mask("B_lineage")]
    excess = np.where(plasma, -np.inf, excess)
    blind = size is None and _cannot_tell_dying(gated)
    few = limits.internal_percent_known / 100 * np.count_nonzero(gated.nucleated)
    judged = []
    before = -1
    for level, rate in zip(template.levels, template.rates, strict=True):
        flagged = np.flatnonzero(excess > level)
        if len(flagged) < limits.mention_events or len(flagged) == before:
            continue
        before = len(flagged)
        labels = cluster_flagged(events[flagged], limits)
        for label in range(int(labels.max(initial=-1)) + 1):
            members = np.zeros(len(events), bool)
            members[flagged[labels == label]] = True
            cluster = _judge(gated, template, events, members, limits, expected=rate * len(events))
            if cluster is not None and _is_degenerate(size, members, limits):
                cluster = replace(cluster, call=AberrancyCall.NOT_ABERRANT)
            elif cluster is not None and blind and cluster.estimate < few:
                cluster = replace(cluster, call=_at_most_suspicious(cluster.call))
            if cluster is not None:
                judged.append(cluster)
    return judged


def _judge(
    gated: GatedTube,
    template: NormalTemplate,
    events: Matrix,
    members: EventMask,
    limits: AberrancyLimits,
    *,
    expected: float,
) -> _Cluster | None:
    """Rule of the call; None for a cluster too small to mention."""
    count = int(np.count_nonzero(members))
    if count < limits.mention_events:
        return None
    found = cluster_aberrancies(template, np.median(events[members], axis=0), limits)
    independent = _independent(gated, found, limits)
    strong = sum(a.strong for a in independent)
    beyond_chance = count > limits.expected_share * expected
    call = AberrancyCall.NOT_ABERRANT
    if independent and beyond_chance:
        call = AberrancyCall.SUSPICIOUS
        shown = len(independent) >= 2 or strong >= 1  # noqa: PLR2004 - the rule
        if count >= limits.lod_events and shown:
            call = AberrancyCall.ABERRANT
    return _Cluster(call, members, found, float(count))


def _scatter_of(gated: GatedTube) -> Values | None:
    """Forward scatter of the B lineage against the lymphocytes, log10; None if not measured."""
    lymphocytes = gated.mask("lymphocytes")
    if FSC not in gated.decades or gated.decades.relative or not lymphocytes.any():
        return None
    values = gated.decades.of(FSC)
    home = float(np.median(values[lymphocytes]))
    return np.asarray(values[gated.mask("B_lineage")] - home, np.float64)


def _cannot_tell_dying(gated: GatedTube) -> bool:
    """Tell whether neither size nor a dye of dead cells was measured; mass has its own."""
    sample = gated.sample
    mass = any(channel.kind is ChannelKind.MASS for channel in sample.channels)
    return not mass and not sample.has(VIABILITY) and FSC not in gated.decades


def _at_most_suspicious(call: AberrancyCall) -> AberrancyCall:
    return AberrancyCall.SUSPICIOUS if call is AberrancyCall.ABERRANT else call


def _is_degenerate(size: Values | None, members: EventMask, limits: AberrancyLimits) -> bool:
    """Dying cells shrink and glow in every channel: they look aberrant and are not blasts."""
    return size is not None and float(np.median(size[members])) < limits.degenerate_log10


def cluster_aberrancies(
    template: NormalTemplate, medians: Values, limits: AberrancyLimits
) -> tuple[Aberrancy, ...]:
    """Compare a cluster with normal cells of its stage, marker by marker.

    Parameters
    ----------
    template : NormalTemplate
        The template.
    medians : Values
        Medians of the cluster in decades, shape ``(m,)``.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    tuple of Aberrancy
        Markers outside the percentiles of normal cells matched on the other backbone markers,
        and shifted enough; the largest first.
    """
    backbone = [i for i, m in enumerate(template.markers) if m in _BACKBONE]
    found = []
    for index, marker in enumerate(template.markers):
        others = [i for i in backbone if i != index]
        distance = np.square(template.reference[:, others] - medians[others]).sum(axis=1)
        k = min(limits.neighbours, len(distance))
        normal = template.reference[np.argpartition(distance, k - 1)[:k], index]
        low, middle, high = np.percentile(
            normal, [limits.percentile_low, 50, limits.percentile_high]
        )
        delta = float(medians[index] - middle)
        if abs(delta) < limits.aberrant_log10 or low <= medians[index] <= high:
            continue
        kind = AberrancyKind.OVER if delta > 0 else AberrancyKind.UNDER
        if set(marker.split("+")) <= set(limits.cross_lineage) and delta > 0:
            kind = AberrancyKind.CROSS_LINEAGE
        found.append(
            Aberrancy(
                marker=Marker(marker),
                kind=kind,
                delta_log10=delta,
                strong=abs(delta) >= limits.strong_log10,
                text=f"{marker} {delta:+.2f} log10 against {k} normal cells of the same stage",
            )
        )
    return tuple(sorted(found, key=lambda a: -abs(a.delta_log10 or 0.0)))


def _independent(
    gated: GatedTube, found: tuple[Aberrancy, ...], limits: AberrancyLimits
) -> list[Aberrancy]:
    """Drop what may be spill of a larger aberrancy: such a pair counts once."""
    sample, spillover = gated.sample, gated.sample.spillover
    kept: list[Aberrancy] = []
    for aberrancy in found:
        if spillover is None:
            kept.append(aberrancy)
            continue
        here = sample.channels[sample.column(aberrancy.marker)].detector
        linked = False
        for other in kept:
            there = sample.channels[sample.column(other.marker)].detector
            if here in spillover.detectors and there in spillover.detectors:
                a, b = spillover.detectors.index(here), spillover.detectors.index(there)
                spill = max(spillover.matrix[a, b], spillover.matrix[b, a])
                linked |= bool(spill > limits.independent_spill)
        if not linked:
            kept.append(aberrancy)
    return kept
