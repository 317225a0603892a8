"""Events off the scale of scatter, and dying cells; numbers by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.gating.anchor import Anchors
from flowpheno.gating.decades import to_decades
from flowpheno.gating.scatter import SCATTER_STEPS, odd_scatter
from flowpheno.marker import Marker
from flowpheno.sample import Channel, ChannelKind, Measure, Sample, Scale

TOP = 262_144.0
N = 400


def channel(name, **more):
    return Channel(
        detector=f"{name}-A", marker=Marker(name), kind=ChannelKind.SCATTER, range=TOP, **more
    )


def tube(extra, *, scale=Scale.LINEAR, channels=("FSC", "SSC")):
    """400 lymphocytes of half a decade of FSC and SSC below full scale, then the extra ones."""
    rng = np.random.default_rng(7)
    home = 10 ** rng.normal([4.9, 4.4], [0.03, 0.05], (N, 2))
    events = np.vstack([home, np.array(extra, float).reshape(-1, 2)]).astype(np.float32)
    return Sample(
        name="invented",
        channels=tuple(channel(name) for name in channels),
        events=events,
        scale=scale,
    )


def odd(sample, limits):
    decades = to_decades(sample)
    anchors = Anchors(
        cluster=np.zeros(sample.n_events, np.int32),
        medians=np.zeros((1, 2)),
        sizes=np.array([sample.n_events]),
        lymphocytes=np.arange(sample.n_events) < N,
        granulocytes=np.zeros(sample.n_events, bool),
        low_scatter=np.ones(sample.n_events, bool),
        scatter_border=3.0,
    )
    return odd_scatter(sample, decades, anchors, limits)


@pytest.fixture
def limits(definitions):
    return replace(definitions.gating, condensed_sd=5.0)


def test_off_scale_is_at_the_limit_of_both_scatters(limits):
    edge = [[TOP, TOP]] * 3 + [[TOP, 9e4], [9e4, TOP], [2e5, 2e5]]
    found = odd(tube(edge), limits)
    assert set(found) == set(SCATTER_STEPS)
    assert found["off_scale"].tolist() == [False] * N + [True] * 3 + [False] * 3


def test_condensed_cells_are_small_and_granular_for_their_size(limits):
    # lymphocytes: 10 ** 4.9 of FSC, SSC half a decade less, robust SD of the difference 0.058
    cells = [
        [10**4.6, 10**4.6],  # smaller, difference 0 instead of -0.5: 8 SD
        [10**4.6, 10**4.3],  # smaller, as granular for its size as others, 3 SD
        [10**5.2, 10**5.2],  # as granular for its size, but larger: no lymphocyte that shrank
        [10**4.6, 10**3.0],  # smaller and clear: debris, another matter
    ]
    found = odd(tube(cells), limits)
    assert found["condensed"][N:].tolist() == [True, False, False, False]
    assert found["condensed"][:N].sum() == 0
    assert not found["off_scale"].any()


def test_how_far_is_a_limit(limits):
    cells = [[10**4.6, 10**4.6]]
    assert odd(tube(cells), limits)["condensed"][-1]
    assert not odd(tube(cells), replace(limits, condensed_sd=12.0))["condensed"][-1]
    strict = odd(tube(cells), replace(limits, condensed_sd=0.0))["condensed"][:N]
    assert 0.1 < strict.mean() < 0.5  # half of them are granular, of which not all are small


def test_a_voltage_that_moves_all_cells_moves_none_out(limits):
    cells = [[10**4.6, 10**4.6], [10**4.6, 10**4.3]]
    sample = tube(cells)
    louder = replace(sample, events=(sample.events * np.float32([0.6, 1.4])))
    before, after = odd(sample, limits), odd(louder, limits)
    np.testing.assert_array_equal(before["condensed"], after["condensed"])


def test_ranks_tell_nothing(limits):
    sample = tube([[1, 1]], scale=Scale.RELATIVE)
    assert odd(sample, limits) == {}


@pytest.mark.parametrize("missing", ["FSC", "SSC"])
def test_without_one_scatter_nothing_is_told(limits, missing):
    sample = tube([[TOP, TOP]])
    channels = tuple(
        replace(c, marker=None) if c.marker == missing else c for c in sample.channels
    )
    # a tube without side scatter has a constant for it, by which anchors are found
    decades = to_decades(replace(sample, channels=channels))
    filled = replace(
        decades,
        values=np.hstack([decades.values, np.zeros((len(decades.values), 1), np.float32)]),
        columns={**decades.columns, Marker(missing): 1},
    )
    anchors = Anchors(
        cluster=np.zeros(N + 1, np.int32),
        medians=np.zeros((1, 2)),
        sizes=np.array([N + 1]),
        lymphocytes=np.ones(N + 1, bool),
        granulocytes=np.zeros(N + 1, bool),
        low_scatter=np.ones(N + 1, bool),
        scatter_border=3.0,
    )
    without = decades if missing == "FSC" else filled
    assert odd_scatter(replace(sample, channels=channels), without, anchors, limits) == {}


def test_heights_are_no_areas(limits):
    sample = tube([[TOP, TOP]])
    channels = (replace(sample.channels[0], measure=Measure.HEIGHT), sample.channels[1])
    assert odd(replace(sample, channels=channels), limits) == {}
