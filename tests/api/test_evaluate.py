"""Results held against labels, and what a notebook may ask of classify."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import flowpheno as fp
from flowpheno import notebook
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation import (
    BlastRequest,
    load_specification,
    simulate_tube,
    write_simulated,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two marrows with the truth about every event beside them."""
    out = tmp_path_factory.mktemp("labelled")
    rng = np.random.default_rng(5)
    for name, share in (("much", 0.6), ("more", 0.7)):
        simulated = simulate_tube(
            load_specification(),
            builtin_tubes()["lineage_full"],
            rng=rng,
            n_events=4000,
            blasts=BlastRequest(fraction=share, archetype="common"),
            name=name,
        )
        write_simulated(out / f"{name}.fcs", simulated)
    return out


@pytest.fixture(scope="module")
def cohort(folder):
    return fp.classify_directory(folder, events=True)


def test_a_cohort_and_its_folder_are_held_against_labels_alike(cohort, folder, tmp_path):
    evaluated = fp.evaluate(cohort, folder)
    assert repr(evaluated) == "<Evaluated: 2 of 2 specimens as expected>"
    assert (evaluated.table["f1"] > 0.9).all()
    assert evaluated.groups.set_index("group")["n"].max() == 2
    assert isinstance(evaluated.plot(), Figure)
    assert evaluated.write(tmp_path / "accuracy").name == "evaluation.png"
    cohort.write(tmp_path / "results", report=False)
    again = fp.evaluate(str(tmp_path / "results"), [folder])
    assert again.table.equals(evaluated.table)


def test_an_evaluation_shows_groups_and_what_is_missing(cohort, folder, tmp_path):
    html = notebook.evaluated_html(fp.evaluate(cohort, folder))
    assert html.startswith("2 specimens <b>SIMULATED</b>")
    assert "Not as expected" not in html
    said = tmp_path / "expected.csv"
    said.write_text("specimen,expected\nmuch,negative\nabsent,positive\n", encoding="utf-8")
    html = notebook.evaluated_html(fp.evaluate(cohort, said))
    assert "Not as expected" in html
    assert "1 labels without a result, counted as missed: absent" in html
    assert "1 results without a label, not counted: more" in html


def test_results_without_events_are_refused(folder, tmp_path):
    fp.classify_directory(folder).write(tmp_path, report=False)
    with pytest.raises(fp.errors.LabelError, match="--events"):
        fp.evaluate(tmp_path, folder)


def test_an_event_table_is_judged_on_the_scale_that_is_said(folder, tmp_path):
    sample = fp.read_fcs(folder / "much.fcs")  # as others export it: compensated
    path = tmp_path / "much.csv"
    fp.write_sample(fp.compensate(sample), path)
    result = fp.classify(path, scale="linear")
    assert result.verdict.verdict is fp.SpecimenVerdict.CONFIRMED_BCP_ALL
    assert (
        fp.sample_from_table(path, scale=fp.Scale.LINEAR).n_events
        == result.tubes[0].gated.sample.n_events
    )
    with pytest.raises(fp.errors.TableError, match="scale"):
        fp.classify(path)
    assert len(fp.classify_directory(path, scale="linear").table) == 1


def test_a_model_that_is_none_is_refused(folder, tmp_path):
    pytest.importorskip("skops", reason="the extra 'learning' is not installed")
    path = tmp_path / "no.skops"
    path.write_bytes(b"no model")
    with pytest.raises(fp.errors.ModelError, match=r"no\.skops"):
        fp.classify(folder / "much.fcs", model=path)


def test_a_matrix_takes_the_place_of_that_of_the_file(folder, tmp_path):
    sample = fp.read_fcs(folder / "much.fcs")
    names = sample.spillover.detectors
    rows = [",".join(f"{c:.17g}" for c in row) for row in sample.spillover.matrix]
    matrix = tmp_path / "own.csv"
    matrix.write_text("\n".join([",".join(names), *rows]), encoding="utf-8")
    bare = replace(sample, spillover=None)
    expected = fp.classify(sample).verdict
    for found in (
        fp.classify(bare, matrix=matrix).verdict,
        fp.classify(bare, matrix=str(folder / "much.fcs"), diagnosis=bare).verdict,
    ):
        assert found.verdict is expected.verdict
        assert found.n_nucleated == expected.n_nucleated
    assert len(fp.classify_directory(folder / "much.fcs", matrix=matrix).table) == 1
    with pytest.raises(fp.errors.CompensationError):
        fp.classify(sample, matrix=tmp_path / "none.csv")
