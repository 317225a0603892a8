"""A trained model: the classifier, and what it may speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMatrix, Values
    from flowpheno.learning.classifier import BlastClassifier

CHUNK = 200_000
"""Events judged at a time: memory stays small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Of which tubes a model may speak.

    Attributes
    ----------
    columns : tuple of str
        Markers in sorted order, then scatter: what the model looks at.
    required : frozenset of str
        Columns of every training specimen; a tube must have them.
    fluorochromes : mapping of str to frozenset of str
        Those met of each marker; empty where the files did not say.
    anchors : mapping of str to (float, float, float)
        Median of the internal cells that a column is aligned by: median, lowest and highest of
        the training specimens, decades.
    bounds : mapping of str to (float, float)
        Range of the training cells in each column, decades, after alignment.
    scale : str
        ``"decades"``, ``"relative"`` or ``"counts"``.
    """

    columns: tuple[str, ...]
    required: frozenset[str]
    fluorochromes: Mapping[str, frozenset[str]]
    anchors: Mapping[str, tuple[float, float, float]]
    bounds: Mapping[str, tuple[float, float]]
    scale: str

    @property
    def centres(self) -> Mapping[str, float]:
        """Where the internal cells of the training specimens lie, decades, by column."""
        return {column: anchor[0] for column, anchor in self.anchors.items()}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LearnedModel:
    """A classifier of events with its domain.

    Attributes
    ----------
    name : str
        Identifier shown in results.
    classifier : BlastClassifier
        Fitted on all training specimens.
    domain : Domain
        Of which tubes it may speak.
    prior : float
        Share of blasts in the training specimens, each weighing the same; above 0, below 1.
    false_shares : mapping of float to float
        By probability, not adapted to a specimen, the share (0 to 1) of a specimen's other cells
        to be expected above it: mean of specimens that training did not see, plus some SD.
    n_specimens, n_patients, n_cells : int
        What it was trained on.
    simulated : bool
        Whether a training file was simulated.
    """

    name: str
    classifier: BlastClassifier
    domain: Domain
    prior: float
    false_shares: Mapping[float, float]
    n_specimens: int
    n_patients: int
    n_cells: int
    simulated: bool = False

    def probability(self, events: EventMatrix) -> Values:
        """Give the probability that an event of the training specimens' mixture is a blast.

        Parameters
        ----------
        events : EventMatrix
            Aligned decades, shape ``(n, m)``, columns as `domain` has them.

        Returns
        -------
        Values
            0 to 1, shape ``(n,)``.
        """
        return probabilities(self.classifier, events)


def probabilities(classifier: BlastClassifier, events: EventMatrix) -> Values:
    """Give the probability of the second class, some events at a time.

    Parameters
    ----------
    classifier : BlastClassifier
        Fitted.
    events : EventMatrix
        Shape ``(n, m)``.

    Returns
    -------
    Values
        0 to 1, shape ``(n,)``; empty without events.
    """
    parts = [
        classifier.predict_proba(events[start : start + CHUNK])[:, 1]
        for start in range(0, len(events), CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0)
