"""The names of ``import flowpheno as fp``, used as a scientist does."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import flowpheno as fp
from flowpheno.panel.strategy_text import strategy_yaml
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


def test_contours_hold_shares_of_the_events(result):
    figure = result.plot("CD19", "CD10", contour=True)
    assert figure.axes[0].get_title(loc="right") == "contours: 95, 80, 60, 40, 20 %"


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


@pytest.fixture(scope="module")
def strategy():
    scale = fp.transform.Logicle()
    cd19 = fp.gates.Dimension(channel="CD19", compensation="FCS", transform=scale)
    cells = fp.gates.Dimension(channel="FSC-A")
    return fp.Strategy(
        name="by hand",
        gates=(
            fp.gates.Threshold(id="nucleated", dimension=cells, value=20_000),
            fp.gates.Threshold(id="bright", parent="nucleated", dimension=cd19, value=0.5),
        ),
    )


def test_gates_are_applied_to_a_sample_or_a_file(sample, path, strategy, tmp_path):
    gated = fp.gate(sample, strategy)
    assert repr(gated) == f"<Gated marrow: 2 gates, {sample.n_events} events>"
    assert gated.table["gate"].tolist() == ["nucleated", "bright"]
    assert gated.events["bright"].sum() == gated.mask("bright").sum() == gated.table["n"][1]
    assert isinstance(gated.plot("bright"), Figure)
    assert tmp_path / "out" / "gates.csv" in gated.write(tmp_path / "out")
    own = tmp_path / "ours.yaml"
    own.write_text(strategy_yaml(strategy), encoding="utf-8")
    pd.testing.assert_frame_equal(fp.gate(path, own).table, gated.table)
    assert fp.read_strategy(own) == strategy
    table = tmp_path / "events.parquet"
    fp.write_sample(sample, table)
    pd.testing.assert_frame_equal(fp.gate(str(table), str(own)).table, gated.table)


def test_a_matrix_may_be_given_with_gates(sample, strategy, tmp_path):
    detectors = sample.spillover.detectors
    matrix = tmp_path / "none.csv"
    rows = [",".join("1" if a == b else "0" for b in detectors) for a in detectors]
    matrix.write_text("\n".join([",".join(detectors), *rows]), encoding="utf-8")
    bare = fp.gate(sample, strategy, matrix=matrix).table["n"]
    assert bare[0] == fp.gate(sample, strategy).table["n"][0]
    assert bare[1] != fp.gate(sample, strategy).table["n"][1]


def test_a_gate_that_is_not_there_is_named(sample, strategy):
    gated = fp.gate(sample, strategy)
    with pytest.raises(fp.errors.GateError, match="'dim' is no gate here; there are nucleated"):
        gated.mask("dim")
    reference = fp.gates.Reference(gate="bright", complement=True)
    dim = fp.gates.Boolean(id="dim", operator=fp.gates.Operator.NOT, references=(reference,))
    odd = fp.gate(sample, fp.Strategy(gates=(*strategy.gates, dim)))
    with pytest.raises(fp.errors.GateError, match="gate dim: there is no picture of it"):
        odd.plot("dim")


def test_drawn_gates_enter_a_verdict(sample, path, strategy, result, tmp_path):
    edited = fp.classify(sample, gates=strategy)
    (edit,) = edited.findings.loc[edited.findings["code"] == "GATE_EDITED", "message"]
    assert "nucleated is that of by hand (sha256 " in edit
    assert edited.verdict.n_nucleated == fp.gate(sample, strategy).table["n"][0]
    assert edited.tubes[0].unedited.n_nucleated == result.verdict.n_nucleated
    own = tmp_path / "ours.yaml"
    own.write_text(strategy_yaml(strategy), encoding="utf-8")
    cohort = fp.classify_directory(path, gates=own)
    columns = ["verdict", "n_blasts", "n_nucleated"]
    pd.testing.assert_frame_equal(cohort.table[columns], edited.table[columns])
    assert "gates: ours.yaml" in cohort.run.definitions
    with pytest.raises(fp.errors.PanelError, match="no strategy of that name"):
        fp.classify(sample, gates="hand_drawn")


def test_a_typed_phenotype_is_scored_and_matched():
    text = "CD10+ CD19+ CD22+ cyCD79a+ TdT+ cyCD3- cyMPO- sIgK- sIgL-"
    assert fp.score(text).lineage == "B"
    outcomes = {match.name: match.outcome for match in fp.match_phenotypes(text)}
    assert outcomes["aml"] == "no_match"
    with pytest.raises(fp.errors.NotationError, match="'CD1O' is not a marker"):
        fp.score("CD1O+")
