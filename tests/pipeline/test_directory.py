"""Many files: a broken one costs one row."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from flowpheno.errors import PanelError, TemplateError
from flowpheno.finding import ReasonCode
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.pipeline.directory import Options, classify_files
from flowpheno.pipeline.manifest import read_manifest
from flowpheno.simulation import (
    BlastRequest,
    draw_composition,
    load_specification,
    simulate_tube,
    write_simulated,
)
from flowpheno.simulation.composition import Background
from flowpheno.verdict import SpecimenVerdict as V


@pytest.fixture(scope="module")
def folder(simulate, tmp_path_factory):
    """Two good files, and everything else a folder may hold."""
    place = tmp_path_factory.mktemp("run")
    write_simulated(
        place / "b_leukaemia.fcs", simulate(14_000, blasts=("BCR_ABL1", 0.4), n_events=8_000)
    )
    write_simulated(place / "a_normal.fcs", simulate(14_001, n_events=8_000))
    whole = (place / "a_normal.fcs").read_bytes()
    (place / "c_truncated.fcs").write_bytes(whole[: len(whole) // 2])
    (place / "d_web_page.fcs").write_text("<!DOCTYPE html><html>404 not found</html>")
    (place / "e_empty.fcs").write_bytes(b"")
    (place / "f_text.fcs").write_text("FCS3.1 but not really")
    (place / "notes.txt").write_text("not a file of flow cytometry")
    return place


@pytest.fixture(scope="module")
def run(folder):
    return classify_files([folder], Options(known_bcp_all=True))


def test_broken_files_cost_a_row_each_and_the_rest_is_judged(run):
    assert [s.specimen for s in run.specimens] == ["a_normal", "b_leukaemia"]
    failed = {f.path.rsplit("/", 1)[1]: f for f in run.failures}
    assert set(failed) == {"c_truncated.fcs", "d_web_page.fcs", "e_empty.fcs", "f_text.fcs"}
    for failure in failed.values():
        assert failure.error in {"FcsError", "UnsupportedFcsError"}
        assert failure.message
        assert "\n" not in failure.message


def test_verdicts_of_the_folder(run):
    verdicts = {s.specimen: s.verdict.verdict for s in run.specimens}
    assert verdicts == {"a_normal": V.INDETERMINATE, "b_leukaemia": V.CONFIRMED_BCP_ALL}
    assert run.simulated


def comparable(run):
    return [
        (
            s.specimen,
            s.verdict,
            s.matches,
            [(t.name, t.sha256, repr(t.populations)) for t in s.tubes],
        )
        for s in run.specimens
    ], run.failures


def test_two_processes_give_the_same(folder, run):
    again = classify_files([folder], Options(known_bcp_all=True, jobs=2))
    assert comparable(again) == comparable(run)


def test_order_of_paths_does_not_matter_and_progress_is_told(folder, run):
    told = []
    files = sorted(folder.glob("*.fcs"), reverse=True)
    again = classify_files(
        files, Options(known_bcp_all=True), progress=lambda *step: told.append(step)
    )
    assert comparable(again) == comparable(run)
    assert [step[:2] for step in told] == [(n, 6) for n in range(1, 7)]


def test_an_empty_folder_has_no_specimens(tmp_path):
    run = classify_files([tmp_path], Options())
    assert (run.specimens, run.failures, run.simulated) == ((), (), False)


def test_a_path_that_does_not_exist_is_a_failure(tmp_path):
    run = classify_files([tmp_path / "none.fcs"], Options())
    assert run.specimens == ()
    assert [f.error for f in run.failures] == ["FcsError"]


def test_files_of_one_name_in_two_folders_are_two_specimens(folder, tmp_path):
    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
        shutil.copy(folder / "a_normal.fcs", tmp_path / day / "marrow.fcs")
    run = classify_files([tmp_path], Options())
    assert [s.specimen for s in run.specimens] == ["monday/marrow.fcs", "tuesday/marrow.fcs"]


def test_a_template_or_definitions_that_cannot_be_used_stop_the_run(folder, tmp_path):
    bad = tmp_path / "bad.npz"
    bad.write_bytes(b"")
    with pytest.raises(TemplateError, match="not a normal template"):
        classify_files([folder], Options(template=bad))
    (tmp_path / "decision.yaml").write_text("confirm_percent: many\n")
    with pytest.raises(PanelError, match="confirm_percent"):
        classify_files([folder], Options(panels=tmp_path))


# --- manifests ---


def of_manifest(place, text):
    path = place / "samples.csv"
    path.write_text(text)
    return read_manifest(path)


def test_the_manifest_speaks_before_the_options(folder, tmp_path):
    shutil.copy(folder / "b_leukaemia.fcs", tmp_path / "x.fcs")
    text = "path,specimen,patient,known_bcp_all,site,tube\nx.fcs,S9,P7,no,left,tube one\n"
    options = Options(known_bcp_all=True, manifest=of_manifest(tmp_path, text))
    (result,) = classify_files([tmp_path], options).specimens
    assert (result.specimen, result.patient, result.site) == ("S9", "P7", "left")
    assert result.verdict.known_bcp_all is False
    assert [t.name for t in result.tubes] == ["tube one"]


def test_the_same_bytes_twice_in_a_specimen_are_noticed(folder, tmp_path):
    for name in ("x.fcs", "y.fcs"):
        shutil.copy(folder / "a_normal.fcs", tmp_path / name)
    text = "path,specimen\nx.fcs,S\ny.fcs,S\n"
    options = Options(manifest=of_manifest(tmp_path, text))
    (result,) = classify_files([tmp_path], options).specimens
    codes = [{f.code for f in t.findings} for t in result.tubes]
    assert [ReasonCode.DUPLICATE_FILE in c for c in codes] == [False, True]


def test_a_slip_in_the_manifest_is_a_failure(folder, tmp_path):
    shutil.copy(folder / "a_normal.fcs", tmp_path / "x.fcs")
    options = Options(manifest=of_manifest(tmp_path, "path,known_bcp_all\nX1.fcs,yes\n"))
    run = classify_files([tmp_path], options)
    assert [s.verdict.known_bcp_all for s in run.specimens] == [False]
    assert [(f.error, f.path.endswith("X1.fcs")) for f in run.failures] == [
        ("ManifestError", True)
    ]
    assert "does not exist" in run.failures[0].message


def test_one_broken_tube_does_not_lose_the_specimen(folder, tmp_path):
    shutil.copy(folder / "b_leukaemia.fcs", tmp_path / "x.fcs")
    (tmp_path / "y.fcs").write_bytes(b"")
    text = "path,specimen,known_bcp_all\nx.fcs,S,yes\ny.fcs,S,yes\n"
    options = Options(manifest=of_manifest(tmp_path, text))
    run = classify_files([tmp_path], options)
    assert [s.verdict.verdict for s in run.specimens] == [V.CONFIRMED_BCP_ALL]
    assert len(run.failures) == 1


@pytest.fixture(scope="module")
def tubes(tmp_path_factory):
    """One specimen in the three diagnostic tubes."""
    place = tmp_path_factory.mktemp("tubes")
    rng, specification = np.random.default_rng(14_100), load_specification()
    composition = draw_composition(
        specification, Background(), BlastRequest(fraction=0.5, archetype="common"), rng=rng
    )
    for number in (1, 2, 3):
        tube = simulate_tube(
            specification,
            builtin_tubes()[f"euroflow_bcp_all_dx_t{number}"],
            rng=rng,
            n_events=8_000,
            composition=composition,
            name=f"t{number}",
        )
        write_simulated(place / f"t{number}.fcs", tube)
    return place


def test_tubes_of_a_specimen_complete_each_other(tubes):
    rows = "".join(f"t{n}.fcs,S,tube {n},yes\n" for n in (1, 2, 3))
    manifest = of_manifest(tubes, "path,specimen,tube,known_bcp_all\n" + rows)
    together = classify_files([tubes], Options(manifest=manifest))
    (result,) = together.specimens
    assert result.verdict.verdict is V.CONFIRMED_BCP_ALL
    assert {t.name for t in result.tubes} == {"tube 1", "tube 2", "tube 3"}
    apart = classify_files([tubes], Options(known_bcp_all=True))
    assert [s.specimen for s in apart.specimens] == ["t1", "t2", "t3"]
    assert together.failures == ()


def test_options_are_values(folder):
    options = Options(jobs=3)
    assert replace(options, jobs=1) == Options()
    assert folder.is_dir()
