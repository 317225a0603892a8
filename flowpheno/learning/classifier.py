"""A calibrated classifier of events: scikit-learn's contract, missing markers allowed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import EventMatrix, Matrix, Values

_TWO = 2


class BlastClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # sklearn has no types
    """Gradient-boosted trees whose probabilities are calibrated on events they did not see.

    The trees are fitted once for each fold of the calibration and once on everything; isotonic
    regression turns the scores of the former on their held-out events into probabilities.

    Parameters
    ----------
    trees : int
        Number of trees.
    learning_rate : float
        Weight of each tree, above 0 up to 1.
    leaves : int
        Largest number of leaves of a tree.
    leaf_events : int
        Fewest events of a leaf.
    ridge : float
        L2 penalty.
    bins : int
        Steps that a column is cut into, 2 to 255.
    folds : int
        Folds of the calibration; fewer where there are fewer groups.
    random_state : int
        Seed of the folds and of the trees.

    Attributes
    ----------
    classes_ : ndarray
        The two classes, sorted; the second is that of the probability.
    trees_ : HistGradientBoostingClassifier
        Fitted on everything.
    knots_, levels_ : Values
        Scores and the probabilities they stand for, shape ``(k,)``, rising; the identity where
        nothing could be held out.
    n_features_in_ : int
        Columns.
    """

    def __init__(  # noqa: PLR0913 - one parameter each, as scikit-learn wants it
        self,
        *,
        trees: int = 120,
        learning_rate: float = 0.1,
        leaves: int = 31,
        leaf_events: int = 40,
        ridge: float = 1.0,
        bins: int = 255,
        folds: int = 3,
        random_state: int = 0,
    ) -> None:
        self.trees = trees
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.leaf_events = leaf_events
        self.ridge = ridge
        self.bins = bins
        self.folds = folds
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - sklearn's contract
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    def fit(
        self,
        X: Matrix | EventMatrix,  # noqa: N803 - sklearn's name
        y: npt.ArrayLike,
        sample_weight: Values | None = None,
        *,
        groups: npt.ArrayLike | None = None,
        natural_weight: Values | None = None,
    ) -> Self:
        """Fit trees and calibration.

        Parameters
        ----------
        X : Matrix
            Events, shape ``(n, m)``; NaN where a marker is not stained.
        y : array-like
            Two classes, shape ``(n,)``.
        sample_weight : Values or None
            What each event weighs for the trees, shape ``(n,)``; 1 if None.
        groups : array-like or None
            Patients, shape ``(n,)``: those of a held-out event are held out too. None for folds
            of single events.
        natural_weight : Values or None
            What each event weighs for the calibration, shape ``(n,)``: as many as it stands for.
            None for `sample_weight`.

        Returns
        -------
        BlastClassifier
            Itself.

        Raises
        ------
        ValueError
            If there are not two classes, or the arrays do not fit.
        """
        X, y = validate_data(  # noqa: N806 - sklearn's names
            self, X, y, ensure_all_finite="allow-nan", dtype=np.float64
        )
        check_classification_targets(y)
        if (kind := type_of_target(y, input_name="y", raise_unknown=True)) != "binary":
            raise ValueError(
                f"Only binary classification is supported. The type of the target is {kind}."
            )
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) != _TWO:
            raise ValueError("Classifier can't train when only one class is present.")
        weight = _check_sample_weight(sample_weight, X)
        natural = weight if natural_weight is None else _check_sample_weight(natural_weight, X)
        with _one_thread():
            scores = self._held_out(X, codes, weight, groups)
            self.trees_ = self._make().fit(X, codes, sample_weight=weight)
        self.knots_, self.levels_ = _calibrate(scores, codes, natural)
        return self

    def predict_proba(self, X: Matrix | EventMatrix) -> Matrix:  # noqa: N803 - sklearn's name
        """Give the probability of each class.

        Parameters
        ----------
        X : Matrix
            Events, shape ``(n, m)``; NaN where a marker is not stained.

        Returns
        -------
        Matrix
            0 to 1, shape ``(n, 2)``, columns as `classes_`.
        """
        check_is_fitted(self)
        X = validate_data(  # noqa: N806 - sklearn's names
            self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64
        )
        with _one_thread():
            scores = self.trees_.predict_proba(X)[:, 1]
        second = np.interp(scores, self.knots_, self.levels_)
        return np.column_stack([1 - second, second])

    def predict(self, X: Matrix | EventMatrix) -> npt.NDArray[Any]:  # noqa: N803 - sklearn's name
        """Give the likelier class.

        Parameters
        ----------
        X : Matrix
            Events, shape ``(n, m)``.

        Returns
        -------
        ndarray
            Of `classes_`, shape ``(n,)``.
        """
        chosen = self.predict_proba(X)[:, 1] > 1 / _TWO
        return np.asarray(self.classes_[chosen.astype(np.intp)])

    def _make(self) -> HistGradientBoostingClassifier:
        return HistGradientBoostingClassifier(
            max_iter=self.trees,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=self.leaf_events,
            l2_regularization=self.ridge,
            max_bins=self.bins,
            early_stopping=False,  # it would hold events out without regard to patients
            categorical_features=None,
            random_state=self.random_state,
        )

    def _held_out(
        self,
        X: Matrix | EventMatrix,  # noqa: N803 - sklearn's name
        codes: npt.NDArray[np.intp],
        weight: Values,
        groups: npt.ArrayLike | None,
    ) -> Values:
        """Score each event by trees that saw none of its group; NaN where that is not possible."""
        scores = np.full(len(codes), np.nan)
        counts = np.bincount(codes)
        most = int(counts.min()) if groups is None else len(np.unique(np.asarray(groups)))
        folds = min(self.folds, most)
        if folds < _TWO:
            return scores
        kind = StratifiedKFold if groups is None else StratifiedGroupKFold
        splits = kind(folds, shuffle=True, random_state=self.random_state)
        for train, test in splits.split(X, codes, groups):
            if len(np.unique(codes[train])) == _TWO and weight[train].any():
                trees = self._make().fit(X[train], codes[train], sample_weight=weight[train])
                scores[test] = trees.predict_proba(X[test])[:, 1]
        return scores


@cache
def _threads() -> Any:  # noqa: ANN401 - of threadpoolctl
    return ThreadpoolController()  # looking for libraries takes a while


def _one_thread() -> Any:  # noqa: ANN401 - a context of threadpoolctl
    """Keep sums in one order: the same numbers everywhere, and no threads that wait for others."""
    return _threads().limit(limits=1, user_api="openmp")


def _calibrate(
    scores: Values, codes: npt.NDArray[np.intp], weight: Values
) -> tuple[Values, Values]:
    """Give the steps of isotonic regression; the identity where one class has no score."""
    known = ~np.isnan(scores) & (weight > 0)
    if len(np.unique(codes[known])) < _TWO:
        return np.array([0.0, 1.0]), np.array([0.0, 1.0])
    steps = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    steps.fit(scores[known], codes[known], sample_weight=weight[known])
    return np.asarray(steps.X_thresholds_, float), np.asarray(steps.y_thresholds_, float)
