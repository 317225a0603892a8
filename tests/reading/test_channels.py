from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.finding import ReasonCode, Severity
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.reading import name_channels
from flowpheno.sample import ChannelKind, Measure


def name(*names):
    channels, findings = name_channels(names, builtin_vocabulary())
    return [channel.marker for channel in channels], channels, findings


def test_tube_is_named():
    markers, channels, findings = name(("FSC-A", ""), ("PE-A", "CD10"), ("Time", ""))
    assert markers == ["FSC", "CD10", None]
    assert [c.kind for c in channels] == [
        ChannelKind.SCATTER,
        ChannelKind.FLUORESCENCE,
        ChannelKind.TIME,
    ]
    assert channels[1].fluorochrome == "PE"
    assert channels[1].label == "CD10"
    assert findings == ()


def test_unknown_name_is_a_finding_with_the_nearest():
    markers, _, (finding,) = name(("PE-A", "CD101"))
    assert markers == [None]
    assert finding.code is ReasonCode.CHANNEL_UNMAPPED
    assert finding.severity is Severity.WARNING
    assert "PE-A :: CD101" in finding.message
    assert "CD10" in finding.message.split("resemble it:")[1]


def test_unknown_name_is_said_once_for_area_height_and_width():
    _, _, findings = name(("PE-A", "gizmo"), ("PE-H", "gizmo"), ("PE-W", "gizmo"))
    assert len(findings) == 1


@pytest.mark.parametrize(
    "names", [[("PE-A", "CD10"), ("APC-A", "CD10")], [("CD10-PE", ""), ("CD10-APC", "")]]
)
def test_marker_claimed_twice_is_given_to_neither(names):
    markers, _, (finding,) = name(*names)
    assert markers == [None, None]
    assert finding.code is ReasonCode.CHANNEL_AMBIGUOUS
    assert finding.severity is Severity.WARNING
    assert "CD10 is claimed by 2 channels" in finding.message
    assert finding.value == 2


def test_labelled_channel_wins_over_a_detector_of_that_name():
    markers, _, (finding,) = name(("CD10-A", ""), ("APC-A", "CD10"))
    assert markers == [None, "CD10"]
    assert finding.severity is Severity.NOTE


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        ([("FSC LogA", ""), ("FSC LinA", "")], 1),
        ([("FSC-Area", "FSC"), ("FSC-Log_Area", "FSC")], 0),
        ([("FL1 Lin", "CD10"), ("FL1 Log", "CD10")], 1),
    ],
)
def test_one_signal_on_two_scales_keeps_the_better(names, kept):
    markers, _, (finding,) = name(*names)
    assert markers[kept] is not None
    assert markers[1 - kept] is None
    assert finding.severity is Severity.NOTE


def test_area_and_height_of_one_marker_are_not_in_conflict():
    markers, channels, findings = name(
        ("PE-A", "CD10"), ("PE-H", "CD10"), ("FSC-H", ""), ("FSC-A", "")
    )
    assert markers == ["CD10", "CD10", "FSC", "FSC"]
    assert [c.measure for c in channels] == ["area", "height", "height", "area"]
    assert findings == ()


def test_height_stands_in_where_no_area_was_recorded():
    _, channels, (finding,) = name(
        ("FSC-H", ""), ("FL1-H", "CD4 FITC"), ("FL2-H", ""), ("FL2-A", "")
    )
    assert [c.measure for c in channels] == [
        Measure.AREA,
        Measure.AREA,
        Measure.HEIGHT,
        Measure.AREA,
    ]
    assert finding.code is ReasonCode.METADATA_DERIVED
    assert finding.message.endswith("area: FSC, CD4")


def test_two_combined_reagents_are_not_their_parts():
    markers, _, findings = name(("PE-A", "CD66c+CD123"), ("APC-A", "CD123"))
    assert markers == ["CD66c+CD123", "CD123"]
    assert findings == ()


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=6))
def test_any_names_give_a_channel_each(names):
    channels, _ = name_channels(names, builtin_vocabulary())
    assert [c.detector for c in channels] == [detector for detector, _ in names]
    areas = [c.marker for c in channels if c.marker and c.measure is Measure.AREA]
    assert len(areas) == len(set(areas))


def test_a_name_that_another_channel_settles_is_used_and_said():
    markers, _, (finding,) = name(("FITC-A", "IgM"), ("APC-A", "sIgM+CD117"))
    assert markers == ["cyIgM", "sIgM+CD117"]
    assert finding.code is ReasonCode.METADATA_DERIVED
    assert (
        "'IgM' is taken for cyIgM, as another channel of the tube stains sIgM" in finding.message
    )


def test_a_name_that_nothing_settles_is_reported_with_both_meanings():
    markers, _, (finding,) = name(("FITC-A", "IgM"), ("PE-A", "cyCD79a"), ("APC-A", "CD19"))
    assert markers == [None, "cyCD79a", "CD19"]
    assert finding.code is ReasonCode.CHANNEL_UNMAPPED
    assert "cyIgM, sIgM" in finding.message
