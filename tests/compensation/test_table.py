"""Spillover matrices as programs write them, and everything that is none."""

import numpy as np
import pytest

from flowpheno.compensation import (
    check_spillover,
    compensate,
    read_spillover_csv,
    read_spillover_file,
    spillover_csv,
)
from flowpheno.errors import CompensationError
from flowpheno.fcs.spillover import Spillover
from flowpheno.reading import read_fcs
from flowpheno.writing import write_sample

EXPECTED = np.array([[1, 0.25], [0.5, 1]])
LAYOUTS = {
    "names above": "FITC-A,PE-A\n1,0.25\n0.5,1\n",
    "FlowJo": ",FITC-A,PE-A\nFITC-A,1,0.25\nPE-A,0.5,1\n",
    "FlowJo with markers": ",Comp-FITC-A :: CD20,Comp-PE-A :: CD10\n"
    "Comp-FITC-A :: CD20,1,0.25\nComp-PE-A :: CD10,0.5,1\n",
    "flowCore, write.csv": '"","FITC-A","PE-A"\n"1",1,0.25\n"2",0.5,1\n',
    "flowCore, write.table": "FITC-A\tPE-A\nFITC-A\t1\t0.25\nPE-A\t0.5\t1\n",
    "named corner": "detector,FITC-A,PE-A\nFITC-A,1,0.25\nPE-A,0.5,1\n",
    "rows in another order": ",FITC-A,PE-A\nPE-A,0.5,1\nFITC-A,1,0.25\n",
    "semicolons": "FITC-A;PE-A\n1;0.25\n0.5;1\n",
    "percent": "FITC-A,PE-A\n100,25\n50,100\n",
    "byte order mark and blank lines": "\ufeffFITC-A,PE-A\n\n1,0.25\r\n0.5,1\n,\n",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_layouts_mean_one_matrix(tmp_path, text):
    path = tmp_path / "matrix.csv"
    path.write_text(text, "utf-8")
    read = read_spillover_csv(path)
    assert read.detectors == ("FITC-A", "PE-A")
    np.testing.assert_allclose(read.matrix, EXPECTED)
    assert read.source.startswith("matrix.csv")
    assert ("percent" in read.source) == ("100" in text)
    assert ["divided by 100" in f.message for f in read.findings] == [True] * ("100" in text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n , \n", "is empty"),
        ("FITC-A,PE-A\n", "no coefficients below its first row"),
        ("FITC-A,PE-A\n1,x\n0.5,1\n", "coefficient 'x' is not a finite number"),
        ("FITC-A,PE-A\n1,\n0.5,1\n", "coefficient '' is not a finite number"),
        ("FITC-A,PE-A\n1,nan\n0.5,1\n", "coefficient 'nan' is not a finite number"),
        ("FITC-A,PE-A\n1,inf\n0.5,1\n", "coefficient 'inf' is not a finite number"),
        ("FITC-A,PE-A\n1,0.25\n", "1 rows of 2 coefficients for 2 detectors"),
        ("FITC-A,PE-A\n1,0.25\n0.5\n", "2 rows of 1 or 2 coefficients for 2 detectors"),
        ("FITC-A,FITC-A\n1,0.25\n0.5,1\n", "not named once each"),
        ("FITC-A,\n1,0.25\n0.5,1\n", "not named once each"),
        (",FITC-A,PE-A\nFITC-A,1,0.25\nAPC-A,0.5,1\n", "rows are named FITC-A, APC-A"),
        ("FITC-A;PE-A\n1;0,25\n0,5;1\n", "row 1, column PE-A: 0,25 has a decimal comma"),
        ("FITC-A\tPE-A\n1\t0\n0,5\t1\n", "row 2, column FITC-A: 0,5 has a decimal comma"),
        ('FITC-A,PE-A\n1,"0,25"\n0.5,1\n', "row 1, column PE-A: 0,25 has a decimal comma"),
        ("FITC-A,PE-A\n1,0,0,25\n0,5,1,0\n", "4 coefficients for 2 .*decimal sign a comma"),
        (",FITC-A,PE-A\nFITC-A,1,x\nPE-A,0.5,1\n", r"row 1 \(FITC-A\), column PE-A: the coef"),
        ("FITC-A,PE-A,APC-A\n1,1,0\n1,1,0\n0,0,1\n", "singular; most alike are FITC-A and PE-A"),
        ("FITC-A,PE-A\n0,0.25\n0.5,1\n", "the diagonal is 0 to 1"),
        ("FITC-A,PE-A\n1,0.25\n50,100\n", "the diagonal is 1 to 100"),
        ("FITC-A,PE-A\n-1,0.25\n0.5,1\n", "the diagonal is -1 to 1"),
    ],
)
def test_what_is_no_matrix_is_refused(tmp_path, text, message):
    path = tmp_path / "matrix.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(CompensationError, match=message):
        read_spillover_csv(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"\xff\xfe1,2", "cannot be read"),
        (b"FITC-A,PE-A\n" + b"1,0\n" * 300_000, "too large"),
        (b'FITC-A,PE-A\n1,"' + b"0" * 140_000, "cannot be read"),
    ],
    ids=["absent", "encoding", "size", "field"],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, content, message):
    path = tmp_path / "matrix.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CompensationError, match=message):
        read_spillover_csv(path)


