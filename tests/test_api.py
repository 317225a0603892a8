"""The names of ``import flowpheno as fp``, used as a scientist does."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import flowpheno as fp
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation import BlastRequest, load_specification, simulate_tube, write_simulated


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    simulated = simulate_tube(
        load_specification(),
        builtin_tubes()["lineage_full"],
        rng=np.random.default_rng(3),
        n_events=4000,
        blasts=BlastRequest(fraction=0.6, archetype="common"),
        name="marrow",
    )
    written = tmp_path_factory.mktemp("run") / "marrow.fcs"
    write_simulated(written, simulated)
    return written


@pytest.fixture(scope="module")
def sample(path):
    return fp.read_fcs(path)


@pytest.fixture(scope="module")
def result(sample):
    return fp.classify(sample, panel="b_all")


def test_a_sample_gets_a_verdict_with_its_tables(result):
    assert result.verdict.verdict is fp.SpecimenVerdict.CONFIRMED_BCP_ALL
    assert repr(result).startswith("<Classified marrow: CONFIRMED_BCP_ALL, ")
    blasts = result.markers.set_index(["population", "marker"]).loc["blasts"]
    assert blasts.loc["CD19", "call"] == "positive"
    assert set(result.populations["population"]) >= {"nucleated", "blasts"}
    assert len(result.table) == 1
    assert len(result.findings) > 0
    assert result.run.simulated
    (events,) = result.events.values()
    assert events["blasts"].sum() == result.verdict.n_blasts


def test_a_path_and_a_specimen_give_the_same_verdict(path, sample, result):
    specimen = fp.Specimen(name="marrow", tubes=(sample,))
    for source in (path, str(path), specimen):
        pd.testing.assert_frame_equal(fp.classify(source).table, result.table)


def test_the_history_is_taken_from_either_side(sample):
    specimen = fp.Specimen(name="marrow", tubes=(sample,), known_bcp_all=True)
    assert fp.classify(specimen).verdict.known_bcp_all
    assert fp.classify(sample, known_bcp_all=True).verdict.known_bcp_all


def test_there_is_one_panel(sample):
    with pytest.raises(ValueError, match="panel 'cll' is not known; known: b_all"):
        fp.classify(sample, panel="cll")


@pytest.mark.parametrize(
    ("markers", "parent"),
    [(("CD19", "cd 10"), "nucleated"), (("CD45", "SSC"), "all"), (("CD34",), "nucleated")],
    ids=str,
)
def test_pictures(result, markers, parent):
    figure = result.plot(*markers, parent=parent)
    assert isinstance(figure, Figure)
    assert figure.axes[0].get_xlabel().startswith(markers[0])


def test_a_marker_that_is_not_stained_is_named(result):
    with pytest.raises(fp.errors.MarkerNotFoundError, match="no channel stains CD99"):
        result.plot("CD99", "CD10")


def test_a_population_that_is_not_there_is_named(result):
    with pytest.raises(
        ValueError, match="'hairy' is no population of this tube; known: all, nucl"
    ):
        result.plot("CD19", "CD10", parent="hairy")


@pytest.mark.parametrize("kind", ["classified", "stored", "sample", "path", "folder"])
def test_anything_can_be_compared(kind, result, sample, path, tmp_path):
    sides = {"classified": result, "stored": result.result, "sample": sample, "path": path}
    if kind == "folder":
        result.write(tmp_path, report=False)
        sides["folder"] = str(tmp_path)
    comparison = fp.compare(result, sides[kind])
    assert comparison.verdict == "PHENOTYPE_STABLE"
    assert comparison.table["delta_log10"].dropna().abs().max() == 0


def test_a_folder_is_a_cohort(path, tmp_path, result):
    (path.parent / "page.fcs").write_text("<html>")
    cohort = fp.classify_directory(path.parent)
    assert repr(cohort) == "<Cohort: 1 specimens, 1 files not used>"
    pd.testing.assert_frame_equal(cohort.table, result.table)
    assert cohort.failures["error"].tolist() == ["FcsError"]
    page = cohort.write(tmp_path)
    assert page.is_file()
    with pytest.raises(fp.FlowphenoError, match="0 specimens, expected one"):
        fp.compare(fp.classify_directory(tmp_path / "report"), result)


def test_a_manifest_is_used(path, tmp_path):
    manifest = tmp_path / "samples.csv"
    manifest.write_text(f"path,specimen\n{path},S1\n")
    assert fp.classify_directory(path.parent, manifest=manifest).table["specimen"].tolist() == [
        "S1"
    ]


def test_stages_one_at_a_time(sample):
    compensated = fp.compensate(sample)
    assert compensated.compensated
    assert not sample.compensated
    table = fp.transform(compensated)
    assert len(table) == sample.n_events
    scale = fp.transform.Logicle()
    column = compensated.column("CD19")
    np.testing.assert_array_equal(
        fp.transform(compensated, scale)["CD19"], scale.apply(compensated.events[:, column])
    )
    pd.testing.assert_series_equal(fp.transform(compensated, scale)["FSC"], table["FSC"])


def test_a_table_is_a_sample():
    table = pd.DataFrame({"CD19": [1.0, 2.0], "CD10": [3.0, 4.0]})
    made = fp.sample_from_table(table, scale=fp.Scale.LINEAR)
    assert made.markers == ("CD19", "CD10")


def test_a_typed_phenotype_is_scored_and_matched():
    text = "CD10+ CD19+ CD22+ cyCD79a+ TdT+ cyCD3- cyMPO- sIgK- sIgL-"
    assert fp.score(text).lineage == "B"
    outcomes = {match.name: match.outcome for match in fp.match_phenotypes(text)}
    assert outcomes["aml"] == "no_match"
    with pytest.raises(fp.errors.NotationError, match="'CD1O' is not a marker"):
        fp.score("CD1O+")
