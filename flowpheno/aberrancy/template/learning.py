"""Learn a template from a laboratory's own blast-free marrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.template.drift import drift
from flowpheno.aberrancy.template.normal import NormalTemplate, mixture_surprise
from flowpheno.aberrancy.template.staining import (
    ANCHORS,
    anchor_medians,
    b_lineage_events,
    cytometer_of,
    fluorochromes_of,
    template_markers,
)
from flowpheno.errors import TemplateError
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.aberrancy.limits import AberrancyLimits
    from flowpheno.aberrancy.template.normal import Density
    from flowpheno.arrays import Matrix, Values
    from flowpheno.gating import GatedTube
    from flowpheno.marker import Marker

_REGULARISATION = 1e-3
_FOLDS = 4
_LEAST_SPREAD = 0.5
"""Units of log density by which like marrows differ anyway."""


def build_template(
    name: str, normals: Mapping[str, GatedTube], limits: AberrancyLimits, *, seed: int
) -> NormalTemplate:
    """Learn a template from blast-free marrows of one panel.

    Parameters
    ----------
    name : str
        Identifier.
    normals : mapping of str to GatedTube
        By marrow.
    limits : AberrancyLimits
        Parameters.
    seed : int
        Seed of the subsampling and of the mixture.

    Returns
    -------
    NormalTemplate
        The template; a marrow whose B-lineage events the others do not explain is left out and
        named.

    Raises
    ------
    TemplateError
        If there are too few marrows, they are stained differently, or hold no B lineage.
    """
    if len(normals) < limits.minimum_normals:
        raise TemplateError(
            f"{len(normals)} normal marrows, need at least {limits.minimum_normals} "
            f"(recommended {limits.recommended_normals})"
        )
    first = next(iter(normals.values()))
    markers, dyes = template_markers(first), fluorochromes_of(first)
    for marrow, gated in normals.items():
        if "B_lineage" not in gated.populations:
            raise TemplateError(f"{marrow}: the B lineage cannot be gated")
        if template_markers(gated) != markers or fluorochromes_of(gated) != dyes:
            raise TemplateError(f"{marrow}: stained otherwise than {next(iter(normals))}")
    rng = np.random.default_rng(seed)
    anchors = _mean_anchors(normals, markers, limits)
    events = {
        marrow: _take(
            b_lineage_events(gated, markers) - drift(gated, markers, anchors, limits).applied,
            limits.template_events,
            rng,
        )
        for marrow, gated in normals.items()
    }
    events = {marrow: table for marrow, table in events.items() if len(table)}
    if len(events) < limits.minimum_normals:
        raise TemplateError(f"only {len(events)} of the marrows hold B-lineage cells")
    held = _held_out_scores(events, limits, seed)
    left_out = _outliers(held, limits)
    if left_out:
        events = {marrow: table for marrow, table in events.items() if marrow not in left_out}
        held = _held_out_scores(events, limits, seed)
    order = sorted(events)
    threshold = float(np.percentile(np.concatenate(list(held.values())), limits.score_quantile))
    levels = np.array(limits.score_levels)
    reference = np.vstack([events[m] for m in order])
    weights, means, covariances = _fit(reference, limits, seed)
    return NormalTemplate(
        name=name,
        markers=markers,
        fluorochromes=dyes,
        normals=tuple(order),
        left_out=left_out,
        cytometers=tuple(sorted({cytometer_of(normals[m]) for m in order} - {""})),
        weights=weights,
        means=means,
        covariances=covariances,
        threshold=threshold,
        levels=levels,
        rates=_expected_rates([s - threshold for s in held.values()], levels),
        reference=reference,
        sizes=tuple(len(events[m]) for m in order),
        anchors=anchors,
    )


def _expected_rates(excess: Sequence[Values], levels: Values) -> Values:
    """Share of normal events above each level: what a less usual marrow still shows."""
    table = np.array([[float(np.mean(e > level)) for level in levels] for e in excess])
    # three events in all held-out marrows are what none observed leaves possible
    least = 3 / sum(len(e) for e in excess)
    return np.asarray(np.maximum(table.mean(axis=0) + 2 * table.std(axis=0), least))


def _fit(events: Matrix, limits: AberrancyLimits, seed: int) -> Density:
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - slow to import

    k = max(min(limits.components, len(events) // 50), 1)
    mixture = GaussianMixture(k, reg_covar=_REGULARISATION, max_iter=200, random_state=seed)
    mixture.fit(events)
    return mixture.weights_, mixture.means_, mixture.covariances_


def _take(events: Matrix, most: int, rng: np.random.Generator) -> Matrix:
    if len(events) <= most:
        return events
    return np.asarray(events[np.sort(rng.choice(len(events), most, replace=False))])


def _held_out_scores(
    events: Mapping[str, Matrix], limits: AberrancyLimits, seed: int
) -> dict[str, Values]:
    """Score each marrow by a density it took no part in."""
    order = sorted(events)
    held: dict[str, Values] = {}
    for fold in range(_FOLDS):
        out = order[fold::_FOLDS]
        density = _fit(np.vstack([events[m] for m in order if m not in out]), limits, seed)
        held |= {m: mixture_surprise(density, events[m]) for m in out}
    return held


def _outliers(held: Mapping[str, Values], limits: AberrancyLimits) -> tuple[str, ...]:
    """Name marrows with many events that the other marrows do not explain."""
    tails = {m: float(np.percentile(s, limits.outlier_quantile)) for m, s in held.items()}
    values = np.array(list(tails.values()))
    middle = float(np.median(values))
    border = middle + limits.outlier_sd * max(robust_sd(values), _LEAST_SPREAD)
    return tuple(sorted(m for m, tail in tails.items() if tail > border))


def _mean_anchors(
    normals: Mapping[str, GatedTube], markers: Sequence[Marker], limits: AberrancyLimits
) -> dict[str, Values]:
    measured = [anchor_medians(gated, markers, limits) for gated in normals.values()]
    anchors = {}
    for name in ANCHORS:
        table = np.stack([m[name] for m in measured])
        usable = ~np.isnan(table).all(axis=0)
        anchors[name] = np.full(len(markers), np.nan)
        anchors[name][usable] = np.nanmedian(table[:, usable], axis=0)
    return anchors
