"""Two specimens held against each other."""

from dataclasses import replace

import pytest

from flowpheno.errors import ResultsError
from flowpheno.finding import ReasonCode
from flowpheno.pipeline.directory import Options
from flowpheno.pipeline.pair import blast_profile, compare_results, run_of
from flowpheno.results import write_results
from flowpheno.verdict import SpecimenVerdict
from tests.invented import run_of as invented


def test_a_results_folder_is_read_and_must_hold_one_specimen(tmp_path):
    write_results(invented("a"), tmp_path / "one")
    assert run_of(tmp_path / "one", Options()).specimens[0].specimen == "a"
    write_results(invented("a", "b"), tmp_path / "two")
    with pytest.raises(ResultsError, match="2 specimens, expected one"):
        run_of(tmp_path / "two", Options())


def test_a_file_that_cannot_be_used_is_named(tmp_path):
    path = tmp_path / "page.fcs"
    path.write_text("<html>")
    with pytest.raises(ResultsError, match=r"page\.fcs: HEADER segment, byte 0"):
        run_of(path, Options())


def test_without_blasts_there_is_no_profile_and_no_comparison():
    (result,) = invented("a").specimens
    assert blast_profile(replace(result, tubes=())) is None
    with pytest.raises(ResultsError, match="a: no aberrant population to compare"):
        compare_results(result, result)


@pytest.mark.parametrize(
    ("verdict", "reasons", "said"),
    [
        (SpecimenVerdict.NO_ABERRANT_B_PRECURSOR, (), "compare: NO_ABERRANT_B_PRECURSOR"),
        (
            SpecimenVerdict.INDETERMINATE,
            (ReasonCode.NO_NORMAL_TEMPLATE,),
            (
                "compare: INDETERMINATE (NO_NORMAL_TEMPLATE), which excludes nothing; with a "
                "normal template there may be one"
            ),
        ),
        (
            SpecimenVerdict.INDETERMINATE,
            (ReasonCode.TOO_FEW_EVENTS,),
            "compare: INDETERMINATE (TOO_FEW_EVENTS), which excludes nothing",
        ),
    ],
)
def test_nothing_to_compare_is_said_with_what_that_is_worth(verdict, reasons, said):
    (result,) = invented("a").specimens
    judged = replace(result.verdict, verdict=verdict, reasons=reasons)
    with pytest.raises(ResultsError) as raised:
        compare_results(result, replace(result, verdict=judged, tubes=()))
    assert str(raised.value).endswith(said)
