"""A classifier of events, trained on a laboratory's labels: evidence, never the verdict.

`flowpheno.learning.classifier.BlastClassifier` is the scikit-learn estimator; it is imported from
there, so that a run without a model does not wait for scikit-learn.
"""

from __future__ import annotations

from flowpheno.learning.cells import LabelledCells, TubeCells, tube_cells
from flowpheno.learning.evidence import LearnedEvidence, consult
from flowpheno.learning.limits import LearningLimits
from flowpheno.learning.model import Domain, LearnedModel
from flowpheno.learning.storage import load_model, save_model
from flowpheno.learning.training import Trained, train_model

__all__ = [
    "Domain",
    "LabelledCells",
    "LearnedEvidence",
    "LearnedModel",
    "LearningLimits",
    "Trained",
    "TubeCells",
    "consult",
    "load_model",
    "save_model",
    "train_model",
    "tube_cells",
]
