"""The patient's own leukaemia at diagnosis, and the cells of a later specimen that are like it.

Cells are like it if the blasts of the diagnosis explain them better than its other cells, the
normal template, or cells that merely lie around those blasts do. The last keep the rim of other
populations, which at diagnosis drowns among the blasts, from being taken for disease.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.template import anchor_medians, drift, fluorochromes_of, template_markers
from flowpheno.aberrancy.template.normal import log_normal, mixture_surprise
from flowpheno.marker import Marker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.aberrancy.template.normal import Density
    from flowpheno.arrays import EventMask, Matrix, Values
    from flowpheno.gating import GatedTube

_SCATTER = (Marker("FSC"), Marker("SSC"))
_CD19, _CD45 = Marker("CD19"), Marker("CD45")
_REGULARISATION = 1e-3
_ROUNDS = 60
_SETTLED = 1e-4
_LEAST_WEIGHT = 1e-7


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DiagnosisProfile:
    """Blasts and other cells of a patient's diagnosis.

    Attributes
    ----------
    name : str
        Specimen or file of the diagnosis.
    markers : tuple of Marker
        Stained antigens.
    fluorochromes : mapping of str to str
        By marker.
    scatter : tuple of Marker
        ``"FSC"`` and ``"SSC"`` where measured.
    blasts : Matrix
        Blasts in decades, shape ``(n_blasts, n_markers + n_scatter)``.
    others : Matrix
        Other nucleated cells likewise.
    anchors : mapping of str to Values
        Medians of internal populations on `markers`, decades; NaN where too small.
    """

    name: str
    markers: tuple[Marker, ...]
    fluorochromes: Mapping[str, str]
    scatter: tuple[Marker, ...]
    blasts: Matrix
    others: Matrix
    anchors: Mapping[str, Values]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Alike:
    """Cells of a specimen that are like the blasts of the diagnosis.

    Attributes
    ----------
    events : EventMask
        Shape ``(n_events,)``.
    markers : tuple of Marker
        What they were compared on.
    """

    events: EventMask
    markers: tuple[Marker, ...]


def learn_diagnosis(
    name: str, gated: GatedTube, blasts: EventMask, limits: AberrancyLimits
) -> DiagnosisProfile | None:
    """Keep what a later specimen is compared with.

    Parameters
    ----------
    name : str
        Specimen or file.
    gated : GatedTube
        A tube of the diagnosis.
    blasts : EventMask
        Its blasts, shape ``(n_events,)``.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    DiagnosisProfile or None
        None for too few blasts, on a relative scale, or without CD19 or CD45.
    """
    markers = template_markers(gated)
    cells = blasts & gated.nucleated
    few = np.count_nonzero(cells) < limits.diagnosis_blasts
    if few or gated.decades.relative or not {_CD19, _CD45} <= set(markers):
        return None
    scatter = tuple(m for m in _SCATTER if m in gated.decades)
    columns = (*markers, *scatter)
    return DiagnosisProfile(
        name=name,
        markers=markers,
        fluorochromes=fluorochromes_of(gated),
        scatter=scatter,
        blasts=_spaced(_table(gated, cells, columns), limits.diagnosis_events),
        others=_spaced(_table(gated, gated.nucleated & ~blasts, columns), limits.diagnosis_events),
        anchors=anchor_medians(gated, markers, limits),
    )


def shared_markers(gated: GatedTube, profile: DiagnosisProfile) -> tuple[Marker, ...]:
    """Name the antigens that a tube and the diagnosis stain alike.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    profile : DiagnosisProfile
        The diagnosis.

    Returns
    -------
    tuple of Marker
        Antigens with the same fluorochrome, or where one is not known.
    """
    here = fluorochromes_of(gated)
    there = profile.fluorochromes
    return tuple(
        m
        for m in profile.markers
        if m in here and (here[m] == there[m] or not here[m] or not there[m])
    )


def find_alike(
    gated: GatedTube,
    profile: DiagnosisProfile,
    template: NormalTemplate | None,
    limits: AberrancyLimits,
) -> Alike:
    """Find the cells that are like the blasts of the diagnosis.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    profile : DiagnosisProfile
        The diagnosis.
    template : NormalTemplate or None
        Normal B-lineage cells that they must be told from; one that fits the tube.
    limits : AberrancyLimits
        Parameters.

    Returns
    -------
    Alike
        Without markers, and empty, where too little was stained alike.
    """
    nobody = np.zeros(gated.sample.n_events, bool)
    markers = shared_markers(gated, profile)
    if template is not None:
        markers = tuple(m for m in markers if m in template.markers)
    enough = len(markers) >= limits.diagnosis_markers and {_CD19, _CD45} <= set(markers)
    if gated.decades.relative or not enough:
        return Alike(events=nobody, markers=())
    scatter = tuple(m for m in profile.scatter if m in gated.decades and template is None)
    columns = (*markers, *scatter)
    place = [(*profile.markers, *profile.scatter).index(m) for m in columns]
    rows = np.flatnonzero(gated.nucleated)
    events = _table(gated, gated.nucleated, columns)
    moved = drift(gated, profile.markers, profile.anchors, limits).applied
    events[:, : len(markers)] -= moved[place[: len(markers)]]
    blasts = _fit(profile.blasts[:, place], limits.diagnosis_blast_components)
    near = -mixture_surprise(blasts, events)
    reach = np.percentile(-mixture_surprise(blasts, profile.blasts[:, place]), 1)
    close = np.flatnonzero(near > reach - limits.diagnosis_reach)
    if len(close) < limits.mention_events:
        return Alike(events=nobody, markers=markers)
    others = profile.others[:, place]
    others = others[-mixture_surprise(blasts, others) > reach - limits.diagnosis_reach]
    known = [_fit(others, limits.diagnosis_other_components)]
    if template is not None:
        at = [template.markers.index(m) for m in markers]
        shift = drift(gated, template.markers, template.anchors, limits).applied[at]
        own = moved[place[: len(markers)]]  # the template's cells, as they lie in this tube
        known.append(
            (
                template.weights,
                template.means[:, at] + shift - own,
                template.covariances[:, at][:, :, at],
            )
        )
    share = _shares(events[close], blasts, known, limits)
    nobody[rows[close[share > 0.5]]] = True  # noqa: PLR2004 - more probable than not
    return Alike(events=nobody, markers=markers)


def _shares(
    events: Matrix, blasts: Density, known: Sequence[Density], limits: AberrancyLimits
) -> Values:
    """Probability of each event to be a blast, among everything that may explain it.

    Weights are those of this specimen; so are place and spread of one population of whatever
    lies around the blasts.
    """
    wide = (blasts[0], blasts[1], blasts[2] * limits.diagnosis_inflation)
    centre, spread = _moments(blasts)
    spread = spread * limits.diagnosis_inflation
    mean, covariance = centre, spread
    fixed = np.column_stack(
        [
            -mixture_surprise(blasts, events),
            -mixture_surprise(wide, events),
            *(
                log_normal(events, m, c)
                for _, means, covariances in known
                for m, c in zip(means, covariances, strict=True)
            ),
        ]
    )
    weights = np.full(fixed.shape[1] + 1, 1.0)
    share = np.zeros(len(events))
    for _ in range(_ROUNDS):
        parts = np.column_stack([fixed, log_normal(events, mean, covariance)]) + np.log(weights)
        parts = np.exp(parts - parts.max(axis=1, keepdims=True))
        parts /= parts.sum(axis=1, keepdims=True)
        before, share = share, parts[:, 0]
        if np.abs(share - before).max() < _SETTLED:
            break
        weights = np.maximum(parts.mean(axis=0), _LEAST_WEIGHT)
        free, prior = parts[:, -1], limits.diagnosis_prior_events
        total = free.sum() + prior
        mean = (free @ events + prior * centre) / total
        centred = events - mean
        covariance = ((centred * free[:, None]).T @ centred + prior * spread) / total
    return share


def _moments(density: Density) -> tuple[Values, Matrix]:
    weights, means, covariances = density
    centre = weights @ means
    apart = means - centre
    return centre, np.tensordot(weights, covariances, 1) + (apart * weights[:, None]).T @ apart


def _fit(events: Matrix, components: int) -> Density:
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - slow to import

    k = max(min(components, len(events) // 50), 1)
    if len(events) <= events.shape[1]:  # a diagnosis with hardly another cell
        spread = np.eye(events.shape[1])
        centre = events.mean(axis=0) if len(events) else np.full(events.shape[1], -10.0)
        return np.ones(1), centre[None], spread[None]
    mixture = GaussianMixture(k, reg_covar=_REGULARISATION, random_state=0).fit(events)
    return mixture.weights_, mixture.means_, mixture.covariances_


def _table(gated: GatedTube, mask: EventMask, columns: Sequence[Marker]) -> Matrix:
    at = np.array([gated.decades.columns[m] for m in columns], np.intp)
    return gated.decades.values[np.ix_(np.flatnonzero(mask), at)].astype(np.float64)


def _spaced(table: Matrix, most: int) -> Matrix:
    """Every so manieth row: the same file gives the same profile."""
    return table[:: max(-(-len(table) // most), 1)]
