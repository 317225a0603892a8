"""What is written can be read again and says what was found."""

import json

import numpy as np
import pandas as pd
import pytest

from flowpheno.evaluation import evaluate, group_table, specimen_table, write_evaluation
from flowpheno.evaluation.picture import evaluation_plot
from flowpheno.evaluation.tables import SPECIMEN_COLUMNS
from flowpheno.report.figures.evaluation import draw_evaluation


@pytest.fixture
def evaluation(results, label_file, called):
    paths = [label_file("494", called), label_file("lost", called)]
    paths.append(label_file("b", np.zeros_like(called)))
    return evaluate(results("494", "b", "other", simulated=True), paths)


def test_tables_json_and_picture_are_written(tmp_path, evaluation, rules):
    picture = write_evaluation(evaluation, tmp_path / "out", rules)
    assert picture.read_bytes().startswith(b"\x89PNG")
    table = pd.read_csv(tmp_path / "out" / "specimens_evaluated.csv")
    assert list(table.columns) == list(SPECIMEN_COLUMNS)
    assert table["specimen"].tolist() == ["494", "b", "bad <b>", "lost", "other"]
    content = json.loads((tmp_path / "out" / "evaluation.json").read_text("utf-8"))
    assert content["simulated"] is True
    assert content["without_result"] == ["bad <b>", "lost"]
    assert content["specimens"][0]["f1"] == 1.0
    groups = pd.read_csv(tmp_path / "out" / "by_decade.csv")
    assert groups.loc[groups["group"] == "no blasts", "n_false_calls"].tolist() == [1]
    total = groups[groups["is_total"]].set_index("group")
    assert total.loc["both of these", "n"] == 3


def test_tables_hold_counts_only_where_events_are_labelled(evaluation):
    table = specimen_table(evaluation).set_index("specimen")
    assert table.loc["other", "n_true"] is pd.NA
    assert table.loc["494", "n_true"] == table.loc["494", "n_both"]
    assert group_table(evaluation)["CONFIRMED_BCP_ALL"].sum() > 0


def test_the_picture_has_every_labelled_specimen(evaluation, rules):
    plot = evaluation_plot(evaluation, rules)
    assert len(plot.points) == 3
    assert sum(sum(group.counts) for group in plot.groups) == 3
    assert "simulated" in plot.title
    figure = draw_evaluation(plot)
    drawn = sum(len(c.get_offsets()) for c in figure.axes[1].collections[1:])
    assert drawn == 3


def test_blasts_of_another_lineage_have_a_rim_and_their_own_fraction(
    results, label_file, called, tmp_path, rules
):
    table = tmp_path / "truth.csv"
    table.write_text("specimen,expected\n494,NOT_B_PRECURSOR_BLASTS\n", encoding="utf-8")
    found = evaluate(results("494"), [label_file("494", called), table])
    plot = evaluation_plot(found, rules)
    assert [point.other for point in plot.points] == [True]
    (legend,) = draw_evaluation(plot).legends
    assert "dark rim: blasts, not of B precursors" in {t.get_text() for t in legend.get_texts()}


def test_specimens_that_coincide_are_all_seen(results, label_file, called, rules):
    names = ["a", "b", "c"]
    found = evaluate(results(*names), [label_file(name, called) for name in names])
    marks = draw_evaluation(evaluation_plot(found, rules)).axes[0].collections[-1].get_offsets()
    assert len({tuple(place) for place in marks.tolist()}) == 3
    true = np.log10(100 * called.sum() / len(called))
    assert np.mean(marks[:, 0]) == pytest.approx(true)


def test_a_picture_of_nothing_says_so(tmp_path, results, rules):
    table = tmp_path / "t.csv"
    table.write_text("specimen,expected\nx,positive\n", encoding="utf-8")
    figure = draw_evaluation(evaluation_plot(evaluate(results(), [table]), rules))
    assert {t.get_text() for axes in figure.axes for t in axes.texts} >= {"no labels of events"}
