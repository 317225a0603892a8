"""Several tubes of a specimen, diagnosis and relapse of a patient."""

import numpy as np
import pandas as pd
import pytest

from flowpheno.cli import main
from flowpheno.errors import SimulationError
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.pipeline.manifest import read_manifest
from flowpheno.reading import read_fcs
from flowpheno.simulation import (
    PlannedMarrow,
    PlannedPair,
    load_specification,
    simulate_pair,
    write_specimen,
)

SPECIFICATION = load_specification()


def test_tubes_of_a_specimen_hold_the_same_patient_and_other_cells(tmp_path):
    options = ["--name", "S", "--blasts", "CRLF2", "--percent", "30", "--events", "1500"]
    assert main(["simulate", "specimen", str(tmp_path), *options]) == 0
    rows = read_manifest(tmp_path / "manifest.csv")
    assert {row.specimen for row in rows.values()} == {"S"}
    assert len(rows) == 2
    truth = pd.read_csv(tmp_path / "truth.csv")
    assert truth["archetype"].tolist() == ["CRLF2", "CRLF2"]
    assert truth["blast_percent"].to_numpy() == pytest.approx([30, 30], abs=4)
    one, two = (read_fcs(tmp_path / path) for path in truth["path"])
    assert one.markers != two.markers
    cd45 = [s.events[:, s.column("CD45")] for s in (one, two)]
    assert not np.array_equal(cd45[0][:100], cd45[1][:100])


def test_a_pair_is_written_with_its_history_and_what_changed(tmp_path):
    options = ["--scenario", "cd19_loss", "--percent", "60,60", "--events", "800", "--name", "P"]
    assert main(["simulate", "relapse", str(tmp_path), *options]) == 0
    rows = {row.timepoint: row for row in read_manifest(tmp_path / "manifest.csv").values()}
    assert rows["diagnosis"].known_bcp_all is False
    assert rows["relapse"].known_bcp_all is True
    assert rows["relapse"].therapy == {"anti_CD19"}
    assert rows["diagnosis"].date < rows["relapse"].date
    changes = pd.read_csv(tmp_path / "changes.csv").set_index("marker")
    assert changes.loc["CD19", "relapse_positive"] == 0
    assert changes.loc["CD19", "change"] in {"not expressed any more", "lost"}
    truth = pd.read_csv(tmp_path / "truth.csv")
    assert truth["specimen"].tolist() == ["P-diagnosis", "P-relapse"]
    assert truth["expected"].tolist() == ["positive", "positive"]
    again = tmp_path / "again"
    command = truth["command"][0].replace("flowpheno ", "").replace("DIR", str(again)).split()
    assert main(command) == 0
    for path in truth["path"]:
        first, second = (read_fcs(folder / path).events for folder in (tmp_path, again))
        np.testing.assert_array_equal(first, second)


def test_a_switched_lineage_is_expected_to_be_called_so(tmp_path):
    options = ["--scenario", "lineage_switch", "--events", "500"]
    assert main(["simulate", "relapse", str(tmp_path), *options]) == 0
    truth = pd.read_csv(tmp_path / "truth.csv")
    assert truth["expected"].tolist() == ["positive", "NOT_B_PRECURSOR_BLASTS"]


@pytest.mark.parametrize(
    ("command", "options", "problem"),
    [
        ("relapse", ["--percent", "5"], "--percent takes two numbers"),
        ("relapse", ["--tube", "x"], "--tube 'x' is not known"),
        ("specimen", ["--percent", "5"], "--percent needs --blasts"),
        ("specimen", ["--tube", "x"], "--tube 'x' is not known"),
    ],
)
def test_wrong_use_is_refused(tmp_path, capsys, command, options, problem):
    assert main(["simulate", command, str(tmp_path / "d"), *options]) == 2
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "d").exists()


def test_an_unknown_tube_is_refused(tmp_path):
    plan = PlannedPair(name="p", tube="x", archetype="common")
    with pytest.raises(SimulationError, match="no tube 'x'; there are"):
        simulate_pair(SPECIFICATION, builtin_tubes(), plan)
    marrow = PlannedMarrow(name="s", tube="x")
    with pytest.raises(SimulationError, match="no tube x; there are"):
        write_specimen(tmp_path, marrow, ["x"], specification=SPECIFICATION, tubes=builtin_tubes())
