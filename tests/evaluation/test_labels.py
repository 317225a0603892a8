"""What is taken for labels, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from flowpheno.errors import LabelError
from flowpheno.evaluation import find_labels, read_event_labels


def test_labels_of_simulate_say_blasts_and_the_denominator(tmp_path, rules):
    path = tmp_path / "a.labels.parquet"
    labels = ["blast", "T", "dead", "doublet", "hematogone"]
    pd.DataFrame({"label": labels, "origin": labels}).to_parquet(path)
    found = read_event_labels(path, rules)
    assert found.blasts.tolist() == [True, False, False, False, False]
    assert found.nucleated.tolist() == [True, True, False, False, True]


@pytest.mark.parametrize("words", [("1", "0"), ("True", "false"), ("1.0", "0.0"), ("yes", "no")])
@pytest.mark.parametrize("column", ["blast", "blasts"])
def test_a_table_of_a_person_says_yes_and_no(tmp_path, rules, words, column):
    path = tmp_path / "494_labels.csv"
    path.write_text(f"index, {column}\n0,{words[0]}\n1, {words[1]}\n", encoding="utf-8")
    found = read_event_labels(path, rules)
    assert found.blasts.tolist() == [True, False]
    assert found.nucleated is None


def test_a_table_may_say_the_denominator(tmp_path, rules):
    path = tmp_path / "a.csv"
    path.write_text("blast,nucleated\n1,1\n0,0\n", encoding="utf-8")
    assert read_event_labels(path, rules).nucleated.tolist() == [True, False]


def test_a_third_word_is_refused_with_its_row(tmp_path, rules):
    path = tmp_path / "a.csv"
    path.write_text("blast\n1\nperhaps\n", encoding="utf-8")
    with pytest.raises(LabelError, match="row 2 of column 'blast' is 'perhaps', expected 0 or 1"):
        read_event_labels(path, rules)


def test_a_folder_gives_its_labels_and_passes_over_the_rest(tmp_path, rules):
    (tmp_path / "deep").mkdir()
    pd.DataFrame({"label": ["T"]}).to_parquet(tmp_path / "deep" / "a-0.5pct-1.labels.parquet")
    (tmp_path / "b_labels.csv").write_text("blast\n0\n", encoding="utf-8")
    (tmp_path / "manifest.csv").write_text("path,specimen\na.fcs,a\n", encoding="utf-8")
    (tmp_path / "truth.csv").write_text(
        "specimen,path,expected\nS,x/a-0.5pct-1.fcs,Positive\nT,,no_aberrant_b_precursor\n",
        encoding="utf-8",
    )
    found = find_labels([tmp_path], rules)
    assert sorted(found.events.values()) == ["a-0.5pct-1", "b"]
    assert found.expected == {"S": "positive", "T": "NO_ABERRANT_B_PRECURSOR"}
    assert found.specimens == {"a-0.5pct-1": "S"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2\n", "neither a column blast or blasts for each event, nor"),
        ("specimen,expected\nA,maybe\n", "line 2: expected is 'maybe' for 'A', must be one of"),
        ("specimen,expected\n,positive\n", "line 2: expected is 'positive' for ''"),
        (
            "specimen,expected\nA,positive\nA,negative\n",
            "line 3: A is negative, and positive before",
        ),
        ("", "neither a column"),
    ],
    ids=["no labels", "unknown word", "no name", "contradiction", "empty"],
)
def test_what_are_no_labels_is_refused(tmp_path, rules, text, problem):
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LabelError, match=problem):
        find_labels([path], rules)


def test_no_labels_at_all_are_refused(tmp_path, rules):
    with pytest.raises(LabelError, match="no labels among what was given"):
        find_labels([tmp_path], rules)


@pytest.mark.parametrize("name", ["a.parquet", "a.csv"])
def test_what_cannot_be_read_is_refused(tmp_path, rules, name):
    (tmp_path / name).write_bytes(b"\xff\xfe\x00PAR1")
    with pytest.raises(LabelError, match="cannot be read"):
        find_labels([tmp_path / name], rules)


def test_membership_of_results_can_be_labels(tmp_path, rules):
    pd.DataFrame({"blasts": [True, False], "nucleated": [True, True]}).to_parquet(
        tmp_path / "494.parquet"
    )
    assert list(find_labels([tmp_path], rules).events.values()) == ["494"]
    assert np.array_equal(read_event_labels(tmp_path / "494.parquet", rules).blasts, [1, 0])
