from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowpheno.errors import SimulationError
from flowpheno.panel.tubes import TubeChannel, builtin_tubes
from flowpheno.simulation.instrument import (
    AttachedSpillover,
    Instrument,
    attached_spillover,
    detector_gains,
    observe,
    spill_matrix,
)
from flowpheno.simulation.specification import Noise, load_specification

SPECIFICATION = load_specification()
TUBES = builtin_tubes()
DYED = [name for name, tube in TUBES.items() if tube.has_fluorochromes]
MRD = TUBES["euroflow_bcp_all_mrd_t1"]
SILENT = Noise(electronic_sd=0, photon_variance=0)


@pytest.mark.parametrize("name", DYED)
def test_spill_has_ones_on_the_diagonal_and_can_be_inverted(name):
    matrix = spill_matrix(SPECIFICATION, TUBES[name])
    np.testing.assert_array_equal(np.diag(matrix), 1)
    assert ((matrix >= 0) & (matrix <= 1)).all()
    assert np.linalg.cond(matrix) < 5


def test_spill_of_the_eight_colour_tube_is_that_of_the_specification():
    matrix = spill_matrix(SPECIFICATION, MRD)
    pacb, paco, fitc, pe, percp, pecy7, apc, apch7 = range(8)
    assert matrix[pacb, paco] == 0.18
    assert matrix[pe, percp] == 0.28
    assert matrix[percp, pecy7] == 0.22
    assert matrix[apch7, apc] == 0.04
    assert matrix[fitc, apc] == 0
    assert np.count_nonzero(matrix) == 8 + 20


def test_fluorochromes_of_one_detector_spill_alike():
    beckman = TUBES["aieop_bfm_8c"]
    rows = [c.fluorochrome for c in beckman.channels]
    matrix = spill_matrix(SPECIFICATION, beckman)
    assert matrix[rows.index("PacB"), rows.index("KrO")] == 0.18


def test_unlisted_fluorochromes_spill_into_their_neighbours():
    matrix = spill_matrix(SPECIFICATION, TUBES["case_report"])
    assert matrix[3, 2:7].tolist() == [0.02, 1.0, 0.06, 0.01, 0.0]


@pytest.mark.parametrize("name", sorted(set(TUBES) - set(DYED)))
def test_a_tube_without_fluorochromes_is_refused(name):
    with pytest.raises(SimulationError, match=f"{name} cannot be simulated: its source names"):
        spill_matrix(SPECIFICATION, TUBES[name])


def test_two_channels_of_one_band_are_refused():
    channels = (
        TubeChannel(detector="A", fluorochrome="PacB", marker="CD10"),
        TubeChannel(detector="B", fluorochrome="BV421", marker="CD20"),
    )
    tube = MRD.model_copy(update={"channels": channels})
    with pytest.raises(SimulationError, match="two channels read the band of PacB"):
        spill_matrix(SPECIFICATION, tube)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    gain=st.lists(st.floats(0.1, 10), min_size=8, max_size=8),
    factor=st.floats(0, 1.5),
)
def test_exact_compensation_gives_the_light_back(seed, gain, factor):
    light = np.random.default_rng(seed).uniform(-100, 1e5, (50, 8)).astype(np.float32)
    gains = np.array(gain)
    spill = spill_matrix(SPECIFICATION, MRD, factor=factor)
    rng = np.random.default_rng(0)
    seen = observe(light, spill, gains, noise=SILENT, rng=rng)
    matrix = attached_spillover(Instrument(), MRD, spill, gains).matrix
    np.testing.assert_allclose(np.diag(matrix), 1)
    compensated = seen.astype(float) @ np.linalg.inv(matrix)
    np.testing.assert_allclose(compensated, light * gains, rtol=1e-3, atol=2 * max(gain))


@pytest.mark.parametrize("gain", [1.0, 4.0])
@pytest.mark.parametrize("level", [0.0, 10_000.0])
def test_noise_is_electronic_and_photon(gain, level):
    light = np.full((50_000, 1), level, dtype=np.float32)
    noise = SPECIFICATION.defaults.noise
    rng = np.random.default_rng(8)
    seen = observe(light, np.eye(1), np.array([gain]), noise=noise, rng=rng)
    sd = np.sqrt(60**2 + 1.44 * gain**2 * level)
    assert seen.mean() == pytest.approx(gain * level, abs=5 * sd / np.sqrt(50_000))
    assert seen.std() == pytest.approx(sd, rel=0.02)


def attach(attached):
    true = spill_matrix(SPECIFICATION, MRD)
    return true, attached_spillover(Instrument(attached=attached), MRD, true, np.ones(8))


@pytest.mark.parametrize(
    ("attached", "expected"),
    [
        (AttachedSpillover.TRUE, lambda true: true),
        (AttachedSpillover.TRANSPOSED, lambda true: true.T),
        (AttachedSpillover.SCALED, lambda true: 1.1 * true - 0.1 * np.eye(8)),
    ],
)
def test_attached_matrix(attached, expected):
    true, found = attach(attached)
    np.testing.assert_allclose(found.matrix, expected(true))
    assert found.detectors == tuple(c.detector for c in MRD.channels)


def test_matrix_with_detectors_in_the_wrong_order():
    true, found = attach(AttachedSpillover.SHIFTED)
    detectors = [c.detector for c in MRD.channels]
    np.testing.assert_array_equal(found.matrix, true)
    assert list(found.detectors) == detectors[1:] + detectors[:1]


def test_missing_matrix():
    assert attach(AttachedSpillover.MISSING)[1] is None


def test_gain_of_a_detector_that_is_not_there_is_refused():
    with pytest.raises(SimulationError, match="has no detector BV421-A"):
        detector_gains(Instrument(gains={"BV421-A": 2.0, "FSC": 0.5}), MRD)


@pytest.mark.parametrize("gain", [0.0, -1.0, float("nan")])
def test_a_gain_that_cannot_be_is_refused(gain):
    with pytest.raises(SimulationError, match="not positive: PE-A"):
        Instrument(gains={"PE-A": gain})


def test_negative_spill_is_refused():
    with pytest.raises(SimulationError, match="not positive: spill"):
        Instrument(spill_factor=-1.0)
