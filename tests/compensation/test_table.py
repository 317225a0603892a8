"""Spillover matrices as programs write them, and everything that is none."""

import numpy as np
import pytest

from flowpheno.compensation import compensate, read_spillover_csv
from flowpheno.errors import CompensationError
from flowpheno.reading import read_fcs

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
    "semicolons": "FITC-A;PE-A\n1;0,25\n0,5;1\n",
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
