"""What a learned model says of a tube: one more line of evidence, never the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.learning.cells import aligned, tube_cells
from flowpheno.learning.domain import not_applicable
from flowpheno.learning.share import for_own_share

if TYPE_CHECKING:
    from flowpheno.arrays import EventMask, EventMatrix, Values
    from flowpheno.gating import GatedTube
    from flowpheno.learning.limits import LearningLimits
    from flowpheno.learning.model import LearnedModel

_STAGE = "learning.evidence"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LearnedEvidence:
    """What a model says of a tube.

    Attributes
    ----------
    probability : EventMatrix
        Of being a blast, 0 to 1, given the share of blasts that the tube seems to have, for each
        event of the file, shape ``(n_events,)``; NaN for what is no nucleated cell, and for all
        events where the model does not apply.
    findings : tuple of Finding
        What it says, why it says nothing, or that it disagrees; the last comes first.
    """

    probability: EventMatrix
    findings: tuple[Finding, ...]


def consult(
    gated: GatedTube,
    blasts: EventMask,
    model: LearnedModel,
    limits: LearningLimits,
    *,
    lod_events: int,
) -> LearnedEvidence:
    """Ask a model about a tube that was judged without it.

    Parameters
    ----------
    gated : GatedTube
        The tube.
    blasts : EventMask
        Aberrant or suspicious cells that the search found, shape ``(n_events,)``.
    model : LearnedModel
        The model.
    limits : LearningLimits
        When it applies, and what it calls.
    lod_events : int
        Events that a population is detected from.

    Returns
    -------
    LearnedEvidence
        ``MODEL_NOT_APPLICABLE`` and no probability outside the model's domain.
        ``MODEL_DISAGREES`` where the search found fewer than `lod_events` cells, and above some
        probability lie at least as many others beyond those expected without any blasts.
    """
    cells = tube_cells(gated, limits)
    probability = np.full(cells.n_events, np.nan, np.float32)
    reason, value = not_applicable(cells, model.domain, limits)
    if reason:
        refused = Finding(
            code=ReasonCode.MODEL_NOT_APPLICABLE,
            severity=Severity.WARNING,
            stage=_STAGE,
            message=f"the learned model {model.name} does not apply: {reason}",
            value=value,
        )
        return LearnedEvidence(probability=probability, findings=(refused,))
    events = aligned(cells, model.domain.columns, model.domain.centres)
    unadapted = model.probability(events)
    probability[cells.rows] = for_own_share(unadapted, model.prior, limits.certain)
    called = np.zeros(cells.n_events, bool)
    called[cells.rows] = probability[cells.rows] > np.float32(limits.called_probability)
    said = _said(gated, called, blasts, model, limits)
    unseen = sorted({*cells.columns} - {*model.domain.columns})
    if unseen:
        said += (_note(f"the learned model knows nothing of {', '.join(unseen)}"),)
    if np.count_nonzero(blasts) < lod_events:
        said = (
            *_disagreement(unadapted, blasts[cells.rows], model, lod_events),
            *said,
        )
    return LearnedEvidence(probability=probability, findings=said)


def _said(
    gated: GatedTube,
    called: EventMask,
    blasts: EventMask,
    model: LearnedModel,
    limits: LearningLimits,
) -> tuple[Finding, ...]:
    n, nucleated = int(np.count_nonzero(called)), int(np.count_nonzero(gated.nucleated))
    percent = 100 * n / nucleated
    message = (
        f"the learned model {model.name} gives {n} events a blast probability above "
        f"{limits.called_probability:g} ({percent:.3g} % of nucleated)"
    )
    found = int(np.count_nonzero(blasts & gated.nucleated))
    if found:
        message += (
            f"; {int(np.count_nonzero(called & blasts))} of the {found} found are among them"
        )
    return (_note(message, percent),)


def _note(message: str, value: float | None = None) -> Finding:
    return Finding(
        code=ReasonCode.MODEL_EVIDENCE,
        severity=Severity.NOTE,
        stage=_STAGE,
        message=message,
        value=value,
    )


def _disagreement(
    probability: Values, blasts: EventMask, model: LearnedModel, lod_events: int
) -> tuple[Finding, ...]:
    """Tell whether more cells than expected lie above some probability, and were not found.

    Not adapted to the specimen's share: of a kind of blast that the training hardly knew little
    would be left.
    """
    found = int(np.count_nonzero(blasts))
    for level, share in model.false_shares.items():
        expected = share * len(probability)
        beyond = int(np.count_nonzero((probability > level) & ~blasts))
        if beyond >= lod_events + expected:
            return (_disagrees(model.name, level, beyond, expected, found),)
    return ()


def _disagrees(name: str, level: float, beyond: int, expected: float, found: int) -> Finding:
    word = "nothing" if not found else f"only {found} cells"
    return Finding(
        code=ReasonCode.MODEL_DISAGREES,
        severity=Severity.WARNING,
        stage=_STAGE,
        message=(
            f"the learned model {name} gives {beyond} cells a blast probability above {level:g}, "
            f"where up to {expected:.0f} are expected without any blasts, and the search found "
            f"{word}: look at them"
        ),
        value=float(beyond),
    )
