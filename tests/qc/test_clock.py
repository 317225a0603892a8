"""The clock: wraps and joined runs are laid out, disorder is said, nonsense is named."""

import numpy as np
import pytest

from flowpheno.qc.clock import clock_of

N = 900


def _clock(qc_tube, time, least_events=100):
    return clock_of(
        qc_tube(columns={"CD19": np.zeros(len(time)), "Time": time}), least_events=least_events
    )


def test_a_plain_clock_is_as_it_is(qc_tube):
    time = np.arange(N, dtype=float)
    clock = _clock(qc_tube, time)
    np.testing.assert_array_equal(clock.time, time)
    assert (clock.n_restarts, clock.n_back) == (0, 0)


@pytest.mark.parametrize("period", [300, 450, 225])
def test_a_counter_that_wraps_runs_on(qc_tube, period):
    clock = _clock(qc_tube, np.arange(N) % period)
    assert clock.n_restarts == (N - 1) // period
    assert clock.n_back == 0
    steps = np.diff(clock.time)
    assert ((steps == 0) | (steps == 1)).all()


def test_two_runs_joined_run_on(qc_tube):
    clock = _clock(qc_tube, np.concatenate([np.arange(600), np.arange(300)]))
    assert clock.n_restarts == 1
    assert (np.diff(clock.time) >= 0).all()


@pytest.mark.parametrize(
    "time",
    [
        np.random.default_rng(1).permutation(N),
        np.where(np.arange(N) == 500, 498, np.arange(N)),
        np.where(np.arange(N) == 500, 0, np.arange(N)),
        np.where(np.arange(N) >= 850, np.arange(N) - 850, np.arange(N)),  # 50 are no run
    ],
    ids=["shuffled", "one tick back", "one event at the begin", "a short end"],
)
def test_disorder_is_taken_as_it_is_and_counted(qc_tube, time):
    clock = _clock(qc_tube, time.astype(float))
    assert clock.n_restarts == 0
    assert clock.n_back == np.count_nonzero(np.diff(time) < 0) > 0
    np.testing.assert_array_equal(clock.time, time)


@pytest.mark.parametrize("n", [0, 1])
def test_no_event_and_one_have_a_clock(qc_tube, n):
    assert len(_clock(qc_tube, np.zeros(n)).time) == n


def test_no_clock_is_a_reason(qc_tube):
    assert clock_of(qc_tube(columns={"CD19": [1.0]}), least_events=1) == "no Time channel"
    assert "not finite" in _clock(qc_tube, np.array([0, np.inf]))
