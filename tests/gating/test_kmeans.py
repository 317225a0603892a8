"""K-means that starts where the values say."""

from __future__ import annotations

import numpy as np
import pytest

from flowpheno.gating.kmeans import assign_clusters, starting_centres

CENTRES = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]])


def clouds(seed: int, n: int = 400) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.concatenate([centre + rng.normal(0, 0.2, (n, 2)) for centre in CENTRES])


def test_starts_lie_in_the_clouds():
    found = starting_centres(clouds(1), 4)
    distances = np.linalg.norm(found[:, None] - CENTRES[None], axis=2)
    assert sorted(distances.argmin(axis=1)) == [0, 1, 2, 3]
    assert distances.min(axis=1).max() < 0.05


def test_starts_hardly_move_with_half_of_the_events():
    values = clouds(2)
    whole, half = (starting_centres(v, 4) for v in (values, values[::2]))
    distances = np.linalg.norm(whole[:, None] - half[None], axis=2)  # in whatever order
    assert sorted(distances.argmin(axis=1)) == [0, 1, 2, 3]
    assert distances.min(axis=1).max() < 0.05


def test_starts_do_not_depend_on_the_order_of_events_and_move_along_with_them():
    values = clouds(3)
    first = starting_centres(values, 12)
    order = np.random.default_rng(0).permutation(len(values))
    np.testing.assert_allclose(starting_centres(values[order], 12), first)
    np.testing.assert_allclose(starting_centres(values + 0.15, 12), first + 0.15)


@pytest.mark.parametrize(("values", "k", "n"), [([[1.0]] * 9, 3, 1), ([[1.0], [2.0]], 5, 2)])
def test_there_are_no_more_starts_than_values_that_differ(values, k, n):
    assert len(starting_centres(np.array(values), k)) == n


@pytest.mark.parametrize("seed", [1, 2])
def test_clusters_are_the_clouds_whatever_the_seed(seed):
    values = clouds(4)
    label = assign_clusters(values, np.arange(0, len(values), 3), 4, seed=seed)
    assert [len(set(part)) for part in label.reshape(4, -1)] == [1, 1, 1, 1]
    assert len(set(label)) == 4
