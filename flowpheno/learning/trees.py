"""Check trees read from a file: scikit-learn follows their links without looking."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowpheno.errors import ModelError

_MOST_TREES = 5_000


def check_trees(trees: Any, n_columns: int) -> None:  # noqa: ANN401 - read from a file
    """Refuse trees that could lead out of their own memory or in a circle.

    Parameters
    ----------
    trees : HistGradientBoostingClassifier
        As read, without its ``__init__`` having run.
    n_columns : int
        Columns of the events it will see.

    Raises
    ------
    ModelError
        If it is no such classifier of two classes, or a tree is not sound.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - slow to import
    from sklearn.ensemble._hist_gradient_boosting.common import (  # noqa: PLC0415 - slow to import
        PREDICTOR_RECORD_DTYPE,
    )
    from sklearn.ensemble._hist_gradient_boosting.predictor import (  # noqa: PLC0415 - as above
        TreePredictor,
    )

    if not isinstance(trees, HistGradientBoostingClassifier):
        raise ModelError("its trees are none")
    if trees._n_features != n_columns or trees.n_features_in_ != n_columns:  # noqa: SLF001 - no other way
        raise ModelError(f"its trees do not look at {n_columns} columns")
    if trees.is_categorical_ is not None or trees._preprocessor is not None:  # noqa: SLF001 - no other way
        raise ModelError("its trees look at categories")
    baseline = trees._baseline_prediction  # noqa: SLF001 - no other way
    shape = getattr(baseline, "shape", None)
    if shape != (1, 1) or baseline.dtype != np.float64 or not np.isfinite(baseline).all():
        raise ModelError("its trees have no baseline")
    rounds = trees._predictors  # noqa: SLF001 - no other way
    if not isinstance(rounds, list) or not 1 <= len(rounds) <= _MOST_TREES:
        raise ModelError("it has no trees")
    for stage in rounds:
        if not isinstance(stage, list) or len(stage) != 1:
            raise ModelError("a round has not one tree")
        if not isinstance(stage[0], TreePredictor):
            raise ModelError("a tree is none")
        _check_tree(stage[0].nodes, n_columns, PREDICTOR_RECORD_DTYPE)


def _check_tree(nodes: Any, n_columns: int, kind: np.dtype[Any]) -> None:  # noqa: ANN401 - foreign
    if not isinstance(nodes, np.ndarray) or nodes.dtype != kind or nodes.ndim != 1:
        raise ModelError("a tree has no nodes")
    n = len(nodes)
    inner = nodes[nodes["is_leaf"] == 0]
    here = np.flatnonzero(nodes["is_leaf"] == 0)
    columns = inner["feature_idx"]
    sound = (
        n > 0
        and ((columns >= 0) & (columns < n_columns)).all()
        and not inner["is_categorical"].any()
        # a child stands behind its parent: no way leads in a circle
        and all(((inner[side] > here) & (inner[side] < n)).all() for side in ("left", "right"))
        and np.isfinite(nodes["value"]).all()
    )
    if not sound:
        raise ModelError("a tree leads nowhere")
