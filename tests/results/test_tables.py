"""The tables of design.md, section 4: their columns are an interface."""

from __future__ import annotations

import pandas as pd
import pytest

from flowpheno.results import write_results
from flowpheno.results.tables import harmless
from tests.invented import run_of

COLUMNS = {
    "specimens.csv": "specimen patient verdict reasons n_events n_nucleated n_blasts blast_percent"
    " blast_percent_low blast_percent_high denominator lod_percent lloq_percent hematogone_percent"
    " known_bcp_all template clonality egil_b egil_t egil_myeloid lineage"
    " n_denominator",
    "markers.csv": "specimen tube population marker call qualifier percent_positive percent_low"
    " percent_high median shift_log10 reference n reasons control cutoff rmfi stain_index"
    " rating overlap spread_log10 scheme",
    "populations.csv": "specimen tube population parent n percent_of_parent by confidence",
    "links.csv": "specimen population tube n percent_of_nucleated low high distance unit marker"
    " linked reason",
    "findings.csv": "specimen tube stage code severity message value",
    "failures.csv": "path error message",
}


@pytest.mark.parametrize("names", [("494",), ()], ids=["one", "none"])
@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_those_promised(tmp_path, name, names):
    write_results(run_of(*names), tmp_path)
    assert list(pd.read_csv(tmp_path / name).columns) == COLUMNS[name].split()


def test_a_row_holds_what_was_found(tmp_path):
    write_results(run_of("494"), tmp_path)
    row = pd.read_csv(tmp_path / "specimens.csv", dtype={"specimen": str}).iloc[0]
    assert row["specimen"] == "494"
    assert row["verdict"] == "CONFIRMED_BCP_ALL"
    assert row["reasons"] == "LINEAGE_FROM_HISTORY;NO_NORMAL_TEMPLATE"
    assert row["blast_percent"] == pytest.approx(100 * row["n_blasts"] / row["n_nucleated"])
    assert row["blast_percent_low"] < row["blast_percent"] < row["blast_percent_high"]
    assert (row["egil_b"], row["egil_t"], row["egil_myeloid"]) == (7.0, 1.5, 0.0)


def test_a_call_names_its_control_and_how_far_it_lies_above(tmp_path):
    write_results(run_of("494"), tmp_path)
    rows = pd.read_csv(tmp_path / "markers.csv").set_index("marker")
    added = ["control", "cutoff", "rmfi", "stain_index"]
    assert rows.loc["CD10", added].tolist() == ["t_cells", 900.0, 81.2, 44.5]
    assert rows.loc["CD34", added].isna().all()


def test_what_is_not_known_is_an_empty_cell(tmp_path):
    write_results(run_of("empty", n=0), tmp_path)
    row = pd.read_csv(tmp_path / "specimens.csv").iloc[0]
    assert row[["blast_percent", "lod_percent", "hematogone_percent"]].isna().all()


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-1+1", "\t=1"])
def test_no_cell_is_a_formula(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["494", "-3.5", "+1.2", "a=b", ""])
def test_other_text_stays_as_it_is(text):
    assert harmless(text) == text


def test_a_hostile_name_is_defused_in_the_table_and_kept_in_the_values(tmp_path):
    path = write_results(run_of('=HYPERLINK("x")'), tmp_path)
    assert pd.read_csv(tmp_path / "specimens.csv")["specimen"][0].startswith("'=")
    assert r'"specimen": "=HYPERLINK(\"x\")"' in path.read_text("utf-8")
