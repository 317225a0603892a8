"""flowpheno simulate."""

import pandas as pd
import pytest

from flowpheno.cli import main
from flowpheno.reading import read_fcs


def test_the_same_seed_gives_the_same_events_and_says_simulated(tmp_path, capsys):
    paths = [tmp_path / name for name in ("a.fcs", "b.fcs", "c.fcs")]
    for path, seed in zip(paths, ("1", "1", "2"), strict=True):
        options = ["--events", "500", "--seed", seed, "--blasts", "common", "--percent", "10"]
        assert main(["simulate", "marrow", str(path), *options]) == 0
    assert capsys.readouterr().out.count("SIMULATED") == 3
    first, again, other = (read_fcs(path).events for path in paths)
    assert (first == again).all()
    assert first.shape != other.shape or (first != other).any()
    truth = pd.read_parquet(tmp_path / "a.labels.parquet")
    assert len(truth) == len(first)
    assert 0 < (truth["label"] == "blast").sum() < 0.2 * len(truth)


def test_a_file_that_is_there_is_replaced_only_if_asked(tmp_path, one_line):
    path = tmp_path / "patient.fcs"
    path.write_bytes(b"a patient's")
    command = ["simulate", "marrow", str(path), "--events", "50"]
    assert main(command) == 1
    assert "--force replaces it" in one_line()
    assert path.read_bytes() == b"a patient's"
    assert main([*command, "--force"]) == 0
    assert path.read_bytes().startswith(b"FCS")


@pytest.mark.parametrize("option", ["--tube", "--background", "--blasts"])
def test_an_unknown_choice_lists_those_there_are(option, tmp_path, one_line):
    assert main(["simulate", "marrow", str(tmp_path / "x.fcs"), option, "fancy"]) == 2
    line = one_line()
    assert f"{option} 'fancy' is not known: " in line
    assert not (tmp_path / "x.fcs").exists()
