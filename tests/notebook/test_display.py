"""How values look in Jupyter."""

import sys
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter

import flowpheno as fp
from flowpheno import notebook
from flowpheno.api import Classified, Cohort
from flowpheno.comparison import compare, profile
from flowpheno.notebook.markup import table
from flowpheno.panel.definitions import load_definitions
from flowpheno.phenotype import Phenotype
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
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)
    notebook.register()
    data, _ = formatter.format(classified)
    assert data["text/html"] == notebook.classified_html(classified)
    figure = draw(classified.result.tubes[0].plots[0])
    data, _ = formatter.format(figure)
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")


def test_without_ipython_nothing_is_registered(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    notebook.register()


def test_a_comparison_shows_every_marker(results_profile):
    limits = load_definitions().comparison
    comparison = compare(results_profile, results_profile, limits, rng=np.random.default_rng(1))
    html = notebook.comparison_html(comparison)
    assert html.startswith("<b>PHENOTYPE_STABLE</b>")
    assert "CD10" in html


def test_a_specimen_shows_what_a_person_said_and_its_tubes():
    sample, _ = marrow()
    said = {"patient": HOSTILE, "therapy": frozenset({fp.Therapy.ANTI_CD19})}
    html = _safe(notebook.specimen_html(fp.Specimen(name=HOSTILE, tubes=(sample,), **said)))
    assert "therapy: anti_CD19" in html
    assert "history of B-precursor ALL: not known" in html
    assert "tube marrow: CD45, CD19, CD10, CD34" in html
    assert "material" not in html


def test_a_population_shows_counts_and_no_percentage_it_cannot_know():
    _, populations = marrow()
    population = replace(populations["blasts"], name=HOSTILE, by="two & more", confidence=0.93)
    html = _safe(notebook.population_html(population))
    assert f"{population.n:,} of the 4,000 events of the tube, within nucleated" in html
    assert "found by two &amp; more" in html
    assert "93 % agreement" in html
    bare = notebook.population_html(populations["nucleated"])
    assert "within all events" in bare
    assert "agreement" not in bare


def test_a_phenotype_shows_every_call_with_its_interval():
    (phenotype,) = run_of("a").specimens[0].tubes[0].phenotypes
    html = _safe(notebook.phenotype_html(replace(phenotype, population=HOSTILE)))
    for marker in phenotype.calls:
        assert marker in html
    assert " to " in html
    assert "not negative" in html
    typed = notebook.phenotype_html(Phenotype(population="typed", calls={}))
    assert "percent rule" not in typed


def test_a_match_says_what_would_decide_it():
    match = run_of("a").specimens[0].matches[0]
    html = _safe(notebook.match_html(replace(match, title=HOSTILE)))
    assert "undetermined" in html
    assert "cannot be told" in html
    assert "Would decide: cyMPO" in html


def test_drawn_gates_and_found_populations_show_parents():
    sample, _ = marrow()
    side = fp.gates.Dimension(channel="SSC-A")
    gate = fp.gates.Threshold(id="granular", dimension=side, value=50_000.0)
    html = notebook.gated_html(fp.gate(sample, fp.Strategy(gates=(gate,), name=HOSTILE)))
    assert "all events" in _safe(html)
    assert "granular" in html
    html = _safe(notebook.populations_html(fp.populations(replace(sample, name=HOSTILE))))
    assert "nucleated" in html
    assert "percent_of_parent" in html


def test_a_long_table_says_how_much_more_there_is():
    html = table(pd.DataFrame({"n": range(75)}))
    assert "and 15 rows more" in html
    assert html.count("<tr") == 61


def test_only_names_for_a_person_are_completed():
    assert dir(fp) == sorted(fp.__all__)
