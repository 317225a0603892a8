"""Two channels as a picture."""

import numpy as np
import pytest

import flowpheno as fp
from flowpheno.transform import Logicle
from flowpheno.widget.plane import BINS, channels_of, make_plane


def test_axes_are_named_scaled_and_marked(tube):
    plane = make_plane(tube, "CD19", "SSC-A")
    assert plane.x.dimension.channel == "APC-A"
    assert plane.x.dimension.compensation == "FCS"
    assert isinstance(plane.x.dimension.transform, Logicle)
    assert plane.y.dimension.transform is None
    ticks, minor = plane.x.ticks()
    assert [label for _, label in ticks][-2:] == ["10⁴", "10⁵"]
    assert len(minor) > 8
    round_ticks, none = plane.y.ticks()
    assert none == []
    assert all(label.endswith("K") or label == "0" for _, label in round_ticks)


def test_places_and_positions_on_the_scale_are_inverse(tube):
    plane = make_plane(tube, "CD19", "SSC-A")
    places = np.linspace(0, 1, 7)
    for side in (plane.x, plane.y):
        back = side.places(side.on_scale(places), side.dimension)
        np.testing.assert_allclose(back, places, atol=1e-12)


def test_a_place_on_another_scale_is_found_by_its_intensity(tube):
    plane = make_plane(tube, "CD19", "CD10")
    linear = fp.gates.Dimension(channel="APC-A", compensation="FCS")
    own = plane.x.dimension
    (direct,) = plane.x.places(np.array([5000.0]), linear)
    (over,) = plane.x.places(own.transform.apply(np.array([5000.0])), own)
    assert direct == pytest.approx(over)


def test_shades_show_where_events_are(tube):
    plane = make_plane(tube, "CD19", "CD10")
    shades = np.frombuffer(plane.density(np.ones(tube.n_events, bool)), np.uint8)
    picture = shades.reshape(BINS, BINS)
    assert picture.max() == 255
    assert picture[: BINS // 2, : BINS // 2].sum() > 0
    assert picture[: BINS // 2, BINS // 2 + 30 :].sum() == 0
    assert set(plane.density(np.zeros(tube.n_events, bool))) == {0}


def test_time_and_one_channel_twice_are_refused(tube):
    assert [name for name, _ in channels_of(tube)] == ["FSC-A", "SSC-A", "PE-A", "APC-A"]
    with pytest.raises(fp.errors.GateError, match="Time is time"):
        make_plane(tube, "Time", "CD19")
    with pytest.raises(fp.errors.GateError, match="both axes show APC-A"):
        make_plane(tube, "CD19", "APC-A")
