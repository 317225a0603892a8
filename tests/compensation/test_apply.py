"""Compensation gives back the true light, whatever the order and names of the matrix."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from flowpheno.compensation import compensate, with_spillover
from flowpheno.errors import CompensationError
from flowpheno.fcs.spillover import Spillover
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import Marker
from flowpheno.reading import read_fcs
from flowpheno.sample import Channel, Sample, Scale

TRUE = np.array([[1000.0, 50.0, 0.0], [0.0, 20_000.0, 300.0], [-40.0, 5.0, 100_000.0]])


def _named(spillover, names):
    return replace(spillover, detectors=tuple(names))


def test_observed_light_is_solved_for_the_true_one(dyed_tube, spillover):
    observed = TRUE @ spillover.matrix
    compensated = compensate(dyed_tube(observed, spillover=spillover))
    np.testing.assert_allclose(compensated.events[:, 1:], TRUE, rtol=1e-5, atol=0.01)
    expected = np.linalg.solve(spillover.matrix.T, observed.T).T
    np.testing.assert_allclose(compensated.events[:, 1:], expected, rtol=1e-5, atol=0.01)
    assert compensated.compensated
    assert compensated.events.dtype == np.float32
    assert not compensated.events.flags.writeable


def test_channels_without_a_dye_are_left_as_they_are(dyed_tube, spillover):
    tube = dyed_tube(TRUE, spillover=spillover, scatter_at=1)
    compensated = compensate(tube)
    np.testing.assert_array_equal(compensated.events[:, 1], tube.events[:, 1])
    np.testing.assert_array_equal(tube.events[:, [0, 2, 3]], TRUE.astype(np.float32))


@given(
    spills=arrays(np.float64, (4, 4), elements=st.floats(0, 0.2)),
    light=arrays(np.float64, (7, 4), elements=st.floats(-1000, 2e5)),
    order=st.permutations(range(4)),
)
def test_spill_is_undone_for_any_matrix_and_order(spills, light, order):
    matrix = np.where(np.eye(4, dtype=bool), 1.0, spills)
    names = [f"D{index}" for index in range(4)]
    events = (light @ matrix).astype(np.float32)
    tube = Sample(name="t", channels=tuple(Channel(detector=n) for n in names), events=events)
    shuffled = Spillover(
        detectors=tuple(names[i] for i in order),
        matrix=matrix[np.ix_(order, order)],
        source="any",
    )
    compensated = compensate(tube, shuffled)
    np.testing.assert_allclose(compensated.events, light, rtol=1e-4, atol=0.5)


def test_many_events_are_done_in_blocks_alike(dyed_tube, spillover):
    rng = np.random.default_rng(3)
    observed = rng.uniform(-100, 2e5, (40_001, 3)).astype(np.float32)
    compensated = compensate(dyed_tube(observed, spillover=spillover)).events[:, 1:]
    expected = observed.astype(np.float64) @ np.linalg.inv(spillover.matrix)
    np.testing.assert_allclose(compensated, expected, rtol=1e-5, atol=0.02)


def test_a_sample_is_not_compensated_twice(dyed_tube, spillover):
    compensated = compensate(dyed_tube(TRUE, spillover=spillover))
    assert compensate(compensated) is compensated


def test_without_a_matrix_nothing_happens(dyed_tube):
    tube = dyed_tube(TRUE)
    assert compensate(tube) is tube


def test_no_events_and_one_are_compensated_too(dyed_tube, spillover):
    for n in (0, 1):
        assert compensate(dyed_tube(TRUE[:n], spillover=spillover)).n_events == n


def test_a_value_that_is_not_finite_stays_in_its_event(dyed_tube, spillover):
    broken = TRUE.copy()
    broken[0, 0], broken[1, 2] = np.nan, np.inf
    compensated = compensate(dyed_tube(broken, spillover=spillover)).events
    assert not np.isfinite(compensated[:2, 1:]).all(axis=1).any()
    assert np.isfinite(compensated[2]).all()


@pytest.mark.parametrize(
    "names",
    [
        ("CD20", "CD10", "CD19"),
        ("FITC-A", "CD10", "APC-A"),
        ("FITC.A", "PE.A", "APC.A"),  # R
        ("fitc-a", "cd 10", "APC_A"),
    ],
)
def test_a_matrix_may_name_markers(dyed_tube, spillover, names):
    compensated = compensate(dyed_tube(TRUE @ spillover.matrix), _named(spillover, names))
    np.testing.assert_allclose(compensated.events[:, 1:], TRUE, rtol=1e-5, atol=0.01)
    assert compensated.spillover is not None
    assert compensated.spillover.detectors == spillover.detectors


def test_a_matrix_may_cover_some_channels_only(dyed_tube, spillover):
    part = Spillover(
        detectors=("APC-A", "PE-A"), matrix=np.array([[1, 0.5], [0, 1]]), source="part"
    )
    compensated = compensate(dyed_tube(TRUE, spillover=spillover), part).events[:, 1:]
    np.testing.assert_array_equal(compensated[:, 0], TRUE[:, 0].astype(np.float32))
    np.testing.assert_allclose(compensated[:, 1], TRUE[:, 1] - 0.5 * TRUE[:, 2], rtol=1e-6)


def test_another_matrix_replaces_the_one_of_the_file(dyed_tube, spillover):
    wrong = replace(spillover, matrix=spillover.matrix.T.copy(), source="another day")
    tube = dyed_tube(TRUE @ spillover.matrix, spillover=wrong)
    right = compensate(tube, spillover).events[:, 1:]
    np.testing.assert_allclose(right, TRUE, rtol=1e-5, atol=0.01)


def test_an_identity_matrix_in_the_file_does_not_count_as_compensated(dyed_tube, spillover):
    said = Finding(
        code=ReasonCode.COMP_MATRIX_MISSING,
        severity=Severity.WARNING,
        stage="fcs.spillover",
        message="the matrix is the identity",
    )
    identity = replace(spillover, matrix=np.eye(3))
    tube = dyed_tube(TRUE, spillover=identity, compensated=True, findings=(said,))
    given = with_spillover(tube, spillover)
    assert not given.compensated
    assert given.findings == ()


def _two_of_one_label(tube):
    channels = list(tube.channels)
    channels[1] = replace(channels[1], label="CD10", marker=None)
    return replace(tube, channels=tuple(channels))


@pytest.mark.parametrize(
    ("change", "names", "message"),
    [
        (lambda t: t, ("FITC-A", "PE-A", "BV421-A"), "not in the file: BV421-A"),
        (lambda t: t, ("FITC-A", "CD20", "PE-A"), "does not name each detector once"),
        (_two_of_one_label, ("CD10", "PE-A", "APC-A"), "does not name each detector once: CD10"),
        (lambda t: replace(t, compensated=True), None, "would be applied twice"),
        (lambda t: replace(t, scale=Scale.RELATIVE), None, "relative scale cannot be"),
    ],
    ids=["missing", "twice", "doubtful", "compensated", "relative"],
)
def test_a_matrix_that_does_not_fit_is_refused(dyed_tube, spillover, change, names, message):
    tube = change(dyed_tube(TRUE))
    with pytest.raises(CompensationError, match=message):
        compensate(tube, _named(spillover, names) if names else spillover)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.ones((3, 3)), "matrix of any is singular"),
        (np.diag([1.0, np.nan, 1.0]), "a coefficient is not a number"),
        (100 * np.eye(3), "percent instead of fractions"),
        (np.eye(2), r"\(2, 2\) coefficients for 3 detectors"),
    ],
    ids=["singular", "nan", "percent", "shape"],
)
def test_a_matrix_that_cannot_be_solved_is_refused(dyed_tube, spillover, matrix, message):
    bad = Spillover(detectors=spillover.detectors, matrix=matrix, source="any")
    with pytest.raises(CompensationError, match=message):
        compensate(dyed_tube(TRUE, spillover=bad))


def test_blasts_of_the_real_marrow_have_their_published_medians(data_dir):
    folder = data_dir / "b_all_mrd_labelled"
    sample = compensate(read_fcs(folder / "494.fcs"))
    labels = np.loadtxt(folder / "494_labels.csv", delimiter=",", skiprows=1, dtype=np.int32)
    blasts = labels[:, -1] == 1
    expected = {"CD10": 61_015, "CD45": 14_191, "CD34": 1_262, "CD19": 7_315, "CD38": 2_061}
    for marker, median in expected.items():
        values = sample.events[blasts, sample.column(Marker(marker))]
        assert np.median(values) == pytest.approx(median, rel=0.001)
