"""Files of controls to a matrix, and the table that says which is which."""

import json
from dataclasses import replace

import numpy as np
import pytest

from flowpheno.compensation import read_spillover_file
from flowpheno.errors import CompensationError, WritingError
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.pipeline.controls import estimate_from_files, read_control_table, write_estimate
from flowpheno.simulation import load_specification, simulate_control
from flowpheno.simulation.instrument import spill_matrix
from flowpheno.writing import write_sample

TUBE = "euroflow_bcp_all_mrd_t1"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """FCS files of single-stain controls, named as cytometers name them."""
    folder, tube = tmp_path_factory.mktemp("controls"), builtin_tubes()[TUBE]
    rng = np.random.default_rng(2)
    specification = load_specification()
    return [
        write_sample(
            simulate_control(specification, tube, detector, rng=rng, n_events=2500),
            folder / f"Compensation Controls_{name} Control.fcs",
        )
        for detector, name in [(None, "Unstained")]
        + [(c.detector, f"{c.fluorochrome} Stained") for c in tube.channels]
    ]


@pytest.fixture(scope="module")
def estimated(files, definitions):
    return estimate_from_files(files, definitions)


def test_files_give_the_matrix_they_were_made_with(estimated):
    true = spill_matrix(load_specification(), builtin_tubes()[TUBE])
    np.testing.assert_allclose(estimated.estimate.matrix, true, atol=0.002)
    assert estimated.unstained == "Compensation Controls_Unstained Control"
    assert {one.found_by for one in estimated.estimate.controls} == {"file name"}
    assert len(estimated.definition) == 64


def test_what_is_written_is_read_again(tmp_path, estimated):
    table, described = write_estimate(estimated, tmp_path, overwrite=False)
    again = read_spillover_file(table)
    np.testing.assert_array_equal(again.matrix, estimated.estimate.matrix)
    content = json.loads(described.read_text())
    assert content["detectors"] == list(again.detectors)
    np.testing.assert_array_equal(content["standard_errors"], estimated.estimate.standard_errors)
    assert content["controls"][3]["detector"] == "PE-A"
    assert content["findings"] == []
    with pytest.raises(WritingError, match="exists already"):
        write_estimate(estimated, tmp_path, overwrite=False)
    write_estimate(estimated, tmp_path, overwrite=True)


def test_a_table_may_say_which_control_is_which(files, definitions):
    table = {path.stem: "PE" for path in files if "_PE Stained" in path.name}
    table |= {path.stem: "unstained" for path in files if "Unstained" in path.name}
    some = [path for path in files if path.stem in table]
    found = estimate_from_files(some, definitions, table=table)
    assert found.estimate.spillover.detectors == ("PE-A",)
    assert found.estimate.controls[0].found_by == "table"


def test_a_control_that_cannot_be_read_is_named(tmp_path, definitions):
    broken = tmp_path / "PE.fcs"
    broken.write_bytes(b"no FCS")
    with pytest.raises(CompensationError, match=r"control .*PE\.fcs cannot be read: HEADER"):
        estimate_from_files([broken], definitions)


def test_a_detector_without_a_name_for_tables_is_refused(tmp_path, estimated):
    odd = replace(
        estimated.estimate.spillover,
        detectors=("A;B", *estimated.estimate.spillover.detectors[1:]),
    )
    with pytest.raises(CompensationError, match="cannot name the detector"):
        write_estimate(
            replace(estimated, estimate=replace(estimated.estimate, spillover=odd)),
            tmp_path,
            overwrite=False,
        )


def test_a_table_of_controls_is_read(tmp_path):
    path = tmp_path / "controls.csv"
    path.write_text("\ufefffile,detector,note\nrun\\a.fcs, PE-A ,x\nb.FCS.gz,unstained,\n")
    assert read_control_table(path) == {"a": "PE-A", "b": "unstained"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"", "names no control"),
        (b"file,detector\n", "names no control"),
        (b"name,detector\na,PE\n", "line 2 lacks file or detector"),
        (b"file,detector\na,\n", "line 2 lacks file or detector"),
        (b"file,detector\na.fcs,PE\nb/a.fcs,FITC\n", "line 3 names b/a.fcs again"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path, content, message):
    path = tmp_path / "controls.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CompensationError, match=message):
        read_control_table(path)
