"""The steps of quality control, in the order in which each may trust the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation import SpilloverLimits  # noqa: TC001 - read with the limits
from flowpheno.qc.adequacy import AdequacyLimits, check_adequacy
from flowpheno.qc.debris import DebrisLimits, check_debris
from flowpheno.qc.dna import SYTO, DnaLimits, check_dna
from flowpheno.qc.dying import DyingLimits, check_dying
from flowpheno.qc.margin import MarginLimits, check_margins
from flowpheno.qc.negative import NegativeLimits, check_negative
from flowpheno.qc.particle import ParticleLimits, check_particles
from flowpheno.qc.singlet import SingletLimits, check_singlets
from flowpheno.qc.stability import TimeLimits  # noqa: TC001 - read with the limits
from flowpheno.qc.time import check_time
from flowpheno.qc.viability import VIABILITY, ViabilityLimits, check_viability

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flowpheno.arrays import EventMask
    from flowpheno.finding import Finding
    from flowpheno.qc.step import Step
    from flowpheno.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class QcLimits:
    """Parameters of every step.

    Attributes
    ----------
    time, margin, spillover, negative, particle, dna, singlet, debris, viability : dataclass
        Parameters of the step of that name.
    dying, adequacy : dataclass
        Parameters of what is judged on the cells that are left.
    """

    time: TimeLimits
    margin: MarginLimits
    spillover: SpilloverLimits
    negative: NegativeLimits
    particle: ParticleLimits
    dna: DnaLimits
    singlet: SingletLimits
    debris: DebrisLimits
    viability: ViabilityLimits
    dying: DyingLimits
    adequacy: AdequacyLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class QcStep:
    """Events before and after one step.

    Attributes
    ----------
    name : str
        The step.
    n_in, n_out : int
        Events.
    note : str
        How it was done, or why it was not possible.
    possible : bool
        False where the tube has no channels for it.
    """

    name: str
    n_in: int
    n_out: int
    note: str
    possible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QualityControl:
    """What quality control keeps, step by step.

    Attributes
    ----------
    steps : tuple of QcStep
        In order.
    masks : mapping of str to EventMask
        Events left after each step: each lies inside the one before.
    findings : tuple of Finding
        What the steps noticed.
    """

    steps: tuple[QcStep, ...]
    masks: Mapping[str, EventMask]
    findings: tuple[Finding, ...]

    @property
    def cells(self) -> EventMask:
        """Nucleated single intact living cells: what is left after the last step."""
        return self.masks["live"]

    @property
    def dropped(self) -> Mapping[str, EventMask]:
        """Events that each step excluded, by its name; steps that were possible only."""
        before = [np.ones_like(self.cells), *self.masks.values()]
        return {
            step.name: earlier & ~self.masks[step.name]
            for step, earlier in zip(self.steps, before, strict=False)
            if step.possible
        }


def quality_control(raw: Sample, sample: Sample, limits: QcLimits) -> QualityControl:
    """Find the cells among the events.

    Parameters
    ----------
    raw : Sample
        As acquired: time and margins are judged on it.
    sample : Sample
        The same events, compensated where there is a matrix.
    limits : QcLimits
        Parameters.

    Returns
    -------
    QualityControl
        Steps, masks and findings; every step a tube lacks the channels for keeps all and says so.
    """
    left = np.ones(sample.n_events, bool)
    steps: list[QcStep] = []
    findings: list[Finding] = []
    masks: dict[str, EventMask] = {}
    checks: tuple[Callable[[EventMask], Step], ...] = (
        lambda _: check_time(raw, limits.time),
        lambda _: check_margins(raw, limits.margin),
        lambda parent: check_negative(sample, parent, limits.negative),
        lambda parent: check_particles(raw, sample, parent, limits.particle),
        lambda parent: check_dna(sample, parent, limits.dna),
        lambda parent: check_singlets(sample, parent, limits.singlet),
        lambda parent: check_debris(sample, parent, limits.debris, nucleated=sample.has(SYTO)),
        lambda parent: check_viability(sample, parent, limits.viability),
    )
    for check in checks:
        step = check(left)
        kept = left & step.keep
        n_in, n_out = int(np.count_nonzero(left)), int(np.count_nonzero(kept))
        steps.append(
            QcStep(name=step.name, n_in=n_in, n_out=n_out, note=step.note, possible=step.possible)
        )
        findings += step.findings
        masks[step.name] = left = kept
    if not sample.has(VIABILITY):
        findings += check_dying(sample, left, limits.dying)
    findings += check_adequacy(raw, left, limits.adequacy)
    return QualityControl(steps=tuple(steps), masks=masks, findings=tuple(findings))
