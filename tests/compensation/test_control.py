"""Which file is the control of which detector: told by what, and refused when in doubt."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.compensation import assign_controls
from flowpheno.compensation.control import brightest_detector
from flowpheno.errors import CompensationError
from flowpheno.sample import ChannelKind


@pytest.fixture(scope="module")
def named(stained_controls):
    """Controls whose names say nothing, by detector; the empty one is unstained."""
    samples = stained_controls(1, n_events=400)
    detectors = [c.detector for c in samples[0].channels if c.kind is ChannelKind.FLUORESCENCE]
    nameless = [replace(s, name=f"Tube_{n:03d}") for n, s in enumerate(samples)]
    return dict(zip([*detectors, ""], nameless, strict=True))


@pytest.mark.parametrize(
    ("name", "detector"),
    [
        ("Compensation Controls_PE Stained Control_001", "PE-A"),
        ("Compensation Controls_PE-Cy7 Stained Control", "PE-Cy7-A"),
        ("comp pe_cy7", "PE-Cy7-A"),
        ("PE-A", "PE-A"),
        ("PerCP-Cy5-5-A", "PerCP-Cy5-5-A"),
        ("beads APC-H7", "APC-H7-A"),
        ("beads APC", "APC-A"),
        ("CD10", "APC-A"),  # by its marker in this tube
    ],
)
def test_the_longest_name_in_a_file_name_counts(named, control_limits, name, detector):
    found = assign_controls([replace(named["PacB-A"], name=name)], control_limits)
    (control,) = found.controls
    assert (control.detector, control.found_by) == (detector, "file name")
    assert found.unstained is None


@pytest.mark.parametrize("word", ["Unstained Control", "cells_unstained_01", "neg BLANK 2"])
def test_an_unstained_control_is_known_by_its_name(named, control_limits, word):
    blank = replace(named[""], name=word)
    pe = replace(named["PE-A"], name="PE")
    found = assign_controls([pe, blank], control_limits)
    assert found.unstained is blank
    kept = replace(named[""], keywords={"TUBE NAME": word})
    assert assign_controls([pe, kept], control_limits).unstained is kept


def test_a_specimen_is_no_phycoerythrin(named, control_limits):
    (control,) = assign_controls(
        [replace(named["APC-A"], name="Specimen")], control_limits
    ).controls
    assert (control.detector, control.found_by) == ("APC-A", "brightest detector")


def test_tube_name_then_label_then_brightness(named, control_limits):
    def told(sample):
        (control,) = assign_controls([sample], control_limits).controls
        return control.detector, str(control.found_by)

    sample = named["FITC-A"]
    assert told(sample) == ("FITC-A", "brightest detector")
    channels = tuple(
        replace(c, label="CD3" if c.detector == "PE-A" else "", marker=None)
        for c in sample.channels
    )
    one_label = replace(sample, channels=channels)
    assert told(one_label) == ("PE-A", "label")
    keyword = replace(one_label, keywords={"TUBE NAME": "APC Stained Control"})
    assert told(keyword) == ("APC-A", "tube name")


def test_a_table_counts_before_all_else(named, control_limits):
    pe = replace(named["PE-A"], name="FITC")
    blank = replace(named[""], name="APC")
    found = assign_controls([pe, blank], control_limits, table={"FITC": "PE", "APC": "unstained"})
    assert [(c.detector, str(c.found_by)) for c in found.controls] == [("PE-A", "table")]
    assert found.unstained is blank


def test_controls_come_in_the_order_of_the_detectors(named, control_limits):
    shuffled = [named[d] for d in ("APC-A", "PacB-A", "PE-A")]
    found = assign_controls(shuffled, control_limits)
    assert [c.detector for c in found.controls] == ["PacB-A", "PE-A", "APC-A"]


@pytest.mark.parametrize(
    ("names", "table", "message"),
    [
        ([], None, "no single-stain control"),
        (["unstained"], None, "no single-stain control"),
        (["PE one", "PE two"], None, "more than one control of a detector: PE-A: PE one, PE two"),
        (["PE", "unstained", "blank"], None, "more than one unstained control: unstained, blank"),
        (["PE"], {"APC": "APC"}, "no control is called APC"),
        (["PE"], {"PE": "BV421"}, "control PE: BV421 is no one detector of it"),
    ],
)
def test_what_is_not_clear_is_refused(named, control_limits, names, table, message):
    samples = [replace(named["PE-A"], name=name) for name in names]
    with pytest.raises(CompensationError, match=message):
        assign_controls(samples, control_limits, table=table)


def test_a_control_without_light_has_no_brightest_detector(named):
    dark = replace(named["PE-A"], events=np.full_like(named["PE-A"].events, np.nan))
    with pytest.raises(CompensationError, match="no fluorescence of any event"):
        brightest_detector(dark)
