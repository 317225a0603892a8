"""Train a model by patients, and judge each by a model that did not see the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import ModelError
from flowpheno.learning.cells import aligned
from flowpheno.learning.domain import learn_domain
from flowpheno.learning.model import LearnedModel, probabilities
from flowpheno.learning.share import for_own_share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from flowpheno.arrays import Values
    from flowpheno.learning.cells import LabelledCells
    from flowpheno.learning.classifier import BlastClassifier
    from flowpheno.learning.limits import LearningLimits
    from flowpheno.learning.model import Domain


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Trained:
    """A model, and what models without the patient said of each training tube.

    Attributes
    ----------
    model : LearnedModel
        Of all patients.
    held_out : tuple of Values
        Probability of each cell, in the order of the tubes, shape ``(n_cells,)`` each.
    folds : tuple of int
        In which fold of patients each tube was held out.
    """

    model: LearnedModel
    held_out: tuple[Values, ...]
    folds: tuple[int, ...]


def train_model(
    name: str,
    tubes: Sequence[LabelledCells],
    limits: LearningLimits,
    *,
    seed: int,
    simulated: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> Trained:
    """Train a model.

    Parameters
    ----------
    name : str
        Identifier.
    tubes : sequence of LabelledCells
        With pseudonyms of their patients.
    limits : LearningLimits
        Parameters.
    seed : int
        The same seed and the same tubes give the same probabilities.
    simulated : bool
        Whether a tube is simulated: whoever uses the model is told.
    progress : callable or None
        Called with fits done, their number, and what was fitted.

    Returns
    -------
    Trained
        The model, and probabilities out of fold.

    Raises
    ------
    ModelError
        If there are too few patients, or tubes that cannot be trained on together.
    """
    _check_patients(tubes, limits)
    domain = learn_domain([tube.cells for tube in tubes], limits)
    folds = assign_folds(tubes, limits.folds)
    n_folds = max(folds) + 1
    held_out: list[Values] = [np.empty(0)] * len(tubes)
    unadapted = list(held_out)
    for fold in range(n_folds):
        train = [tube for tube, at in zip(tubes, folds, strict=True) if at != fold]
        # alignment too is learned without the patients held out
        own = learn_domain([tube.cells for tube in train], limits)
        classifier = _fit(train, own, limits, seed)
        for index, (tube, at) in enumerate(zip(tubes, folds, strict=True)):
            if at == fold:
                events = aligned(tube.cells, own.columns, own.centres)
                unadapted[index] = probabilities(classifier, events)
                held_out[index] = for_own_share(unadapted[index], _prior(train), limits.certain)
        if progress is not None:
            progress(fold + 1, n_folds + 1, f"fold {fold + 1} of patients")
    model = LearnedModel(
        name=name,
        classifier=_fit(tubes, domain, limits, seed),
        domain=domain,
        prior=_prior(tubes),
        false_shares={
            level: _false_share(tubes, unadapted, level, limits.false_sd)
            for level in limits.disagrees_above
        },
        n_specimens=len({tube.name for tube in tubes}),
        n_patients=len({tube.patient for tube in tubes}),
        n_cells=sum(len(tube.blasts) for tube in tubes),
        simulated=simulated,
    )
    if progress is not None:
        progress(n_folds + 1, n_folds + 1, "all patients")
    return Trained(model=model, held_out=tuple(held_out), folds=folds)


def assign_folds(tubes: Sequence[LabelledCells], folds: int) -> tuple[int, ...]:
    """Deal patients to folds, so that each fold has patients with many and with few blasts.

    Parameters
    ----------
    tubes : sequence of LabelledCells
        All tubes.
    folds : int
        Folds; fewer where there are fewer patients with blasts, so that each has one.

    Returns
    -------
    tuple of int
        Fold of each tube, from 0; tubes of a patient share theirs.
    """
    shares: dict[str, float] = {}
    for tube in tubes:
        share = float(tube.blasts.mean()) if len(tube.blasts) else 0.0
        shares[tube.patient] = max(shares.get(tube.patient, 0.0), share)
    n = min(folds, sum(share > 0 for share in shares.values()))
    order = sorted(shares, key=lambda patient: (-shares[patient], patient))
    dealt = {patient: place % n for place, patient in enumerate(order)}
    return tuple(dealt[tube.patient] for tube in tubes)


def _check_patients(tubes: Sequence[LabelledCells], limits: LearningLimits) -> None:
    patients = {tube.patient for tube in tubes}
    with_blasts = {tube.patient for tube in tubes if tube.blasts.any()}
    for n, least, what in (
        (len(patients), limits.minimum_patients, "patients"),
        (len(with_blasts), limits.minimum_patients_with_blasts, "patients with labelled blasts"),
    ):
        if n < least:
            raise ModelError(f"{n} {what}, need at least {least}")
    if all(tube.blasts.all() for tube in tubes):
        raise ModelError("every cell is labelled as a blast")


def _fit(
    tubes: Sequence[LabelledCells], domain: Domain, limits: LearningLimits, seed: int
) -> BlastClassifier:
    from flowpheno.learning.classifier import BlastClassifier  # noqa: PLC0415 - slow to import

    rng = np.random.default_rng(seed)
    taken = [_take(tube, limits.events_per_specimen, rng) for tube in tubes]
    events = np.vstack(
        [
            aligned(tube.cells, domain.columns, domain.centres)[rows]
            for tube, rows in zip(tubes, taken, strict=True)
        ]
    )
    blasts = np.concatenate([t.blasts[rows] for t, rows in zip(tubes, taken, strict=True)])
    groups = np.concatenate(
        [np.repeat(tube.patient, len(rows)) for tube, rows in zip(tubes, taken, strict=True)]
    )
    classifier = BlastClassifier(
        trees=limits.trees,
        learning_rate=limits.learning_rate,
        leaves=limits.leaves,
        leaf_events=limits.leaf_events,
        ridge=limits.ridge,
        bins=limits.bins,
        folds=limits.calibration_folds,
        random_state=seed,
    )
    return classifier.fit(
        events,
        blasts,
        _weights(tubes, taken, blasts, limits.rare_events),
        groups=groups,
        natural_weight=_natural_weights(tubes, taken),
    )


def _take(tube: LabelledCells, most: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Draw cells of a tube: all of the rarer kind as far as half of the places go."""
    blasts, others = np.flatnonzero(tube.blasts), np.flatnonzero(~tube.blasts)
    half = most // 2
    n_blasts = min(len(blasts), max(half, most - len(others)))
    n_others = min(len(others), most - n_blasts)
    drawn = [rng.choice(blasts, n_blasts, replace=False)] if n_blasts else []
    drawn += [rng.choice(others, n_others, replace=False)] if n_others else []
    return np.sort(np.concatenate(drawn)) if drawn else np.empty(0, np.intp)


