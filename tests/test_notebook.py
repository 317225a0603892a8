"""How values look in Jupyter."""

from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

import flowpheno as fp
from flowpheno import notebook
from flowpheno.api import Classified, Cohort
from flowpheno.comparison import compare, profile
from flowpheno.panel.definitions import load_definitions
from flowpheno.report.figures import draw
from tests.invented import marrow, run_of

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def classified():
    return Classified(run=run_of(HOSTILE, simulated=True), tubes=())


@pytest.fixture
def results_profile():
    sample, populations = marrow()
    (phenotype,) = run_of("a").specimens[0].tubes[0].phenotypes
    blasts, lymphocytes = (populations[name].mask for name in ("blasts", "t_cells"))
    return profile(sample, blasts, lymphocytes=lymphocytes, phenotype=phenotype)


def _safe(html):
    assert "<script>" not in html
    return html


def test_a_sample_shows_channels_and_no_keywords():
    sample, _ = marrow()
    html = _safe(notebook.sample_html(replace(sample, name=HOSTILE)))
    assert "CD10-A" in html
    assert "4,000 events" in html
    assert "secret name" not in html


def test_a_verdict_shows_count_denominator_and_limits(classified):
    html = _safe(notebook.classified_html(classified))
    verdict = classified.verdict
    assert "CONFIRMED_BCP_ALL" in html
    assert f"{verdict.n_blasts:,} of {verdict.n_nucleated:,} nucleated cells" in html
    assert "The template was not used." in html
    assert "SIMULATED" in html
    assert "Research use only." in html
    assert "LOD" in html


def test_without_events_no_percentage_is_shown(classified):
    html = notebook.verdict_html(replace(classified.verdict, n_blasts=0, n_nucleated=0))
    assert "0 of 0 nucleated cells" in html
    assert "%" not in html.split("<ul>")[0]
    assert "nan" not in html


def test_a_cohort_shows_what_could_not_be_used():
    html = _safe(notebook.cohort_html(Cohort(run=run_of("a", "b"))))
    assert html.startswith("2 specimens")
    assert "bad &lt;b&gt;.fcs" in html
    assert "SIMULATED" not in html


def test_scores():
    html = notebook.scores_html(fp.score("CD10+ CD19+ cyCD79a+ TdT+"))
    assert "EGIL: B 4.5" in html


def test_values_and_figures_are_shown_by_a_formatter(classified, monkeypatch):
    formatter = DisplayFormatter()
    shell = type("Shell", (), {"display_formatter": formatter})()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.delitem(notebook.sys.modules, "matplotlib.pyplot", raising=False)
    notebook.register()
    data, _ = formatter.format(classified)
    assert data["text/html"] == notebook.classified_html(classified)
    figure = draw(classified.result.tubes[0].plots[0])
    data, _ = formatter.format(figure)
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")


def test_without_ipython_nothing_is_registered(monkeypatch):
    monkeypatch.delitem(notebook.sys.modules, "IPython", raising=False)
    notebook.register()


def test_a_comparison_shows_every_marker(results_profile):
    limits = load_definitions().comparison
    comparison = compare(results_profile, results_profile, limits, rng=np.random.default_rng(1))
    html = notebook.comparison_html(comparison)
    assert html.startswith("<b>PHENOTYPE_STABLE</b>")
    assert "CD10" in html
