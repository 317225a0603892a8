"""The estimator: scikit-learn's contract, calibration, missing markers."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

from flowpheno.learning.classifier import BlastClassifier

NOT_FOR_IT = {
    # the calibration holds events out: an event of weight 2 is in one fold, two events may not be
    "check_sample_weight_equivalence_on_dense_data",
}
CHECKS = [
    check
    for _, check in estimator_checks_generator(
        BlastClassifier(trees=2, leaf_events=5, bins=32, folds=2)
    )
    if check.func.__name__ not in NOT_FOR_IT
]
NAMES = [f"{check.func.__name__}-{place}" for place, check in enumerate(CHECKS)]


def _two_groups(n=800, seed=1, effect=2.0):
    rng = np.random.default_rng(seed)
    y = rng.random(n) < 0.3
    x = rng.normal(size=(n, 3))
    x[y, 0] += effect
    return x, y


@pytest.fixture(scope="module")
def small():
    return BlastClassifier(trees=10, leaf_events=10, bins=32)


@pytest.mark.parametrize("place", range(len(CHECKS)), ids=NAMES)
def test_it_keeps_the_contract_of_scikit_learn(place):
    CHECKS[place](BlastClassifier(trees=2, leaf_events=5, bins=32, folds=2))


def test_few_checks_are_left_out():
    assert len(CHECKS) > 40
    assert len(NOT_FOR_IT) == 1


def test_the_same_seed_gives_the_same_probabilities(small):
    x, y = _two_groups()
    once, again = (clone(small).fit(x, y).predict_proba(x) for _ in range(2))
    assert np.array_equal(once, again)


def test_a_missing_column_is_no_obstacle(small):
    x, y = _two_groups()
    x[::3, 1] = np.nan
    proba = clone(small).fit(x, y).predict_proba(x)
    assert np.isfinite(proba).all()
    assert proba.sum(axis=1) == pytest.approx(1)


def test_probabilities_are_calibrated_on_events_that_were_not_seen(small):
    fitted = clone(small).fit(*_two_groups(4000))
    x, y = _two_groups(4000, seed=2)
    proba = fitted.predict_proba(x)[:, 1]
    for low, high in ((0, 0.2), (0.3, 0.7), (0.8, 1.01)):
        among = (proba >= low) & (proba < high)
        assert y[among].mean() == pytest.approx(proba[among].mean(), abs=0.12)


def test_balanced_weights_do_not_move_the_probabilities(small):
    x, y = _two_groups(4000)
    weight = np.where(y, 1 / y.sum(), 1 / (~y).sum())
    fitted = clone(small).fit(x, y, weight, natural_weight=np.ones(len(y)))
    assert fitted.predict_proba(x)[:, 1].mean() == pytest.approx(y.mean(), abs=0.03)
    without = clone(small).fit(x, y, weight)
    assert without.predict_proba(x)[:, 1].mean() > y.mean() + 0.05


def test_a_patient_is_held_out_as_a_whole(small):
    """Each patient has a sign of its own, of no use for others: that must not look certain."""
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(6), 200)
    y = rng.random(1200) < 0.5
    x = rng.normal(size=(1200, 1)) * 0.05 + groups[:, None] * 10 + np.where(y, 1, -1)[:, None]
    x[groups % 2 == 1] *= -1
    single = clone(small).fit(x, y)
    grouped = clone(small).fit(x, y, groups=groups)
    assert single.predict_proba(x)[:, 1].max() > 0.95
    assert grouped.levels_.max() < 0.95


@pytest.mark.parametrize(
    ("y", "said"),
    [(np.zeros(50, bool), "only one class"), (np.arange(50) % 3, "Only binary classification")],
)
def test_it_takes_two_classes(small, y, said):
    with pytest.raises(ValueError, match=said):
        clone(small).fit(np.zeros((50, 2)), y)


def test_without_anything_to_hold_out_scores_are_taken_as_they_are(small):
    x, y = _two_groups(100)
    fitted = clone(small).fit(x, y, groups=np.zeros(100))
    assert fitted.knots_.tolist() == fitted.levels_.tolist() == [0, 1]
