"""Tables, membership and pictures of populations found."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from flowpheno.errors import WritingError
from flowpheno.finding import ReasonCode
from flowpheno.marker import Marker
from flowpheno.pipeline.population_pictures import draw_populations
from flowpheno.pipeline.populations import (
    CUT_COLUMNS,
    POPULATION_COLUMNS,
    find_populations,
    write_populations,
)
from tests.marrows import events_of, without


@pytest.fixture(scope="module")
def found(simulate, definitions):
    blasts = ("common", 0.2)
    sample = simulate(50_401, tube="lineage_full", blasts=blasts, n_events=5_000).sample
    return find_populations(sample, definitions)


@pytest.fixture(scope="module")
def small(simulate, definitions):
    """Three stains only: few pictures, quickly drawn."""
    sample = simulate(50_402, tube="tube_494", blasts=("common", 0.3), n_events=4_000).sample
    return find_populations(without(sample, "CD38", "CD34", "CD20", "CD10"), definitions)


@pytest.fixture(scope="module")
def ungated(found, definitions):
    return find_populations(without(found.gated.sample, "CD45", "SSC"), definitions)


# --- tables ---


def test_the_table_tells_each_population_with_its_parent(found):
    table = found.table.set_index("population")
    assert tuple(found.table.columns) == POPULATION_COLUMNS
    assert table.index[0] == "nucleated"
    assert list(table.index[1:]) == list(found.gated.populations)
    for name, population in found.gated.populations.items():
        of = population.parent
        n_parent = found.gated.sample.n_events if of == "all" else table.loc[of, "n"]
        assert table.loc[name, "n"] == population.n
        if n_parent:
            share = 100 * population.n / n_parent
            assert table.loc[name, "percent_of_parent"] == pytest.approx(share)
        assert table.loc[name, "by"]
    assert table.loc["doublets", "by"] == "quality control: singlets"


def test_a_part_of_nothing_has_no_percentage(found):
    gated = found.gated
    nothing = replace(gated.populations["gran"], mask=np.zeros(gated.sample.n_events, bool))
    emptied = {**gated.populations, "gran": nothing}
    table = replace(found, gated=replace(gated, populations=emptied)).table.set_index("population")
    assert table.loc["gran", "percent_of_parent"] == 0
    assert np.isnan(table.loc["gran_mature", "percent_of_parent"])


def test_cuts_are_intensities(found):
    cuts = found.cuts.set_index("marker")
    assert tuple(found.cuts.columns) == CUT_COLUMNS
    assert set(cuts.index) == {str(m) for m in found.gated.cutpoints}
    assert (cuts["control_median"] < cuts["control_end"]).all()
    cd19 = found.gated.sample.events[:, found.gated.sample.column(Marker("CD19"))]
    b = found.gated.mask("B_lineage")
    assert np.median(cd19[b]) > cuts.loc["CD19", "cut"] > cuts.loc["CD19", "control_median"]
    assert cuts["confidence"].between(0, 1).all()


def test_membership_has_a_row_for_each_event(found):
    events = found.events
    assert len(events) == found.gated.sample.n_events
    assert list(events.columns) == found.table["population"].tolist()
    assert events.dtypes.eq(bool).all()
    assert events.sum().tolist() == found.table["n"].tolist()


def test_plain_values_are_json(found):
    said = found.as_dict()
    again = json.loads(json.dumps(said, allow_nan=False))
    assert again["events"] == found.gated.sample.n_events
    assert [row["population"] for row in again["populations"]] == found.table[
        "population"
    ].tolist()
    by_name = {row["population"]: row for row in again["populations"]}
    assert by_name["doublets"]["confidence"] is None
    assert {row["marker"] for row in again["cuts"]} == set(found.cuts["marker"])
    assert [f["message"] for f in again["findings"]] == [f.message for f in found.findings]


def test_findings_of_every_stage_are_kept(found):
    stages = {f.stage.split(".")[0] for f in found.findings}
    assert {"qc", "gating"} <= stages


# --- pictures as numbers ---


def test_pictures_begin_with_the_map_and_show_each_population_over_its_parent(found):
    plots = list(draw_populations(found.gated))
    names = [plot.name for plot in plots]
    assert {plots[0].x.label.split()[0][:3], plots[0].y.label.split()[0][:3]} == {"FSC", "SSC"}
    assert len(set(names)) == len(names)
    with_ways = [
        d.name
        for d in found.gated.landmarks.definitions.populations
        if d.ways and d.name in found.gated.populations
    ]
    shown = [name.split("_of_")[0] for name in names[2:]]
    assert set(shown) <= set(with_ways)
    assert {"T", "NK", "B_lineage", "B_mature", "mono", "gran", "progenitors"} <= set(shown)
    overlays = {o.name for o in plots[1].overlays}
    assert {"lymphocytes", "mono", "gran", "erythroid", "B_precursors"} <= overlays


def test_a_gate_that_two_levels_make_is_outlined(found):
    plots = {p.name.split("_of_")[0]: p for p in draw_populations(found.gated)}
    (gate,) = plots["B_lineage"].gates
    xs, ys = zip(*gate.vertices, strict=True)
    cuts = found.cuts.set_index("marker")
    assert min(xs) == pytest.approx(cuts.loc["CD19", "cut"], rel=1e-6)
    assert max(xs) == pytest.approx(plots["B_lineage"].x.high)
    assert min(ys) == pytest.approx(plots["B_lineage"].y.low)
    assert plots["B_mature"].gates == ()  # clusters have no outline


def test_no_anchors_no_pictures(ungated):
    assert list(draw_populations(ungated.gated)) == []
    assert ungated.table["population"].tolist() == ["nucleated"]
    assert ReasonCode.B_LINEAGE_NOT_GATED in {f.code for f in ungated.findings}


# --- files ---


def test_tables_membership_and_pictures_are_written(small, tmp_path):
    out = tmp_path / "new" / "folder"
    written = write_populations(small, out)
    assert all(path.is_file() for path in written)
    assert [path.name for path in written[:4]] == [
        "populations.csv",
        "cuts.csv",
        "findings.csv",
        "membership.parquet",
    ]
    table = pd.read_csv(out / "populations.csv", keep_default_na=False)
    assert tuple(table.columns) == POPULATION_COLUMNS
    assert table["n"].tolist() == small.table["n"].tolist()
    assert tuple(pd.read_csv(out / "cuts.csv").columns) == CUT_COLUMNS
    findings = pd.read_csv(out / "findings.csv")
    assert list(findings.columns) == ["stage", "code", "severity", "message"]
    assert len(findings) == len(small.findings)
    stored = pq.read_table(out / "membership.parquet")
    assert {str(field.type) for field in stored.schema} == {"bool"}
    assert stored.num_rows == small.gated.sample.n_events
    pictures = written[4:]
    assert len(pictures) == len(list(draw_populations(small.gated))) >= 5
    assert sorted(out.rglob("*.png")) == sorted(pictures)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)
    assert pictures[0].name.startswith("01_")


def test_nothing_is_overwritten_unasked(ungated, tmp_path):
    write_populations(ungated, tmp_path)
    before = (tmp_path / "populations.csv").read_bytes()
    with pytest.raises(WritingError, match=r"populations\.csv exists already"):
        write_populations(ungated, tmp_path)
    assert (tmp_path / "populations.csv").read_bytes() == before
    assert write_populations(ungated, tmp_path, overwrite=True)
    assert not (tmp_path / "plots").exists()


def test_no_events_are_no_error(found, definitions, tmp_path):
    empty = find_populations(events_of(found.gated.sample, np.arange(0)), definitions)
    assert empty.table["n"].tolist() == [0]
    assert np.isnan(empty.table["percent_of_parent"][0])
    assert len(write_populations(empty, tmp_path)) == 4
