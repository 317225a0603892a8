from __future__ import annotations

import pandas as pd
import pytest

from flowpheno.simulation import ARTEFACT_LABELS, case_report


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return case_report(tmp_path_factory.mktemp("case") / "files", 1)


def nucleated(path):
    table = pd.read_parquet(path.with_suffix(".labels.parquet"))
    return table.loc[~table["label"].isin(ARTEFACT_LABELS), "label"]


def test_only_specimens_with_flow_have_a_file(files):
    assert set(files) == {"A2", "A3a", "A3a_mrd", "A3b", "A3b_mrd"}
    assert all(path.is_file() for path in files.values())


@pytest.mark.parametrize(
    ("step", "n", "fraction"),
    [("A2", 250_000, 0.0), ("A3a", 30_000, 0.716), ("A3b_mrd", 30_000, 0.996)],
)
def test_blasts_of_each_aspirate(files, step, n, fraction):
    labels = nucleated(files[step])
    assert len(labels) == n
    assert (labels == "blast").mean() == pytest.approx(fraction, abs=0.01 if fraction else 0)


def test_the_same_seed_writes_the_same_files(files, tmp_path):
    again = case_report(tmp_path, 1)
    assert again["A3a"].read_bytes() == files["A3a"].read_bytes()