def test_the_example_of_the_corpus_compensates_its_file(data_dir):
    folder = data_dir / "fcs_corpus" / "flowio"
    spillover = read_spillover_csv(folder / "comp_complete_example.csv")
    assert len(spillover.detectors) == 14
    sample = read_fcs(folder / "test_comp_example.fcs")
    compensated = compensate(sample, spillover)
    columns = [[c.detector for c in sample.channels].index(name) for name in spillover.detectors]
    observed = sample.events[:, columns].astype(np.float64)
    expected = np.linalg.solve(spillover.matrix.T, observed.T).T
    np.testing.assert_allclose(compensated.events[:, columns], expected, rtol=1e-5, atol=0.05)


def test_what_was_divided_is_said_of_the_sample(tmp_path, dyed_tube):
    path = tmp_path / "percent.csv"
    path.write_text("FITC-A,PE-A\n100,25\n50,100\n")
    compensated = compensate(dyed_tube(np.ones((3, 3))), read_spillover_file(path))
    assert ["percent" in f.message for f in compensated.findings] == [True]


def test_a_matrix_written_and_read_again_is_the_same_to_the_bit(tmp_path, spillover):
    rng = np.random.default_rng(1)
    odd = Spillover(
        detectors=spillover.detectors,
        matrix=np.where(np.eye(3) > 0, 1.0, rng.normal(0.1, 0.1, (3, 3))),
        source="any",
    )
    path = tmp_path / "matrix.csv"
    path.write_text(spillover_csv(odd))
    again = read_spillover_file(path)
    assert again.detectors == odd.detectors
    np.testing.assert_array_equal(again.matrix, odd.matrix)


def test_a_name_that_a_table_cannot_hold_is_refused(spillover):
    odd = Spillover(detectors=("FITC,A", "B", "C"), matrix=spillover.matrix, source="any")
    with pytest.raises(CompensationError, match="cannot name the detector 'FITC,A'"):
        spillover_csv(odd)


@pytest.fixture
def fcs_of(tmp_path, dyed_tube):
    def write(name, **more):
        keywords = {f"$P{n}V": str(400 + n) for n in range(1, 5)} | {"$CYT": "Canto"}
        sample = dyed_tube(np.ones((4, 3)), keywords=keywords | more.pop("keywords", {}), **more)
        return write_sample(sample, tmp_path / name)

    return write


def test_the_matrix_of_another_fcs_file_is_used(fcs_of, spillover):
    other = read_spillover_file(fcs_of("other.fcs", spillover=spillover))
    np.testing.assert_allclose(other.matrix, spillover.matrix)
    assert other.source == "other.fcs ($SPILLOVER)"
    assert other.settings == {"$CYT": "Canto", "FITC-A": "402", "PE-A": "403", "APC-A": "404"}


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({}, None),
        ({"$P3V": "403.0"}, None),
        ({"$P3V": "550"}, "PE-A at 550 V, not 403 V"),
        ({"$P1V": "550"}, None),  # scatter is not compensated
        ({"$CYT": "Aria"}, "another model of cytometer"),
        ({"$CYT": " "}, None),  # not said
    ],
    ids=["same", "spelled otherwise", "voltage", "scatter", "model", "unknown"],
)
def test_a_matrix_of_other_settings_is_doubted(fcs_of, spillover, limits, keywords, said):
    other = read_spillover_file(fcs_of("other.fcs", spillover=spillover))
    tube = read_fcs(fcs_of("tube.fcs", keywords=keywords))
    messages = [f.message for f in check_spillover(compensate(tube, other), limits)]
    assert [said in message for message in messages] == ([True] if said else [])


@pytest.mark.parametrize(
    ("matrix", "message"),
    [(None, "other.fcs: no spillover matrix"), (np.eye(3), "is the identity")],
    ids=["none", "identity"],
)
def test_an_fcs_file_without_a_matrix_is_refused(fcs_of, matrix, message):
    own = (
        None
        if matrix is None
        else Spillover(detectors=("FITC-A", "PE-A", "APC-A"), matrix=matrix, source="x")
    )
    path = fcs_of("other.fcs", spillover=own)
    with pytest.raises(CompensationError, match=message):
        read_spillover_file(path)


def test_a_broken_fcs_file_is_refused_by_its_name(tmp_path):
    path = tmp_path / "broken.fcs"
    path.write_bytes(b"FCS3.1    " + b" " * 20)
    with pytest.raises(CompensationError, match=r"broken\.fcs: cannot be read: HEADER"):
        read_spillover_file(path)
    with pytest.raises(CompensationError, match=r"absent\.fcs: cannot be read"):
        read_spillover_file(tmp_path / "absent.fcs")
