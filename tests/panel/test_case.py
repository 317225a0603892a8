"""Case files: what is refused, with every line."""

from __future__ import annotations

from typing import get_args

import pytest

from flowpheno.errors import PanelError
from flowpheno.panel.case import StatedWord, load_case, load_case_limits
from flowpheno.panel.files import builtin_directory
from flowpheno.verdict import SpecimenVerdict

HEAD = "patient: P1\ndiagnosis: ALL\nknown_bcp_all: true\n"
GOOD = "specimens:\n  - {id: A, material: bone_marrow, order: 1, flow: performed"


def write(tmp_path, text):
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_person_may_state_every_specimen_verdict():
    assert set(get_args(StatedWord)) == {word.value for word in SpecimenVerdict}


def test_dates_and_paths_are_read(tmp_path):
    case = load_case(write(tmp_path, f"{HEAD}{GOOD}, date: 2012-05-01, fcs: [a/b.fcs]}}\n"))
    assert case.specimens[0].fcs[0].name == "b.fcs"
    assert case.specimens[0].date is not None
    assert case.specimens[0].site == ""


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (", fcs: [a.fcs], results: out", "give one of fcs, results and verdict"),
        (", verdict: {verdict: SUSPICIOUS}", "by: Field required"),
        (", verdict: {verdict: RELAPSE, by: me}", "Input should be 'CONFIRMED_BCP_ALL'"),
        (", verdict: {verdict: SUSPICIOUS, by: lab, n_blasts: 5}", "are given together"),
        (
            ", verdict: {verdict: SUSPICIOUS, by: lab, n_blasts: 5, n_nucleated: 4}",
            "n_blasts is larger",
        ),
        (", morphology: {blast_percent: 101}", "less than or equal to 100"),
        (", date: last May", "date"),
        (", colour: red", "colour: Extra inputs are not permitted"),
        (", laterality: up", "laterality"),
        (", therapy: [aspirin]", "therapy"),
    ],
)
def test_a_specimen_that_makes_no_sense_is_refused_with_its_line(tmp_path, more, sentence):
    with pytest.raises(PanelError, match="line 5: ") as caught:
        load_case(write(tmp_path, f"{HEAD}{GOOD}{more}}}\n"))
    assert sentence in str(caught.value)


def test_files_without_flow_are_refused(tmp_path):
    text = "specimens: [{id: A, material: csf, order: 1, flow: not_performed, fcs: [a.fcs]}]\n"
    with pytest.raises(PanelError, match="flow is not_performed, yet"):
        load_case(write(tmp_path, HEAD + text))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("specimens: []\n", "at least 1 item"),
        ("specimens: [{id: A, material: csf, flow: performed}]\n", "a date or an order"),
        (f"{GOOD}}}\n  - {{id: A, material: csf, order: 2, flow: performed}}\n", "given twice: A"),
        (
            f"{GOOD}}}\n  - {{id: C, material: csf, date: 2012-05-01, flow: performed}}\n",
            "every specimen needs an order",
        ),
        (f"remissions: [{{after: Z}}]\n{GOOD}}}\n", "not here: Z"),
        (f"remissions: [{{}}]\n{GOOD}}}\n", "a date or the specimen it came after"),
    ],
)
def test_a_case_that_makes_no_sense_is_refused(tmp_path, text, sentence):
    with pytest.raises(PanelError, match="line") as caught:
        load_case(write(tmp_path, HEAD + text))
    assert sentence in str(caught.value)


def test_every_problem_is_listed_not_only_the_first(tmp_path):
    text = "patient: ''\ndiagnosis: ALL\nknown_bcp_all: perhaps\nspecimens:\n  - {id: A}\n"
    with pytest.raises(PanelError) as caught:
        load_case(write(tmp_path, text))
    lines = {problem.split(":")[0] for problem in caught.value.problems}
    assert {"line 1", "line 3", "line 5"} <= lines


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("relapse_percent: 25 ", "relapse_percent: 5 ", "likely_percent < relapse_percent"),
        ("sensitivity: 0.95", "sensitivity: 1.5", "less than or equal to 1"),
        ("concordance_days: 14", "concordance_days: -1", "greater than or equal to 0"),
    ],
)
def test_limits_that_make_no_sense_are_refused(tmp_path, old, new, sentence):
    text = (builtin_directory() / "case.yaml").read_text(encoding="utf-8")
    assert old in text
    write(tmp_path, text.replace(old, new))
    with pytest.raises(PanelError, match=sentence):
        load_case_limits(tmp_path)
