"""Limits of residual disease, clonality and comparison: what a laboratory may not write."""

from __future__ import annotations

import re

import pytest

from flowpheno.errors import PanelError
from flowpheno.panel.clonality import load_clonality_rules
from flowpheno.panel.comparison import load_comparison_limits
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.kinds import check_file
from flowpheno.panel.mrd import load_mrd_rules

LOADERS = {
    "mrd": load_mrd_rules,
    "clonality": load_clonality_rules,
    "comparison": load_comparison_limits,
}


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("mrd", "lod_events: 20", "lod_events: 60", "lod_events <= lloq_events is required"),
        ("mrd", "denominator: nucleated_all", "denominator: cells", "'cells' is not one of"),
        ("mrd", "labels: [FLR, FMR, FHR]", "labels: [FLR, FMR]", "2 bounds need 3 labels"),
        ("mrd", "bounds: [0.1, 10]", "bounds: [10, 0.1]", "bounds must rise"),
        ("mrd", "method: pcr", "method: guess", "'flow' or 'pcr'"),
        ("clonality", "[0.5, 3.0]", "[0.1, 3.0]", "lie inside the restricted ratios"),
        ("clonality", "restricted_percent: 80", "restricted_percent: 50", "greater than 50"),
        ("comparison", "marked_from: 1.0", "marked_from: 0.2", "shift_from < marked_from"),
        ("comparison", "stable_percent: 25", "stable_percent: 70", "stable_percent <= divergent"),
        ("comparison", "bootstrap: 1000", "bootstrap: 0", "greater than 0"),
        ("comparison", "minimum_events: 50 ", "minimum: 50 ", "Extra inputs are not permitted"),
    ],
)
def test_limits_that_make_no_sense_are_refused(tmp_path, name, old, new, sentence):
    text = (builtin_directory() / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / f"{name}.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PanelError, match=sentence):
        LOADERS[name](tmp_path)


@pytest.mark.parametrize("name", list(LOADERS))
def test_a_folder_without_the_file_is_refused(tmp_path, name):
    with pytest.raises(PanelError, match="No such file"):
        LOADERS[name](tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("positivity", "expected:", "expected: [CD1O]\nmore:", "expected: 'CD1O' is not a marker"),
        ("positivity", "marker: CD22,", "marker: CD2x2,", "'CD2x2' is not a marker.*CD22"),
        ("positivity", "  cyMPO: {", "  cyMPQ: {", "strong_references: 'cyMPQ' is not.*cyMPO"),
        (
            "aberrancy",
            "cross_lineage: [CD66c,",
            "cross_lineage: [CD6c,",
            "cross_lineage: 'CD6c' is",
        ),
        ("qc", "kept_markers: [CD10,", "kept_markers: [CD10O,", "kept_markers: 'CD10O' is not"),
    ],
)
def test_a_marker_that_is_none_is_refused_with_its_line(tmp_path, name, old, new, problem):
    text = (builtin_directory() / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"{name}.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = 1 + text[: text.index(old)].count("\n")
    assert any(re.match(f"line {line}: .*{problem}", found) for found in check_file(path))
