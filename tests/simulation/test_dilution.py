"""In-silico dilution: real events, counted, and nothing mixed that was not measured alike."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.errors import SimulationError
from flowpheno.fcs.spillover import Spillover
from flowpheno.marker import Marker
from flowpheno.sample import Channel, ChannelKind, Sample
from flowpheno.simulation import DILUTION_KEYWORD, LabelledSample, dilution_series, spike, split

CHANNELS = (
    Channel(detector="FL1-A", marker=Marker("CD19")),
    Channel(detector="FL2-A", marker=Marker("CD10")),
    Channel(detector="Time", kind=ChannelKind.TIME),
)


def labelled(n=1000, n_blasts=300, *, first=0.0, name="a", nucleated=None, **options):
    """Values tell the event: the first column counts from `first`."""
    number = np.arange(n, dtype=np.float32)
    events = np.column_stack([first + number, -number, number]).astype(np.float32)
    blasts = np.zeros(n, dtype=bool)
    blasts[:: max(1, n // n_blasts)] = n_blasts > 0
    sample = Sample(name=name, channels=CHANNELS, events=events, **options)
    return LabelledSample(sample=sample, blasts=blasts, nucleated=nucleated)


def rng():
    return np.random.default_rng(3)


@pytest.mark.parametrize("percent", [0.0, 0.5, 10.0, 30.0])
def test_a_share_of_the_blasts_is_among_all_other_cells(percent):
    donor, host = labelled(first=1e6), labelled(name="b")
    mixed = spike(donor, host, percent=percent, rng=rng())
    others = int((~host.blasts).sum())
    assert int((~mixed.blasts).sum()) == others
    assert mixed.percent == pytest.approx(percent, abs=0.08)
    assert set(mixed.source[mixed.blasts]) <= {"a"}
    for n, (where, own) in enumerate(zip(mixed.source, mixed.index, strict=True)):
        origin = donor if where == "a" else host
        np.testing.assert_array_equal(mixed.sample.events[n, :2], origin.sample.events[own, :2])
        assert origin.blasts[own] == mixed.blasts[n]
    assert len(set(mixed.index[mixed.blasts])) == mixed.blasts.sum()  # each blast once


def test_time_ascends_and_is_that_of_the_host():
    mixed = spike(labelled(first=1e6), labelled(name="b"), percent=20, rng=rng())
    time = mixed.sample.events[:, 2]
    assert (np.diff(time) >= 0).all()
    places = np.flatnonzero(mixed.blasts) / len(time)
    assert abs(places.mean() - 0.5) < 0.1


def test_the_denominator_is_what_the_labels_call_nucleated():
    nucleated = np.ones(1000, dtype=bool)
    nucleated[500:] = False
    host = labelled(name="b", nucleated=nucleated)
    mixed = spike(labelled(), host, percent=10, rng=rng())
    base = int((nucleated & ~host.blasts).sum())
    assert int(mixed.blasts.sum()) == round(base / 9)
    assert mixed.percent == pytest.approx(10, abs=0.3)


def test_the_file_says_that_it_was_mixed_and_keeps_what_it_said():
    host = labelled(name="b", keywords={"$CYT": "Canto"})
    mixed = spike(labelled(), host, percent=1, rng=rng())
    assert mixed.sample.keywords["$CYT"] == "Canto"
    assert mixed.sample.keywords[DILUTION_KEYWORD].startswith("TRUE; ")
    assert mixed.sample.channels == CHANNELS


def test_halves_hold_every_event_once():
    whole = labelled(1001, 301)
    one, two = split(whole, rng=rng())
    np.testing.assert_array_equal(np.sort(np.concatenate([one.index, two.index])), np.arange(1001))
    assert abs(int(one.blasts.sum()) - int(two.blasts.sum())) <= 1
    assert abs(one.sample.n_events - two.sample.n_events) <= 2
    np.testing.assert_array_equal(one.sample.events[:, 0], one.index)


def test_a_series_never_shows_the_diagnosis_again():
    diagnosis, series = dilution_series(labelled(4000, 2000), [10, 1, 0], seed=4)
    for mixed in series:
        assert not set(mixed.index) & set(diagnosis.index)
    assert [m.sample.name for m in series] == ["a-10pct", "a-1pct", "a-0pct"]
    assert not series[-1].blasts.any()
    _, (alone,) = dilution_series(labelled(4000, 2000), [1], seed=4)
    np.testing.assert_array_equal(alone.index, series[1].index)


def _matrix(value, detectors=("FL1-A", "FL2-A")):
    return Spillover(
        detectors=detectors, matrix=np.array([[1, value], [0, 1.0]]), source="$SPILLOVER"
    )


def test_the_same_matrix_in_another_order_is_the_same():
    turned = Spillover(
        detectors=("FL2-A", "FL1-A"), matrix=np.array([[1, 0], [0.1, 1.0]]), source="SPILL"
    )
    spike(labelled(spillover=_matrix(0.1)), labelled(spillover=turned), percent=1, rng=rng())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"spillover": _matrix(0.2)}, "another spillover: their raw values cannot be mixed"),
        ({"spillover": None}, "another spillover"),
        ({"compensated": True}, "not in one state"),
        (
            {"channels": (replace(CHANNELS[0], marker=Marker("CD20")), *CHANNELS[1:])},
            r"not of one panel: a alone has FL1-A \(CD19, to 262144\); b alone has FL1-A \(CD20",
        ),
        ({"channels": (CHANNELS[1], CHANNELS[0], CHANNELS[2])}, "channels in another order"),
    ],
    ids=["matrix", "no matrix", "state", "panel", "order"],
)
def test_what_was_not_measured_alike_is_not_mixed(change, problem):
    donor = labelled(spillover=_matrix(0.1))
    other = LabelledSample(
        sample=replace(labelled(spillover=_matrix(0.1), name="b").sample, **change),
        blasts=donor.blasts,
    )
    with pytest.raises(SimulationError, match=problem):
        spike(donor, other, percent=1, rng=rng())


def test_too_few_blasts_say_how_far_they_reach():
    with pytest.raises(SimulationError, match=r"needs \d+ blasts, a has 10: 1.23 % at most"):
        spike(labelled(1000, 10), labelled(1000, 200, name="b"), percent=50, rng=rng())


@pytest.mark.parametrize("percent", [-1, 100, float("nan")])
def test_an_impossible_percent_is_refused(percent):
    with pytest.raises(SimulationError, match="must be 0 or more, and less than 100"):
        spike(labelled(), labelled(), percent=percent, rng=rng())


def test_nothing_to_split_is_refused():
    with pytest.raises(SimulationError, match="1 blasts to split"):
        split(labelled(100, 1), rng=rng())


def test_labels_of_another_length_are_refused():
    with pytest.raises(SimulationError, match="3 labels for 1000 events"):
        LabelledSample(sample=labelled().sample, blasts=np.ones(3, dtype=bool))


def test_only_blasts_leave_no_cell_to_put_them_among():
    host = labelled()
    with pytest.raises(SimulationError, match="no cell that is not a blast"):
        spike(host, replace(host, blasts=np.ones(1000, dtype=bool)), percent=1, rng=rng())
