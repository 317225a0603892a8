"""Files to files; the one that fails costs no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flowpheno.compensation import compensate
from flowpheno.errors import CompensationError, WritingError
from flowpheno.fcs.spillover import Spillover
from flowpheno.fcs.writer import write_fcs
from flowpheno.panel.deidentify import load_deidentify_rules
from flowpheno.pipeline.conversion import Conversion, convert_file, convert_files, plan_targets
from flowpheno.reading import read_fcs, sample_from_table
from flowpheno.sample import Scale
from flowpheno.writing import DisplayScale, Form

MIXED = Spillover(detectors=("PE-A", "FITC-A"), matrix=np.array([[1, 0.1], [0.2, 1]]), source="x")
IDENTITY = replace(MIXED, matrix=np.eye(2))


@pytest.fixture
def conversion(definitions):
    return Conversion(
        form=Form.FCS, limits=definitions.qc.spillover, vocabulary=definitions.vocabulary
    )


@pytest.fixture
def tube(tmp_path):
    """Write a tube; a test states only what it is about."""

    def write(name="tube.fcs", spillover=MIXED, **keywords):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_fcs(
            path,
            np.random.default_rng(1).uniform(10, 9000, (30, 3)).astype(np.float32),
            detectors=["FSC-A", "PE-A", "FITC-A"],
            labels=["", "CD10", "CD19"],
            ranges=[262144] * 3,
            spillover=spillover,
            keywords=keywords,
        )
        return path

    return write


def test_as_it_is(tube, tmp_path, conversion):
    done = convert_file(tube(), tmp_path / "new.fcs", conversion)
    assert (done.n_events, done.n_channels, done.compensated) == (30, 3, False)
    assert (done.scale, done.dropped) == (Scale.LINEAR, ())
    np.testing.assert_array_equal(read_fcs(done.target).events, read_fcs(done.source).events)


def test_compensated_by_its_own_matrix(tube, tmp_path, conversion):
    done = convert_file(tube(), tmp_path / "new.fcs", replace(conversion, compensate=True))
    expected = compensate(read_fcs(done.source)).events
    np.testing.assert_array_equal(read_fcs(done.target).events, expected)
    assert read_fcs(done.target).compensated


def test_compensated_by_another_matrix(tube, tmp_path, conversion):
    other = replace(MIXED, matrix=np.array([[1, 0.5], [0, 1]]))
    wanted = replace(conversion, compensate=True, matrix=other)
    done = convert_file(tube(spillover=None), tmp_path / "new.fcs", wanted)
    expected = compensate(read_fcs(done.source), other).events
    np.testing.assert_array_equal(read_fcs(done.target).events, expected)


def test_another_matrix_without_compensating_is_written(tube, tmp_path, conversion):
    other = replace(MIXED, matrix=np.array([[1, 0.5], [0, 1]]))
    done = convert_file(tube(), tmp_path / "new.fcs", replace(conversion, matrix=other))
    np.testing.assert_array_equal(read_fcs(done.target).spillover.matrix, other.matrix)


@pytest.mark.parametrize(
    ("spillover", "problem"),
    [(None, "no spillover matrix that can be used"), (IDENTITY, "is the identity; it removes")],
    ids=["none", "identity"],
)
@pytest.mark.parametrize("form", Form)
def test_never_raw_for_compensated(tube, tmp_path, conversion, spillover, problem, form):
    wanted = replace(conversion, compensate=True, form=form)
    target = tmp_path / "out" / f"new.{form}"
    target.parent.mkdir()
    with pytest.raises(CompensationError, match=problem):
        convert_file(tube(spillover=spillover), target, wanted)
    assert list(target.parent.iterdir()) == []


def test_a_doubtful_matrix_is_said_even_without_names(tube, tmp_path, conversion):
    doubtful = replace(MIXED, matrix=np.array([[1, 1.5], [0.2, 1]]))
    rules = load_deidentify_rules()
    wanted = replace(conversion, compensate=True, rules=rules)
    done = convert_file(tube(spillover=doubtful), tmp_path / "new.fcs", wanted)
    assert any("more than by its own detector" in f.message for f in done.findings)


def test_what_is_compensated_is_not_compensated_again(tube, tmp_path, conversion):
    wanted = replace(conversion, compensate=True)
    once = convert_file(tube(), tmp_path / "once.fcs", wanted)
    twice = convert_file(once.target, tmp_path / "twice.fcs", wanted)
    np.testing.assert_array_equal(read_fcs(once.target).events, read_fcs(twice.target).events)
    assert any("compensated already" in f.message for f in twice.findings)


def test_all_at_once(tube, tmp_path, conversion):
    wanted = replace(
        conversion,
        form=Form.PARQUET,
        compensate=True,
        display=DisplayScale.LOGICLE,
        rules=load_deidentify_rules(),
    )
    source = tube("H22-0815.fcs", **{"$OP": "Erika"})
    done = convert_file(source, tmp_path / "deidentified_001.parquet", wanted)
    sample = sample_from_table(done.target)
    assert (sample.scale, sample.compensated) == (Scale.RELATIVE, True)
    assert [c.label for c in sample.channels] == ["", "CD10", "CD19"]
    assert done.dropped == ("$OP",)
    assert b"0815" not in done.target.read_bytes()


def test_a_failing_file_costs_no_other(tube, tmp_path, conversion):
    good, bad, none = tube("good.fcs"), tmp_path / "bad.fcs", tmp_path / "none.fcs"
    bad.write_bytes(b"nothing")
    seen = []
    done, failed = convert_files(
        [bad, good, none], tmp_path / "out", conversion, progress=lambda *at: seen.append(at)
    )
    assert [one.target.name for one in done] == ["good.fcs"]
    assert [(one.source, one.error) for one in failed] == [(bad, "FcsError"), (none, "FcsError")]
    assert all("\n" not in one.message for one in failed)
    assert seen == [(1, 3, "bad.fcs"), (2, 3, "good.fcs"), (3, 3, "none.fcs")]


def test_no_input_is_ever_written_over(tube, tmp_path, conversion):
    source = tube()
    before = source.read_bytes()
    done, failed = convert_files([source], source, replace(conversion, overwrite=True))
    assert (done, failed[0].error) == ((), "WritingError")
    done, failed = convert_files([source], tmp_path, replace(conversion, overwrite=True))
    assert "is one of the files to convert" in failed[0].message
    assert source.read_bytes() == before


def test_targets(tmp_path, conversion, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = [Path("a/x.fcs"), Path("b/X.LMD.gz"), Path("x_2.fcs"), Path("y.fcs")]
    wanted = replace(conversion, form=Form.CSV)
    names = [path.name for path in plan_targets(files, tmp_path / "new" / "deep", wanted)]
    assert names == ["x.csv", "X_2.csv", "x_2_2.csv", "y.csv"]
    assert plan_targets(files[:1], None, wanted) == (Path("x.csv"),)
    assert plan_targets(files[:1], tmp_path / "n" / "z.CSV", wanted) == (tmp_path / "n" / "z.CSV",)
    assert (tmp_path / "n").is_dir()
    with pytest.raises(WritingError, match="4 files need a folder"):
        plan_targets(files, tmp_path / "z.csv", wanted)


def test_names_of_deidentified_files_hold_no_number_of_the_patient(tmp_path, conversion):
    wanted = replace(conversion, rules=load_deidentify_rules())
    files = [Path("H22-0815 Erika.fcs"), Path("H22-0816.fcs")]
    names = [path.name for path in plan_targets(files, tmp_path, wanted)]
    assert names == ["deidentified_001.fcs", "deidentified_002.fcs"]
