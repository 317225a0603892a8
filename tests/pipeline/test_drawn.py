"""Drawn gates read for a verdict, and applied to a tube."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import replace

import numpy as np
import pytest

from flowpheno.errors import GateError, PanelError
from flowpheno.finding import ReasonCode, Severity
from flowpheno.gates import Dimension, Strategy, Threshold
from flowpheno.origin import Origin
from flowpheno.panel.definitions import load_definitions
from flowpheno.panel.strategy_text import strategy_yaml
from flowpheno.pipeline.drawn import (
    DrawnGates,
    by_gain,
    draw,
    drawn_in_memory,
    read_drawn_gates,
)
from flowpheno.pipeline.edits import replaceable
from flowpheno.pipeline.gates import find_strategy, read_strategy
from flowpheno.reading import read_fcs
from flowpheno.sample import Channel, ChannelKind, Sample, Scale
from flowpheno.writing import Form, write_sample

NAMES = ("nucleated", "T", "B_lineage", "blasts")


def _gate(name, value=10.0, parent="", channel="FSC-A"):
    return Threshold(id=name, parent=parent, dimension=Dimension(channel=channel), value=value)


def _gates(*gates, name="mine.yaml"):
    return drawn_in_memory(Strategy(gates=gates, name=name))


@pytest.fixture
def sample():
    channels = (
        Channel(detector="FSC-A", kind=ChannelKind.SCATTER, range=32.0),
        Channel(detector="PE-A", range=32.0),
    )
    events = np.stack([np.arange(20), np.arange(20)[::-1]], axis=1).astype(np.float32)
    return Sample(name="made", channels=channels, events=events)


def test_a_gate_called_like_a_population_takes_its_place_and_others_are_counted(sample):
    cells = draw(_gates(_gate("T"), _gate("odd", 15, "T"), _gate("even", 5)), sample, NAMES)
    assert list(cells.masks) == ["T"]
    np.testing.assert_array_equal(cells.masks["T"], np.arange(20) >= 10)
    assert cells.others == {"odd": "T", "even": ""}
    assert cells.findings == ()


def test_of_a_path_the_last_part_is_the_name(sample):
    cells = draw(_gates(_gate("cells"), _gate("cells/T", 12, "cells")), sample, NAMES)
    assert list(cells.masks) == ["T"]
    assert cells.others == {"cells": ""}


def test_two_gates_for_one_population_are_not_applied(sample):
    cells = draw(_gates(_gate("a/T"), _gate("b/T", 12)), sample, NAMES)
    assert not cells.masks
    (finding,) = cells.findings
    assert finding.code is ReasonCode.GATE_NOT_APPLIED
    assert finding.severity is Severity.WARNING
    assert "2 gates of mine.yaml are called T: neither is applied" in finding.message


@pytest.mark.parametrize("name", ["b-lineage", "Blasts", "B lineage", "x/NUCLEATED"])
def test_a_name_that_is_nearly_one_is_said(sample, name):
    cells = draw(_gates(_gate("x"), _gate(name)), sample, NAMES)
    assert not cells.masks
    assert [f.code for f in cells.findings] == [ReasonCode.GATE_NOT_APPLIED]
    assert f"the gate {name} is not called " in cells.findings[0].message


def test_gates_that_do_not_fit_are_a_finding_and_nothing_else(sample):
    cells = draw(_gates(_gate("T"), _gate("blasts", channel="CD777")), sample, NAMES)
    assert not cells.masks
    assert not cells.others
    assert cells.results is None
    (finding,) = cells.findings
    assert "the gates of mine.yaml do not fit made: gate blasts: made has no channel CD777" in (
        finding.message
    )


def test_every_population_can_be_drawn():
    names = replaceable(load_definitions())
    assert len(set(names)) == len(names)
    assert {
        "nucleated",
        "lymphocytes",
        "T",
        "B_lineage",
        "B_mature",
        "plasma",
        "B_precursors",
        "mono",
        "gran",
        "erythroid",
        "hematogones",
        "blasts",
        "non_B_blasts",
    } <= set(names)


# --- gain ---


def test_values_are_divided_by_gain_once(sample):
    keywords = {"$PAR": "2", "$P1N": "PE-A", "$P1G": "4", "$P2N": "FSC-A", "$P2G": "2"}
    divided = by_gain(replace(sample, keywords=keywords))
    np.testing.assert_array_equal(divided.events[:, 0], sample.events[:, 0] / 2)
    np.testing.assert_array_equal(divided.events[:, 1], sample.events[:, 1] / 4)
    cells = draw(_gates(_gate("T", 5)), replace(sample, keywords=keywords), NAMES)
    assert cells.masks["T"].sum() == 10


@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"$P1G": "1"},
        {"$P1G": "lots"},
        {"$P1G": "-2"},
        {"$P1G": "4", "$P1E": "4,1"},  # the logarithmic amplifier was undone
    ],
    ids=str,
)
def test_what_is_no_linear_gain_divides_nothing(sample, keywords):
    told = replace(sample, keywords=keywords)
    assert by_gain(told) is told


def test_relative_values_have_no_gain(sample):
    told = replace(sample, keywords={"$P1G": "4"}, scale=Scale.RELATIVE)
    assert by_gain(told) is told


def test_a_file_read_by_gain_is_not_divided_again(tmp_path, sample):
    path = tmp_path / "a.fcs"
    write_sample(sample, path, form=Form.FCS)
    content = path.read_bytes()
    assert b"$P1G" not in content
    kept = read_fcs(path, scaling="gain")
    assert by_gain(kept) is kept


# --- where gates come from ---


def test_a_file_is_known_by_its_hash(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(strategy_yaml(Strategy(gates=(_gate("T"),), name="x")), encoding="utf-8")
    gates = read_drawn_gates(path)
    assert gates.name == "mine.yaml"
    assert gates.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert drawn_in_memory(gates.strategies[""]).sha256 == gates.sha256


def test_a_name_is_looked_up_in_the_laboratory_s_folder_first(tmp_path):
    assert find_strategy("b_precursor_8c").parent.name == "strategies"
    folder = tmp_path / "strategies"
    folder.mkdir()
    own = folder / "b_precursor_8c.yaml"
    own.write_text(strategy_yaml(Strategy(gates=(_gate("T"),), name="x")), encoding="utf-8")
    assert find_strategy("b_precursor_8c", tmp_path) == own
    assert read_drawn_gates("b_precursor_8c", tmp_path).name == own.name
    with pytest.raises(PanelError, match="no strategy of that name; there are: b_precursor_8c"):
        read_drawn_gates("b_precursor_9c", tmp_path)


def test_a_workspace_has_gates_for_the_samples_it_names(sample, tmp_path):
    strategy = Strategy(gates=(_gate("T"),))
    gates = DrawnGates(name="a.wsp", sha256="0", strategies={"a.fcs": strategy})
    here = replace(sample, origin=Origin(tmp_path / "a.fcs", 1, 1))
    assert gates.strategy_for(here) is strategy
    assert list(draw(gates, here, NAMES).masks) == ["T"]
    with pytest.raises(GateError, match=r"no gates for made; it has some for a\.fcs"):
        gates.strategy_for(sample)
    (finding,) = draw(gates, sample, NAMES).findings
    assert "the gates of a.wsp do not fit made" in finding.message


@pytest.mark.parametrize(
    ("name", "content", "error", "said"),
    [
        ("a.yaml", "kind: strategy\ngates: []\n", PanelError, "line 2: gates"),
        ("a.xml", "<x/>", GateError, "is not the root of a Gating-ML 2.0 document"),
        ("a.xml", "<!DOCTYPE x><x/>", GateError, "a document type or an entity"),
    ],
)
def test_what_is_no_strategy_is_refused(tmp_path, name, content, error, said):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    for read in (read_drawn_gates, read_strategy):
        with pytest.raises(error, match=said):
            read(path)


def test_a_workspace_is_read_with_all_its_samples(data_dir):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages it imports
        pytest.importorskip("flowkit", reason="FlowKit is not here: extra flowjo")
    folder = data_dir / "flowjo" / "simple_diamond_example"
    if not folder.is_dir():
        pytest.skip("the FlowJo examples are not here")
    gates = read_drawn_gates(folder / "test_data_diamond_biex_rect.wsp")
    assert gates.name == "test_data_diamond_biex_rect.wsp"
    file = folder / "test_data_diamond_01.fcs"
    assert file.name in gates.strategies
    here = read_fcs(file)
    (gate, *_) = gates.strategy_for(here).gates
    cells = draw(gates, here, (gate.id, "T"))
    assert cells.masks[gate.id].any()
    assert cells.findings == ()
    elsewhere = draw(gates, replace(here, name="other.fcs", origin=None), (gate.id,))
    assert "the workspace has no gates for other.fcs" in elsewhere.findings[0].message
