"""Negative outliers: values far below zero that no spill explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.qc.noise import noise_below_zero, stained
from flowpheno.qc.step import Step, not_possible
from flowpheno.sample import Scale

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask
    from flowpheno.sample import Sample

_STAGE = "qc.negative"


@dataclass(frozen=True, slots=True, kw_only=True)
class NegativeLimits:
    """When a value is too far below zero.

    Attributes
    ----------
    source : str
        Citation or tag.
    noise_sd : float
        SDs of the negative events below zero.
    least_share : float
        Share of full scale below zero, at least.
    largest_error : float
        Largest error of a spill coefficient: a value is explained where another channel is bright
        enough for such an error to give it.
    population_percent : float
        Percent of events that is a population, which is never left out.
    """

    source: str
    noise_sd: float
    least_share: float
    largest_error: float
    population_percent: float


def check_negative(sample: Sample, parent: EventMask, limits: NegativeLimits) -> Step:
    """Take out sporadic events far below zero, unless they are bright cells badly compensated.

    Parameters
    ----------
    sample : Sample
        Compensated.
    parent : EventMask
        Events that passed the steps before.
    limits : NegativeLimits
        Parameters.

    Returns
    -------
    Step
        ``"above_zero"``; keeps everything on a relative scale and without fluorescence.
    """
    columns = stained(sample)
    n = sample.n_events
    if sample.scale is Scale.RELATIVE or not columns or not parent.any():
        why = "no events" if not parent.any() else "no fluorescence on a linear scale"
        return not_possible("above_zero", n, why)
    noise = noise_below_zero(sample, columns, parent)
    brightest = np.max(sample.events[:, columns], axis=1)
    keep = np.ones(n, bool)
    findings = []
    for place, column in enumerate(columns):
        channel, values = sample.channels[column], sample.events[:, column]
        deep = limits.least_share * channel.range
        if np.isfinite(noise[place]):
            deep = max(deep, limits.noise_sd * float(noise[place]))
        far = parent & (values < -deep)
        count = int(np.count_nonzero(far))
        if count == 0:
            continue
        explained = limits.largest_error * brightest >= -values
        percent = 100 * count / int(np.count_nonzero(parent))
        if percent >= limits.population_percent:
            what = "kept: a population, the compensation is in doubt"
        else:
            keep &= ~far | explained
            what = f"{np.count_nonzero(far & ~explained)} left out, the others bright elsewhere"
        findings.append(
            _note(f"{channel.detector}: {count} events far below zero, {what}", percent)
        )
    return Step(
        name="above_zero",
        keep=keep,
        note=f"{np.count_nonzero(parent & ~keep)} left out",
        findings=tuple(findings),
    )


def _note(message: str, percent: float) -> Finding:
    return Finding(
        code=ReasonCode.STEP_LOG,
        severity=Severity.NOTE,
        stage=_STAGE,
        message=message,
        value=percent,
    )
