"""Two specimens held against each other."""

from dataclasses import replace

import pytest

from flowpheno.errors import ResultsError
from flowpheno.pipeline.directory import Options
from flowpheno.pipeline.pair import blast_profile, compare_results, run_of
from flowpheno.results import write_results
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