def _weights(
    tubes: Sequence[LabelledCells],
    taken: Sequence[npt.NDArray[np.intp]],
    blasts: npt.NDArray[np.bool_],
    rare: int,
) -> Values:
    """Both classes weigh the same, and in each class every specimen that has enough of it."""
    weights = []
    for tube, rows in zip(tubes, taken, strict=True):
        here = tube.blasts[rows]
        n = np.array([np.count_nonzero(~here), np.count_nonzero(here)])
        weights.append((1 / np.maximum(n, rare))[here.astype(np.intp)])
    every = np.concatenate(weights)
    total = np.array([every[~blasts].sum(), every[blasts].sum()])
    scale = len(every) / 2 / np.where(total > 0, total, 1)
    return np.asarray(every * scale[blasts.astype(np.intp)])


def _natural_weights(
    tubes: Sequence[LabelledCells], taken: Sequence[npt.NDArray[np.intp]]
) -> Values:
    """Each specimen weighs the same, and its cells as many as they stand for."""
    weights = []
    for tube, rows in zip(tubes, taken, strict=True):
        here = tube.blasts[rows]
        everywhere = np.bincount(tube.blasts, minlength=2)
        drawn = np.maximum(np.bincount(here, minlength=2), 1)
        per_cell = everywhere / drawn / max(len(tube.blasts), 1)
        weights.append(per_cell[here.astype(np.intp)])
    return np.concatenate(weights)


def _prior(tubes: Sequence[LabelledCells]) -> float:
    """Share of blasts where each specimen weighs the same, as in the calibration."""
    return float(np.mean([tube.blasts.mean() for tube in tubes if len(tube.blasts)]))


def _false_share(
    tubes: Sequence[LabelledCells], held_out: Sequence[Values], level: float, n_sd: float
) -> float:
    """Share of a specimen's other cells that a model without its patient puts above a level."""
    shares, n = [], 0
    for tube, probability in zip(tubes, held_out, strict=True):
        others = ~tube.blasts
        if others.any():
            shares.append(float((probability[others] > level).mean()))
            n += int(np.count_nonzero(others))
    # three events in all held-out specimens are what none observed leaves possible
    return max(float(np.mean(shares) + n_sd * np.std(shares)), 3 / n)
