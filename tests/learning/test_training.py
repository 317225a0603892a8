"""Training by patients."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.errors import ModelError
from flowpheno.learning import train_model
from flowpheno.learning.training import _take, _weights, assign_folds


def test_blasts_of_patients_that_were_not_seen_are_found(trained, labelled):
    for tube, probability in zip(labelled, trained.held_out, strict=True):
        called = probability > 0.5
        assert (called == tube.blasts).mean() > 0.97


def test_the_same_seed_gives_the_same_model(trained, labelled, limits):
    again = train_model("again", labelled, limits, seed=1)
    for once, twice in zip(trained.held_out, again.held_out, strict=True):
        assert np.array_equal(once, twice)


def test_patients_stay_together(labelled):
    tubes = [*labelled, *(replace(t, name=f"{t.name} later") for t in labelled)]
    folds = assign_folds(tubes, 3)
    assert folds[: len(labelled)] == folds[len(labelled) :]
    assert set(folds) == {0, 1, 2}


def test_each_fold_has_a_patient_with_blasts(labelled):
    folds = assign_folds(labelled, 50)
    assert max(folds) + 1 == 6
    for fold in set(folds):
        assert any(t.blasts.any() for t, at in zip(labelled, folds, strict=True) if at == fold)


def test_what_held_out_models_say_does_not_depend_on_the_labels_of_the_patient(labelled, limits):
    """Wrong labels of one patient change what is said of others, not of that patient."""
    trained = train_model("a", labelled, limits, seed=1)
    inverted = [replace(labelled[0], blasts=~labelled[0].blasts), *labelled[1:]]
    other = train_model("b", inverted, limits, seed=1)
    assert trained.folds == other.folds
    assert np.array_equal(trained.held_out[0], other.held_out[0])
    assert not np.array_equal(trained.held_out[1], other.held_out[1])


@pytest.mark.parametrize(
    ("n", "said"),
    [(5, r"^5 patients, need at least 6$"), (0, r"^0 patients, need at least 6$")],
)
def test_few_patients_are_refused(labelled, limits, n, said):
    with pytest.raises(ModelError, match=said):
        train_model("few", labelled[:n], limits, seed=1)


def test_two_specimens_of_a_patient_are_one_patient(labelled, limits):
    twins = [replace(tube, patient=f"patient {i % 5}") for i, tube in enumerate(labelled)]
    with pytest.raises(ModelError, match=r"^5 patients, need at least 6$"):
        train_model("few", twins, limits, seed=1)


def test_few_patients_with_blasts_are_refused(labelled, limits):
    empty = [replace(t, blasts=np.zeros_like(t.blasts)) for t in labelled]
    with pytest.raises(ModelError, match=r"^2 patients with labelled blasts, need at least 3$"):
        train_model("few", [*labelled[:2], *empty[2:]], limits, seed=1)


def test_labels_that_call_everything_a_blast_are_refused(labelled, limits):
    full = [replace(tube, blasts=np.ones_like(tube.blasts)) for tube in labelled]
    with pytest.raises(ModelError, match="every cell is labelled as a blast"):
        train_model("full", full, limits, seed=1)


def test_a_frank_specimen_does_not_drown_the_others(make_cells, labelled):
    cells, blasts = make_cells(99, share=0.9, n=20_000)
    frank = replace(labelled[0], cells=cells, blasts=blasts)
    tubes = [frank, labelled[3], labelled[7]]
    taken = [np.arange(len(tube.blasts)) for tube in tubes]
    every = np.concatenate([tube.blasts for tube in tubes])
    weights = _weights(tubes, taken, every, 20)
    ends = np.cumsum([len(tube.blasts) for tube in tubes])[:-1]
    per_tube = [w[t.blasts].sum() for w, t in zip(np.split(weights, ends), tubes, strict=True)]
    assert per_tube[0] == pytest.approx(per_tube[1])
    assert per_tube[2] == 0
    assert weights[every].sum() == pytest.approx(weights[~every].sum())


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99, 1])
def test_at_most_half_of_the_places_go_to_blasts_where_there_are_others(
    make_cells, labelled, share
):
    cells, blasts = make_cells(7, share=share)
    tube = replace(labelled[0], cells=cells, blasts=blasts)
    rows = _take(tube, 100, np.random.default_rng(1))
    assert len(rows) == len(set(rows)) == 100
    n = int(blasts[rows].sum())
    assert n == max(min(50, blasts.sum()), 100 - (~blasts).sum())


def test_false_cells_are_those_of_the_others(trained):
    shares = list(trained.model.false_shares.values())
    assert shares == sorted(shares, reverse=True)
    assert 0 < shares[0] < 0.1
