"""Which tube a file is: its own for simulated ones, said to be none where it is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flowpheno.errors import PanelError
from flowpheno.marker import Marker
from flowpheno.panel.recognition import load_recognition_limits, recognise
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.reading import read_fcs
from flowpheno.sample import Channel, ChannelKind

TUBES = builtin_tubes()
LIMITS = load_recognition_limits()


def channels_of(name):
    return [
        Channel(detector=c.detector, marker=Marker(c.marker), fluorochrome=c.fluorochrome)
        for c in TUBES[name].channels
        if c.marker is not None
    ]


@pytest.mark.parametrize("name", TUBES)
def test_each_tube_is_itself(name):
    found = recognise(channels_of(name), TUBES, LIMITS)
    assert (found.tube, found.tied) == (name, ())
    assert (found.score, found.recognised) == (1.0, True)
    assert (found.missing, found.extra, found.other_dye, found.variant) == ((), (), (), ())


VIOLET = {"PacB": "BV421", "PacO": "OC515", "APC-H7": "APC-C750"}


@pytest.mark.parametrize("orange", ["OC515", "BV510"])
@pytest.mark.parametrize("number", [1, 2])
def test_the_published_variants_of_the_mrd_tubes_are_the_tubes(number, orange):
    dyes = VIOLET | {"PacO": orange}
    channels = [
        replace(c, fluorochrome=dyes.get(c.fluorochrome, c.fluorochrome))
        for c in channels_of(f"euroflow_bcp_all_mrd_t{number}")
    ]
    found = recognise(channels, TUBES, LIMITS)
    assert (found.tube, found.score) == (f"euroflow_bcp_all_mrd_t{number}", 1.0)
    assert (found.tied, found.other_dye) == ((), ())
    assert set(found.variant) == {"CD20", "CD45", "CD38"}


def test_tubes_that_differ_in_one_channel_are_told_apart():
    one, two = (channels_of(f"euroflow_bcp_all_mrd_t{n}") for n in (1, 2))
    for channels, own, other in ((one, "t1", "CD73+CD304"), (two, "t2", "CD66c+CD123")):
        found = recognise(channels, TUBES, LIMITS)
        assert found.tube.endswith(own)
        assert other not in found.extra
    shared = [c for c in one if c.marker in {o.marker for o in two}]
    found = recognise(shared, TUBES, LIMITS)
    assert found.tied == ("euroflow_bcp_all_mrd_t2",)
    assert found.missing == ("CD66c+CD123",)


def test_a_list_of_markers_is_recognised_by_markers_whatever_their_dyes():
    channels = [
        Channel(detector=f"D{i}-A", marker=Marker(m), fluorochrome=dye)
        for i, (m, dye) in enumerate(
            zip(TUBES["mayo_single_10c"].markers, ["BV421", None, *["PE"] * 8], strict=True)
        )
    ]
    found = recognise(channels, TUBES, LIMITS)
    assert (found.tube, found.score, found.other_dye) == ("mayo_single_10c", 1.0, ())


def test_two_names_of_antigens_and_nothing_alike_are_unrecognised():
    channels = [Channel(detector=m, marker=Marker(m)) for m in ("CD45", "CD138", "CD61")]
    found = recognise(channels, TUBES, LIMITS)
    assert not found.recognised
    assert found.tube
    assert found.score < LIMITS.least_score


def test_scatter_and_empty_channels_do_not_count():
    empty = Channel(detector="APC-Cy7-A", marker=None)
    scatter = Channel(detector="SSC-A", marker=Marker("SSC"), kind=ChannelKind.SCATTER)
    found = recognise([*channels_of("tube_494"), empty, scatter], TUBES, LIMITS)
    assert (found.tube, found.score) == ("tube_494", 1.0)


def test_differences_are_listed():
    channels = channels_of("tube_494")
    dropped, other = channels[0], replace(channels[1], fluorochrome="BV605")
    extra = Channel(detector="BV711-A", marker=Marker("CD71"), fluorochrome="BV711")
    found = recognise([other, *channels[2:], extra], TUBES, LIMITS)
    assert (found.missing, found.extra) == ((dropped.marker,), (Marker("CD71"),))
    assert found.other_dye == (other.marker,)
    n = len(channels)
    assert found.score == pytest.approx((n - 1 - (1 - LIMITS.other_dye)) / (n + 1))
    assert not found.recognised


def test_a_dye_that_is_not_said_is_no_other():
    channels = [replace(c, fluorochrome=None) for c in channels_of("tube_494")]
    assert recognise(channels, TUBES, LIMITS).other_dye == ()


def test_no_marker_is_no_tube():
    found = recognise([Channel(detector="FL1-A", marker=None)], TUBES, LIMITS)
    assert (found.tube, found.score, found.recognised) == ("", 0.0, False)


@pytest.mark.parametrize(
    ("path", "tube", "recognised"),
    [
        ("b_all_mrd_labelled/494.fcs", "tube_494", True),
        ("aml_vs_normal/sample11.fcs", None, False),
    ],
)
def test_real_files(data_dir, path, tube, recognised):
    found = recognise(read_fcs(data_dir / path).channels, TUBES, LIMITS)
    assert found.recognised is recognised
    assert tube is None or found.tube == tube


@pytest.mark.parametrize(
    "text",
    [
        "least_score: 0",
        "least_score: 1.1",
        "least_score: 0.8\nmore: 1",
        "least_score: 0.8\nsame_band: [[PE, FITC], [APC, PE]]",
    ],
)
def test_limits_that_are_none_are_refused(tmp_path, text):
    (tmp_path / "recognition.yaml").write_text(f"source: '[P] test'\nother_dye: 0.5\n{text}\n")
    with pytest.raises(PanelError, match="line"):
        load_recognition_limits(tmp_path)
