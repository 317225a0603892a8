"""flowpheno simulate spike and dilution: real files in, real events out."""

import numpy as np
import pandas as pd
import pytest

from flowpheno.cli import main
from flowpheno.reading import read_fcs
from flowpheno.simulation import DILUTION_KEYWORD


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A leukemic and a normal file of one tube."""
    folder = tmp_path_factory.mktemp("two")
    for name, options in (("leukemic", ["--blasts", "common", "--percent", "40"]), ("normal", [])):
        size = ["--events", "2000", "--seed", "4"]
        assert main(["simulate", "marrow", str(folder / f"{name}.fcs"), *options, *size]) == 0
    return folder


def test_blasts_of_one_file_are_put_among_the_cells_of_another(two, tmp_path, capsys):
    out = tmp_path / "deep" / "mixed.fcs"
    options = [
        "--percent",
        "5",
        "--seed",
        "3",
        "--into-labels",
        str(two / "normal.labels.parquet"),
    ]
    files = [two / "leukemic.fcs", two / "leukemic.labels.parquet", two / "normal.fcs", out]
    assert main(["simulate", "spike", *map(str, files), *options]) == 0
    said = capsys.readouterr()
    assert "IN-SILICO DILUTION" in said.out
    assert "upper bound" in said.err
    mixed, donor, host = (read_fcs(path) for path in (out, files[0], files[2]))
    labels = pd.read_parquet(out.with_suffix(".labels.parquet"))
    assert mixed.keywords[DILUTION_KEYWORD].startswith("TRUE; 105 blasts of sha256 ")
    assert [c.detector for c in mixed.channels] == [c.detector for c in host.channels]
    assert mixed.keywords["$CYT"] == host.keywords["$CYT"]
    np.testing.assert_allclose(mixed.spillover.matrix, host.spillover.matrix)
    own = labels["blast"].to_numpy()
    places = labels["event"].to_numpy()
    np.testing.assert_array_equal(mixed.events[~own], host.events[places[~own]])
    np.testing.assert_array_equal(mixed.events[own, :-1], donor.events[places[own], :-1])
    assert main(["simulate", "spike", *map(str, files), *options]) == 1
    assert main(["simulate", "spike", *map(str, files), *options, "--force"]) == 0


def test_a_series_is_written_with_manifest_and_truth(two, tmp_path):
    files = [two / "leukemic.fcs", two / "leukemic.labels.parquet", tmp_path / "series"]
    assert main(["simulate", "dilution", *map(str, files), "--percent", "10,1,0"]) == 0
    rows = pd.read_csv(tmp_path / "series" / "manifest.csv", keep_default_na=False)
    assert rows["diagnosis"].tolist() == ["", *["leukemic-diagnosis.fcs"] * 3]
    truth = pd.read_csv(tmp_path / "series" / "truth.csv")
    assert truth["specimen"].tolist() == [
        "leukemic-diagnosis", "leukemic-10pct", "leukemic-1pct", "leukemic-0pct",
    ]  # fmt: skip
    assert truth["expected"].tolist() == ["positive", "positive", "positive", "negative"]
    for row in truth.to_dict("records"):
        sample = read_fcs(tmp_path / "series" / row["path"])
        labels = pd.read_parquet(tmp_path / "series" / f"{row['specimen']}.labels.parquet")
        assert sample.n_events == row["n_events"] == len(labels)
        assert labels["blast"].sum() == row["n_blasts"]
        assert DILUTION_KEYWORD in sample.keywords
    diagnosis, *others = (
        set(pd.read_parquet(tmp_path / "series" / f"{name}.labels.parquet")["event"])
        for name in truth["specimen"]
    )
    assert not any(diagnosis & other for other in others)


@pytest.mark.parametrize(
    ("percent", "problem"), [("10,x", "'x' is no number"), ("101", "not between 0 and 100")]
)
def test_an_odd_percent_is_refused(two, tmp_path, one_line, percent, problem):
    files = [two / "leukemic.fcs", two / "leukemic.labels.parquet", tmp_path / "series"]
    assert main(["simulate", "dilution", *map(str, files), "--percent", percent]) == 2
    assert problem in one_line()


def test_files_of_two_panels_are_not_mixed(two, tmp_path, one_line):
    other = tmp_path / "other.fcs"
    assert (
        main(["simulate", "marrow", str(other), "--tube", "aieop_bfm_8c", "--events", "50"]) == 0
    )
    files = [two / "leukemic.fcs", two / "leukemic.labels.parquet", other, tmp_path / "mixed.fcs"]
    assert main(["simulate", "spike", *map(str, files), "--percent", "5"]) == 1
    assert "are not of one panel" in one_line()
    assert not (tmp_path / "mixed.fcs").exists()


def test_a_real_labelled_file_is_diluted(data_dir, tmp_path):
    folder = data_dir / "b_all_mrd_labelled"
    places = [folder / "494.fcs", folder / "494_labels.csv", tmp_path]
    assert main(["simulate", "dilution", *map(str, places), "--percent", "1"]) == 0
    whole, follow = read_fcs(places[0]), read_fcs(tmp_path / "494-1pct.fcs")
    labels = pd.read_parquet(tmp_path / "494-1pct.labels.parquet")
    others = ~labels["blast"].to_numpy()
    np.testing.assert_array_equal(
        follow.events[others], whole.events[labels["event"].to_numpy()[others]]
    )
    assert follow.markers == whole.markers
