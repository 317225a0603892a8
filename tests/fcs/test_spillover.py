from __future__ import annotations

import numpy as np
import pytest

from flowpheno.fcs.reader import read_bytes
from flowpheno.finding import ReasonCode
from tests.fcs.fcs_bytes import float_file

THREE = [[1.0, 2.0, 3.0]]
NAMED = "2,FL1-A,FL3-A,1,0.2,0.1,1"


def read(**more):
    return read_bytes(float_file(THREE, **more))


def messages(dataset):
    return " / ".join(finding.message for finding in dataset.findings)


@pytest.mark.parametrize("keyword", ["$SPILLOVER", "SPILL", "SPILLOVER", "$COMP", "Spill"])
def test_every_spelling_of_the_keyword(keyword):
    dataset = read(**{"_" + keyword: NAMED})
    assert dataset.spillover.detectors == ("FL1-A", "FL3-A")
    np.testing.assert_array_equal(dataset.spillover.matrix, [[1, 0.2], [0.1, 1]])
    assert not dataset.spillover.matrix.flags.writeable
    assert dataset.spillover.source == keyword.upper()
    assert not dataset.compensated
    assert dataset.findings == ()


@pytest.mark.parametrize(
    ("value", "detectors", "note"),
    [
        ("2,1,3,1,0.2,0.1,1", ("FL1-A", "FL3-A"), "detectors are given by their number"),
        ("2,CD10,CD19,1,0.2,0.1,1", ("FL1-A", "FL3-A"), "2 detectors are spelled otherwise"),
        ("2,fl1 A,FL3_A,1,0.2,0.1,1", ("FL1-A", "FL3-A"), "fl1 A for FL1-A, FL3_A for FL3-A"),
        ("2,FL1-A,FL3-A,100,20,10,100", ("FL1-A", "FL3-A"), "the diagonal is 100 to 100"),
        ("2, FL1-A , FL3-A ,1,0.2,0.1,1,", ("FL1-A", "FL3-A"), ""),
    ],
    ids=["numbers", "labels", "spelling", "percent", "blanks"],
)
def test_what_can_be_understood_is(value, detectors, note):
    dataset = read(_SPILL=value, P1S="CD10", P3S="CD19")
    assert dataset.spillover.detectors == detectors
    np.testing.assert_allclose(dataset.spillover.matrix, [[1, 0.2], [0.1, 1]])
    assert note in messages(dataset)


def test_comp_without_names_is_about_all_parameters():
    dataset = read(_COMP="3,1,0.1,0,0,1,0,0,0,1")
    assert dataset.spillover.detectors == ("FL1-A", "FL2-A", "FL3-A")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2,FL1-A,FL3-A", "2 detectors need 4 coefficients, 0 present"),
        ("2,FL1-A,FL3-A,1,0.2,0.1", "2 detectors need 4 coefficients, 3 present"),
        ("2,FL1-A,FL3-A,1,nan,0.1,1", "1 of 4 coefficients are no finite numbers"),
        ("2,FL1-A,FL3-A,1,,0.1,1", "1 of 4 coefficients are no finite numbers"),
        ("2,FL1-A,APC-A,1,0.2,0.1,1", "1 of 2 names are no $PnN: APC-A"),
        ("2,FL1-A,FL1-A,1,0.2,0.1,1", "2 names mean 1 detectors"),
        ("2,1,9,1,0.2,0.1,1", "2 of 2 names are no $PnN: 1, 9"),
        ("2,FL1-A,FL3-A,0,0.2,0.1,1", "the diagonal is not positive"),
        ("2,FL1-A,FL3-A,1e-308,1e308,0.1,1", "coefficients exceed all numbers"),
        ("x,FL1-A", "begins with 'x', not with a number of detectors"),
        ("999999999,FL1-A", "begins with '999999999', not with a number of detectors"),
        ("0", "begins with '0', not with a number of detectors"),
    ],
)
def test_what_cannot_be_used_says_why(value, why):
    dataset = read(_SPILL=value)
    assert dataset.spillover is None
    assert not dataset.compensated
    (finding,) = dataset.findings
    assert why in finding.message
    assert finding.code is ReasonCode.COMP_MATRIX_MISSING


def test_comp_without_names_among_other_parameters():
    assert "2 detectors without names among 3 parameters" in messages(read(_COMP="2,1,0,0,1"))


def test_the_next_keyword_is_tried():
    dataset = read(**{"_$SPILLOVER": "2,FL1-A,FL3-A", "_SPILL": NAMED})
    assert dataset.spillover.source == "SPILL"
    assert "$SPILLOVER cannot be used" in messages(dataset)


def test_nothing_written_nothing_said():
    dataset = read()
    assert (dataset.spillover, dataset.compensated, dataset.findings) == (None, False, ())


def test_identity_counts_as_compensated_but_not_in_silence():
    dataset = read(_SPILL="2,FL1-A,FL3-A,1,0,0,1")
    assert dataset.compensated
    assert dataset.findings[-1].code is ReasonCode.COMP_MATRIX_MISSING


def dfc(**percents: str) -> dict[str, str]:
    return {f"_${key}": value for key, value in percents.items()}


def test_percentages_of_the_instrument_were_applied_by_it():
    dataset = read(**dfc(DFC1TO2="20.9", DFC2TO1="0.7", DFC1TO3="0.00", DFC4TO1="0.0"))
    np.testing.assert_allclose(dataset.spillover.matrix, [[1, 0.209, 0], [0.007, 1, 0], [0, 0, 1]])
    assert dataset.compensated
    assert "was applied by the instrument" in messages(dataset)


def test_percentages_below_one_stay_percentages():
    dataset = read(**dfc(DFC1TO2="0.9"))
    np.testing.assert_allclose(dataset.spillover.matrix, [[1, 0.009], [0, 1]])
    assert "read as percent" in messages(dataset)


@pytest.mark.parametrize(
    ("percents", "names", "why"),
    [
        (dfc(DFC1TO9="3"), {}, "no $PnN begins with FL9"),
        (dfc(DFC1TO2="x"), {}, "a percentage is no finite number"),
        (dfc(DFC1TO2="0"), {"P1N": "A", "P2N": "B", "P3N": "C"}, "begins with FL and a number"),
    ],
)
def test_percentages_that_cannot_be_used(percents, names, why):
    dataset = read(**percents, **names)
    assert dataset.spillover is None
    assert why in messages(dataset)


@pytest.mark.parametrize("name", ["Comp-FITC-A", "<FITC-A>", "comp-FITC-A"])
def test_columns_named_as_compensated(name):
    dataset = read(P1N=name, _SPILL="2,FITC-A,FL3-A,1,0.2,0.1,1")
    assert dataset.compensated
    assert dataset.spillover is None
    assert "named as compensated" in messages(dataset)


def test_compensated_columns_beside_raw_ones_say_nothing():
    dataset = read(P1N="Comp-FL3-A", _SPILL="2,FL2-A,FL3-A,1,0.2,0.1,1")
    assert not dataset.compensated
    assert dataset.spillover is not None


def test_what_the_acquisition_software_showed_is_no_compensation():
    assert not read(**{"_APPLY COMPENSATION": "TRUE", "_SPILL": NAMED}).compensated
