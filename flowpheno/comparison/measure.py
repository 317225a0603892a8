"""Make a profile of a population from its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.comparison.joint import keep
from flowpheno.comparison.values import N_QUANTILES, Anchor, MarkerProfile, Profile
from flowpheno.finding import ReasonCode
from flowpheno.lineage import Lineage
from flowpheno.marker import DYES
from flowpheno.sample import ChannelKind, Scale
from flowpheno.transform.working import cofactor_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import EventMask, Values
    from flowpheno.comparison.joint import Joint
    from flowpheno.marker import Marker
    from flowpheno.phenotype import Phenotype
    from flowpheno.sample import Sample

_GUESSED = (ReasonCode.RANGE_NOT_REACHED, ReasonCode.RANGE_EXCEEDED)
"""The full scale was read off the values: off by a factor of 2 at worst, a shift of its own."""


def profile(
    sample: Sample,
    blasts: EventMask,
    *,
    lymphocytes: EventMask,
    phenotype: Phenotype,
    lineage: Lineage = Lineage.NOT_EVALUABLE,
    aberrancies: Sequence[Marker] | None = None,
) -> Profile:
    """Keep of a population what a later comparison needs.

    Parameters
    ----------
    sample : Sample
        Compensated tube; of one that is not, every marker is kept but never compared.
    blasts : EventMask
        The population, shape ``(n_events,)``; may be empty.
    lymphocytes : EventMask
        Internal lymphocytes, T cells where they are known, shape ``(n_events,)``; may be empty.
    phenotype : Phenotype
        Calls of the population; their reasons (therapy masks, compensation) are respected.
    lineage : Lineage
        Lineage by the criteria of the scores.
    aberrancies : sequence of Marker or None
        Markers that differ from the normal counterpart; None if that was not assessed.

    Returns
    -------
    Profile
        One marker profile for each marker stained; no quantiles for an empty population.

    Raises
    ------
    ValueError
        If a mask does not have one entry for each event.
    """
    for mask in (blasts, lymphocytes):
        if mask.shape != (sample.n_events,):
            raise ValueError(f"mask of shape {mask.shape} for {sample.n_events} events")
    stained = [m for m in sample.markers if m not in DYES]
    return Profile(
        population=phenotype.population,
        tube=sample.name,
        n=int(np.count_nonzero(blasts)),
        scale=sample.scale,
        phenotype=phenotype,
        markers={m: _measure(sample, m, blasts, lymphocytes) for m in stained},
        lineage=lineage,
        aberrancies=None if aberrancies is None else tuple(aberrancies),
        limited=_limits(sample),
        joint=_keep(sample, stained, blasts),
    )


def _keep(sample: Sample, markers: Sequence[Marker], blasts: EventMask) -> Joint | None:
    """Events on the asinh scale, log10."""
    columns = [sample.column(marker) for marker in markers]
    cofactors = np.array([cofactor_of(sample.channels[column]) for column in columns])
    values = sample.events[blasts][:, columns].astype(np.float64)
    return keep(np.arcsinh(values / cofactors) / np.log(10), markers)


def _measure(
    sample: Sample, marker: Marker, blasts: EventMask, lymphocytes: EventMask
) -> MarkerProfile:
    """Quantiles and anchor of one marker; events that are no number are left out."""
    column = sample.column(marker)
    channel, cofactor = sample.channels[column], cofactor_of(sample.channels[column])
    values = _finite(sample.events[blasts, column].astype(np.float64))
    controls = _finite(sample.events[lymphocytes, column].astype(np.float64))
    levels = np.linspace(0, 1, N_QUANTILES)
    return MarkerProfile(
        quantiles=tuple(np.quantile(values, levels).tolist()) if values.size else (),
        n=values.size,
        cofactor=cofactor,
        fluorochrome=channel.fluorochrome,
        anchor=_anchor(controls, cofactor),
    )


def _anchor(values: Values, cofactor: float) -> Anchor | None:
    """Median of the lymphocytes with its standard error.

    The error is that of the bootstrap with infinitely many resamples (Maritz and Jarrett,
    J Am Stat Assoc 1978;73:194), so that no chance enters a stored profile.
    """
    from scipy.special import betainc  # noqa: PLC0415 - slow import, not needed at start-up

    if not values.size:
        return None
    ordered = np.arcsinh(np.sort(values) / cofactor) / np.log(10)
    half = (values.size + 1) / 2
    weights = np.diff(betainc(half, half, np.linspace(0, 1, values.size + 1)))
    variance = weights @ ordered**2 - (weights @ ordered) ** 2
    error = float(np.sqrt(max(variance, 0.0)))
    return Anchor(median=float(np.median(values)), n=values.size, error=error)


def _limits(sample: Sample) -> tuple[ReasonCode, ...]:
    """Say what forbids to compare any intensity of this tube."""
    mass = any(channel.kind is ChannelKind.MASS for channel in sample.channels)
    relative = (ReasonCode.SCALE_RELATIVE,) if sample.scale is Scale.RELATIVE else ()
    spilled = () if sample.compensated or mass else (ReasonCode.COMP_MATRIX_MISSING,)
    said = {finding.code for finding in sample.findings}
    return relative + spilled + tuple(code for code in _GUESSED if code in said)


def _finite(values: Values) -> Values:
    return values[np.isfinite(values)]
