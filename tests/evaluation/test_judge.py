"""A run held against labels: counted by hand, nothing dropped."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import f1_score, precision_score, recall_score

from flowpheno.errors import LabelError
from flowpheno.evaluation import EventLabels, count_events, evaluate
from flowpheno.panel.evaluation import Outcome
from flowpheno.results import write_results
from flowpheno.verdict import SpecimenVerdict
from tests.invented import run_of


def test_events_and_fractions_are_counted(results, label_file, called):
    true = called.copy()
    hits = np.flatnonzero(called)
    true[hits[:100]] = False  # called, not labelled
    true[np.flatnonzero(~called)[:60]] = True  # labelled, not called
    evaluation = evaluate(results("494"), [label_file("494", true)])
    (found,) = [s for s in evaluation.specimens if s.specimen == "494"]
    n, both = int(called.sum()), int(called.sum()) - 100
    assert (found.counts.n_true, found.counts.n_called, found.counts.n_both) == (
        both + 60,
        n,
        both,
    )
    assert found.counts.precision == pytest.approx(both / n)
    assert found.counts.recall == pytest.approx(both / (both + 60))
    assert found.f1 == pytest.approx(2 * both / (n + both + 60))
    assert found.true_percent == pytest.approx(100 * (both + 60) / 4000)
    assert found.estimated_percent == pytest.approx(100 * n / 4000)
    assert found.log10_error == pytest.approx(abs(math.log10(n / (both + 60))))
    assert (found.expected, found.outcome, found.correct) == ("positive", "positive", True)


@given(
    arrays(bool, 40, elements=st.booleans()),
    arrays(bool, 40, elements=st.booleans()),
)
def test_counts_agree_with_scikit_learn(true, called):
    counts = count_events(EventLabels(blasts=true, nucleated=None), called)
    if true.any():
        assert counts.recall == pytest.approx(recall_score(true, called))
    if called.any():
        assert counts.precision == pytest.approx(precision_score(true, called))
    assert counts.f1 == pytest.approx(f1_score(true, called, zero_division=1.0))


def test_a_table_without_denominator_uses_that_of_the_result(results, label_file, called):
    path = label_file("494", called, csv=True)
    (found,) = [s for s in evaluate(results("494"), [path]).specimens if s.correct is not None]
    assert found.true_percent == pytest.approx(found.estimated_percent)
    assert found.log10_error == pytest.approx(0)


def test_what_lacks_a_label_or_a_result_is_listed_and_counted_as_missed(
    results, label_file, called
):
    lost = label_file("lost", called)
    evaluation = evaluate(results("494", "other"), [label_file("494", called), lost])
    assert evaluation.without_labels == ("bad <b>", "other")  # the first is a file that failed
    assert evaluation.without_result == ("bad <b>", "lost")
    missed = {s.specimen: s for s in evaluation.specimens}["lost"]
    assert (missed.outcome, missed.correct, missed.f1) == (Outcome.FAILED, False, 0.0)
    assert missed.note == "no result"
    total = evaluation.totals[0]
    assert (total.n, total.correct.k, total.outcomes[Outcome.FAILED].k) == (2, 1, 1)
    assert total.within[0.3].n == 2
    assert total.within[0.3].k == 1


def test_a_failed_file_with_labels_says_why(results, label_file, called):
    evaluation = evaluate(results("494"), [label_file("bad <b>", called)])
    bad = {s.specimen: s for s in evaluation.specimens}["bad <b>"]
    assert bad.note == "FILE segment, byte 0: empty"
    assert bad.correct is False


@pytest.mark.parametrize(
    ("verdict", "expected", "outcome", "correct"),
    [
        ("CONFIRMED_BCP_ALL", "positive", "positive", True),
        ("POSITIVE_MRD", "positive", "positive", True),
        ("POSITIVE_LOW_UNQUANT", "positive", "positive", True),
        ("POSITIVE_MRD", "CONFIRMED_BCP_ALL", "positive", False),
        ("ABERRANT_LINEAGE_INCOMPLETE", "positive", "incomplete", False),
        ("SUSPICIOUS", "positive", "suspicious", False),
        ("INDETERMINATE", "negative", "undetermined", False),
        ("NO_ABERRANT_B_PRECURSOR", "negative", "negative", True),
        ("NO_ABERRANT_B_PRECURSOR", "positive", "negative", False),
        ("NOT_B_PRECURSOR_BLASTS", "NOT_B_PRECURSOR_BLASTS", "not_b_precursor", True),
        ("POSITIVE_MRD", "negative", "positive", False),
    ],
)
def test_verdicts_against_expectations(results, tmp_path, verdict, expected, outcome, correct):
    table = tmp_path / "truth.csv"
    table.write_text(f"specimen,expected\n494,{expected}\n", encoding="utf-8")
    evaluation = evaluate(results("494", verdict=SpecimenVerdict(verdict)), [table])
    (found,) = [s for s in evaluation.specimens if s.correct is not None]
    assert (str(found.outcome), found.correct) == (outcome, correct)
    assert math.isnan(found.f1)


def test_a_false_call_is_any_blasts_where_there_are_none(results, tmp_path):
    table = tmp_path / "truth.csv"
    table.write_text("specimen,expected\n494,negative\n", encoding="utf-8")
    verdict = SpecimenVerdict.ABERRANT_LINEAGE_INCOMPLETE
    evaluation = evaluate(results("494", verdict=verdict), [table])
    assert [g.name for g in evaluation.groups] == ["no blasts"]
    assert evaluation.groups[0].false_calls.k == 1
    assert evaluation.totals[0].false_calls.n == 0


def test_labels_of_another_length_are_refused(results, label_file, called):
    with pytest.raises(LabelError, match="3999 labels, but 494 has 4000 events"):
        evaluate(results("494"), [label_file("494", called[:-1])])


def test_results_without_events_are_refused(tmp_path, label_file, called):
    write_results(run_of("494"), tmp_path / "bare")
    with pytest.raises(LabelError, match="run classify with --events"):
        evaluate(tmp_path / "bare", [label_file("494", called)])


def test_two_files_of_labels_for_one_tube_are_refused(results, label_file, called):
    both = [label_file("494", called), label_file("494", called, csv=True)]
    with pytest.raises(LabelError, match="holds labels of 494 already"):
        evaluate(results("494"), both)


def test_labels_that_fit_two_tubes_are_refused(results, label_file, called):
    with pytest.raises(LabelError, match="could be the labels of"):
        evaluate(results("494", "494"), [label_file("494", called)])
