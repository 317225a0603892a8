from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from flowpheno.panel.tubes import builtin_tubes
from flowpheno.reading import read_fcs
from flowpheno.simulation import (
    BlastRequest,
    load_specification,
    simulate_tube,
    write_simulated,
)

TUBES = builtin_tubes()
DYED = [name for name, tube in TUBES.items() if tube.has_fluorochromes]


@pytest.fixture
def simulated():
    return simulate_tube(
        load_specification(),
        TUBES["euroflow_bcp_all_mrd_t1"],
        rng=np.random.default_rng(1),
        n_events=500,
        blasts=BlastRequest(fraction=0.2, archetype="common"),
    )


def test_fcs_holds_what_was_simulated(simulated, tmp_path):
    flowio = pytest.importorskip("flowio", reason="FlowIO reads the file back")
    path = tmp_path / "one.fcs"
    write_simulated(path, simulated)
    read = flowio.FlowData(str(path))
    events = np.array(read.events, dtype=np.float32).reshape(-1, read.channel_count)
    np.testing.assert_array_equal(events, simulated.sample.events)
    assert read.text["flowpheno simulated"] == "TRUE"
    labels = [read.text.get(f"p{i + 1}s", "") for i in range(read.channel_count)]
    assert labels == [channel.label for channel in simulated.sample.channels]
    assert "CD66c+CD123" in labels
    spillover = read.text["spillover"].split(",")
    assert tuple(spillover[1:9]) == simulated.sample.spillover.detectors
    matrix = np.array(spillover[9:], dtype=float).reshape(8, 8)
    np.testing.assert_array_equal(matrix, simulated.sample.spillover.matrix)


@pytest.mark.parametrize("name", DYED)
def test_reading_names_every_channel_as_simulated(name, tmp_path):
    rng = np.random.default_rng(1)
    simulated = simulate_tube(load_specification(), TUBES[name], rng=rng, n_events=50)
    write_simulated(tmp_path / "one.fcs", simulated)
    sample = read_fcs(tmp_path / "one.fcs")
    known = [
        replace(c, fluorochrome=None) if (c.fluorochrome or "").startswith("invented") else c
        for c in simulated.sample.channels
    ]
    assert list(sample.channels) == known
    np.testing.assert_array_equal(sample.events, simulated.sample.events)
    assert sample.spillover is not None
    assert simulated.sample.spillover is not None
    assert sample.spillover.detectors == simulated.sample.spillover.detectors
    np.testing.assert_array_equal(sample.spillover.matrix, simulated.sample.spillover.matrix)
    assert sample.keywords["FLOWPHENO SIMULATED"] == "TRUE"
    assert sample.findings == ()


def test_truth_lies_beside_it(simulated, tmp_path):
    labels = write_simulated(tmp_path / "one.fcs", simulated)
    assert labels == tmp_path / "one.labels.parquet"
    table = pd.read_parquet(labels)
    assert list(table.columns) == ["label", "origin", "maturation", "clogged"]
    assert table["label"].tolist() == simulated.labels.tolist()
    assert table["origin"].tolist() == simulated.origin.tolist()
    np.testing.assert_array_equal(table["maturation"].to_numpy(), simulated.maturation)
    assert table["clogged"].tolist() == simulated.clogged.tolist()
