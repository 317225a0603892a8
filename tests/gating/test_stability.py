"""The same file, recorded a little otherwise, gives the same populations.

Overlap is that of the cells which both times are nucleated single cells (quality control is not
judged here). It is asserted for every population of at least 200 cells: of fewer, a handful that
lie beside a border make 5 %.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowpheno.reading import read_fcs
from flowpheno.sample import ChannelKind, Sample
from tests.marrows import events_of, f1, scaled

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowpheno.gating import GatedTube

SAME = 0.95
FEWEST = 200
TUBES: dict[str, dict[str, Any]] = {
    "mrd_tube": {"seed": 40_201},
    "mrd_tube_half_blasts": {"seed": 40_202, "blasts": ("common", 0.5)},
    "lineage_tube": {"seed": 40_203, "tube": "lineage_full"},
}
FEW = settings(
    max_examples=2,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SEEDS = st.integers(0, 10_000)


@pytest.fixture(scope="module", params=TUBES)
def tube(request, simulate, gate) -> tuple[Sample, GatedTube]:
    """A simulated marrow, gated."""
    options = dict(TUBES[request.param])
    sample = simulate(options.pop("seed"), n_events=15_000, **options).sample
    return sample, gate(sample)


@pytest.fixture(scope="module")
def labelled(data_dir, gate) -> tuple[Sample, GatedTube]:
    """The real marrow, gated."""
    sample = read_fcs(data_dir / "b_all_mrd_labelled" / "494.fcs")
    return sample, gate(sample)


def assert_same(before: GatedTube, after: GatedTube, rows: np.ndarray | None = None) -> None:
    """Compare populations; `rows` are the events of `before` that `after` consists of."""
    if rows is None:
        rows = np.arange(before.sample.n_events)
    both = before.nucleated[rows] & after.nucleated
    assert f1(before.nucleated[rows], after.nucleated) >= SAME
    compared = {}
    for name in before.populations.keys() | after.populations.keys():
        one = before.mask(name)[rows] & both
        if np.count_nonzero(one) >= FEWEST:
            compared[name] = f1(one, after.mask(name) & both)
    assert len(compared) >= 4
    assert {name: share for name, share in compared.items() if share < SAME} == {}


def gains(sample: Sample, factors: np.ndarray) -> Sample:
    """Amplify the fluorescence channels; the matrix follows, as one made at these voltages."""
    stained = [c.detector for c in sample.channels if c.kind is ChannelKind.FLUORESCENCE]
    return scaled(sample, dict(zip(stained, factors.tolist(), strict=False)), ranges=False)


def permuted(sample: Sample, seed: int) -> tuple[Sample, np.ndarray]:
    rows = np.random.default_rng(seed).permutation(sample.n_events)
    return events_of(sample, rows), rows


def halved(sample: Sample, seed: int) -> tuple[Sample, np.ndarray]:
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.choice(sample.n_events, sample.n_events // 2, replace=False))
    return events_of(sample, rows), rows


def reordered(sample: Sample, seed: int) -> tuple[Sample, None]:
    order = np.random.default_rng(seed).permutation(len(sample.channels))
    channels = tuple(sample.channels[n] for n in order)
    return replace(sample, events=sample.events[:, order].copy(), channels=channels), None


def amplified(sample: Sample, seed: int) -> tuple[Sample, None]:
    factor = np.random.default_rng(seed).uniform(0.7, 1.4)
    return gains(sample, np.full(len(sample.channels), factor)), None


def amplified_each(sample: Sample, seed: int) -> tuple[Sample, None]:
    factors = np.random.default_rng(seed).uniform(0.7, 1.4, len(sample.channels))
    return gains(sample, factors), None


def recompensated(sample: Sample, seed: int) -> tuple[Sample, None]:
    """Every coefficient of the matrix up to 5 % wrong."""
    spillover = sample.spillover
    assert spillover is not None
    errors = np.random.default_rng(seed).uniform(-0.05, 0.05, spillover.matrix.shape)
    np.fill_diagonal(errors, 0)
    wrong = replace(spillover, matrix=spillover.matrix * (1 + errors))
    return replace(sample, spillover=wrong), None


PERTURBATIONS: dict[str, Callable[[Sample, int], tuple[Sample, np.ndarray | None]]] = {
    "events_permuted": permuted,
    "thinned_by_half": halved,
    "channels_reordered": reordered,
    "intensities_by_one_factor": amplified,
    "intensities_each_by_its_own": amplified_each,
    "matrix_perturbed": recompensated,
}


@pytest.mark.parametrize("perturb", PERTURBATIONS.values(), ids=PERTURBATIONS)
@FEW
@given(seed=SEEDS)
def test_a_simulated_marrow_is_gated_the_same(perturb, seed, tube, gate):
    sample, before = tube
    other, rows = perturb(sample, seed)
    assert_same(before, gate(other), rows)


@pytest.mark.parametrize("perturb", PERTURBATIONS.values(), ids=PERTURBATIONS)
def test_a_real_marrow_is_gated_the_same(perturb, labelled, gate):
    sample, before = labelled
    other, rows = perturb(sample, 1)
    assert_same(before, gate(other), rows)


def test_order_of_events_and_channels_changes_no_event(tube, gate):
    sample, before = tube
    other, rows = permuted(reordered(sample, 5)[0], 6)
    after = gate(other)
    for name in before.populations:
        np.testing.assert_array_equal(before.mask(name)[rows], after.mask(name), err_msg=name)
