"""The flow: bursts are cut out, pauses and a flow that was set higher are said."""

import numpy as np
import pytest

from flowpheno.qc.rate import flow_rate

N = 30_000


@pytest.fixture(scope="module")
def limits(qc_limits):
    return qc_limits.time.rate


def _steps(seed=0, n=N):
    return np.random.default_rng(seed).exponential(1.0, n)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [0, 1, 300, 2000, N])
def test_a_steady_flow_is_left_in_peace(limits, seed, n):
    rate = flow_rate(np.cumsum(_steps(seed, n)), limits)
    assert rate.surge.shape == (n,)
    assert not rate.surge.any()
    assert rate.findings == ()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("factor", [3.0, 10.0])
def test_a_burst_is_cut_out(limits, seed, factor):
    steps = _steps(seed)
    part = slice(12_000, 13_500)
    steps[part] /= factor
    rate = flow_rate(np.cumsum(steps), limits)
    assert rate.surge[part].mean() > 0.85
    assert np.delete(rate.surge, np.arange(N)[part]).mean() < 0.01
    assert ["in bursts" in f.message for f in rate.findings] == [True]


def test_the_order_of_events_does_not_matter(limits):
    steps = _steps()
    steps[12_000:13_500] /= 4
    time = np.cumsum(steps)
    order = np.random.default_rng(3).permutation(N)
    expected = flow_rate(time, limits).surge
    np.testing.assert_array_equal(flow_rate(time[order], limits).surge, expected[order])


def test_a_flow_set_higher_is_said_and_kept(limits):
    steps = _steps()
    steps[20_000:] /= 3
    rate = flow_rate(np.cumsum(steps), limits)
    assert not rate.surge.any()
    assert ["the flow was changed" in f.message for f in rate.findings] == [True]


@pytest.mark.parametrize("pause", [2000.0, 100_000.0])
def test_a_pause_is_said_with_its_length(limits, pause):
    time = np.cumsum(_steps())
    time[N // 2 :] += pause
    rate = flow_rate(time, limits)
    assert not rate.surge.any()
    (said,) = rate.findings
    assert said.value == pytest.approx(100 * pause / (N + pause), abs=1.5)


def test_a_coarse_clock_is_no_burst(limits):
    for ticks in (50, 150, 500):
        time = np.floor(np.cumsum(_steps(n=20_000)) / 20_000 * ticks)
        assert not flow_rate(time, limits).surge.any()


@pytest.mark.parametrize("time", [np.zeros(5000), np.repeat([0.0, 1.0], 2500)])
def test_a_clock_that_stands_shows_nothing(limits, time):
    assert not flow_rate(time, limits).surge.any()
