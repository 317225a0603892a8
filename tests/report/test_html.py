"""The pages: verdict first, nothing loaded, nothing from outside unescaped."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from flowpheno.clonality import Clonality
from flowpheno.finding import ReasonCode
from flowpheno.matching import Outcome
from flowpheno.panel.verdicts import load_verdict_texts
from flowpheno.report.html import index_page, write_report
from flowpheno.report.identity import report_id
from flowpheno.results import write_results
from flowpheno.verdict import SpecimenVerdict
from tests.invented import run_of

HOSTILE = "<script>alert(1)</script>"
ELSEWHERE = re.compile(r"https?:|//|url\(|@import", re.IGNORECASE)


class _Page(HTMLParser):
    """Collects every element with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def _pages(folder):
    return {p.name: p.read_text("utf-8") for p in (folder / "report").iterdir()}


def test_there_is_a_page_for_each_specimen_and_the_index_links_them(tmp_path):
    index = write_report(run_of("494", "b"), tmp_path)
    assert index == tmp_path / "report" / "index.html"
    pages = _pages(tmp_path)
    assert set(pages) == {"index.html", "494.html", "b.html"}
    links = {a["href"] for a in _Page(pages["index.html"]).all("a")}
    assert links == {"#content", "494.html", "b.html"}


def test_hostile_names_are_escaped_everywhere(tmp_path):
    write_report(run_of(HOSTILE, marker=HOSTILE), tmp_path)
    pages = _pages(tmp_path)
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+\.html", name) for name in pages)
    for page in pages.values():
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page
        assert len(_Page(page).all("script")) == 1
    assert "bad &lt;b&gt;.fcs" in pages["index.html"]


@pytest.mark.parametrize("name", ["../x", "ü" * 300, "\udcff", "", "index"])
def test_any_name_gives_a_page_inside_the_folder(tmp_path, name):
    write_report(run_of(name), tmp_path)
    assert len(list((tmp_path / "report").iterdir())) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["report"]


def test_a_page_loads_nothing(tmp_path):
    write_report(run_of("494"), tmp_path)
    for text in _pages(tmp_path).values():
        page = _Page(text)
        sources = [a[k] for _, a in page.elements for k in ("src", "href", "action") if k in a]
        assert all(s.startswith(("data:", "#")) or s.endswith(".html") for s in sources)
        assert not any(a for a in page.all("script"))
        assert not any(
            "style" in a or any(k.startswith("on") for k in a) for _, a in page.elements
        )
        without_pictures = re.sub(r'"data:[^"]*"', '""', text)
        assert not ELSEWHERE.search(without_pictures)
        (policy,) = [a for a in page.all("meta") if a.get("http-equiv")]
        assert policy["content"].startswith(
            "default-src 'none'; img-src data:; style-src 'sha256-"
        )
        assert "unsafe" not in policy["content"]


def test_the_verdict_comes_first_and_says_why(tmp_path):
    write_report(run_of("494"), tmp_path)
    page = _pages(tmp_path)["494.html"]
    order = [
        "B-precursor ALL confirmed",
        "Why",
        "What limits it",
        "Markers",
        "Plots",
        "Populations",
    ]
    places = [
        page.index(f">{words}</h2>") if words != order[0] else page.index(words) for words in order
    ]
    assert places == sorted(places)
    texts = load_verdict_texts()
    for words in (
        "CONFIRMED_BCP_ALL",
        "1,415",
        "The template was not used.",
        texts.reasons[ReasonCode.LINEAGE_FROM_HISTORY],
        "ab" * 32,
        "cd" * 32,
        "matrix of the file",
        "not: cyMPO positive",
        "B 7 (up to 10",
    ):
        assert words in page


def test_every_page_says_research_use_only(tmp_path):
    write_report(run_of("494"), tmp_path)
    for page in _pages(tmp_path).values():
        assert "RESEARCH USE ONLY. Not for diagnostic use. Not CE-IVDR/FDA cleared." in page


@pytest.mark.parametrize("simulated", [True, False])
def test_what_is_simulated_is_called_simulated(tmp_path, simulated):
    write_report(run_of("494", simulated=simulated), tmp_path)
    assert all(("SIMULATED DATA" in page) == simulated for page in _pages(tmp_path).values())


def test_a_negative_never_goes_without_the_sentence_on_sites(tmp_path):
    sentence = load_verdict_texts().single_site
    said = run_of("said", verdict=SpecimenVerdict.NO_ABERRANT_B_PRECURSOR, limitations=(sentence,))
    left_out = run_of("left_out", verdict=SpecimenVerdict.NO_ABERRANT_B_PRECURSOR)
    positive = run_of("positive")
    for run in (said, left_out, positive):
        write_report(run, tmp_path)
    pages = _pages(tmp_path)
    counts = [pages[f"{name}.html"].count(sentence) for name in ("said", "left_out", "positive")]
    assert counts == [1, 1, 0]


@pytest.mark.parametrize(
    ("verdict", "n"),
    [*((verdict, 12) for verdict in SpecimenVerdict), ("INDETERMINATE", 0), ("SUSPICIOUS", 1)],
)
def test_every_verdict_on_few_events_has_a_page(tmp_path, verdict, n):
    write_report(run_of("x", verdict=SpecimenVerdict(verdict), n=n), tmp_path)
    page = _pages(tmp_path)["x.html"]
    assert SpecimenVerdict(verdict).value in page
    assert not re.search(r"\bnan\b", re.sub(r'"data:[^"]*"', '""', page), re.IGNORECASE)


def test_pages_can_be_made_again_from_the_folder(tmp_path):
    run = run_of("494", HOSTILE)
    write_results(run, tmp_path)
    write_report(run, tmp_path / "a")
    write_report(tmp_path, tmp_path / "b")
    assert _pages(tmp_path / "a") == _pages(tmp_path / "b")


def test_pictures_have_words(tmp_path):
    write_report(run_of("494"), tmp_path)
    pictures = _Page(_pages(tmp_path)["494.html"]).all("img")
    assert len(pictures) == 4  # three of the tube, and populations against markers
    assert all(len(picture["alt"]) > 30 for picture in pictures)
    assert all(int(picture["width"]) > 100 < int(picture["height"]) for picture in pictures)


def test_pictures_of_cleaning_stand_with_quality_and_those_of_gates_with_plots(tmp_path):
    write_report(run_of("494"), tmp_path)
    page = _pages(tmp_path)["494.html"]
    plots, quality = page.index('id="plots"'), page.index('id="quality"')
    assert plots < page.index('alt="SSC against CD45') < quality < page.index('alt="Events over')


def test_a_report_has_an_id_that_changes_with_the_input_and_not_with_the_patient(tmp_path):
    run = run_of("494")
    (specimen,) = run.specimens
    other = replace(specimen, patient="somebody else")
    (tube,) = specimen.tubes
    changed = replace(specimen, tubes=(replace(tube, sha256="ef" * 32),))
    assert report_id(specimen, run) == report_id(other, run) != report_id(changed, run)
    write_report(run, tmp_path)
    assert report_id(specimen, run) in _pages(tmp_path)["494.html"]


def test_what_matches_stands_first_and_open(tmp_path):
    run = run_of("494")
    (specimen,) = run.specimens
    (match,) = specimen.matches
    found = replace(match, title="Zebra", outcome=Outcome.MATCH)
    run = replace(run, specimens=(replace(specimen, matches=(match, found)),))
    write_report(run, tmp_path)
    page = _pages(tmp_path)["494.html"]
    assert page.index("<summary>Zebra: match") < page.index(
        f"<summary>{match.title}: undetermined"
    )
    assert "<details open>\n<summary>Zebra: match" in page


def test_landmarks_and_headings_are_there(tmp_path):
    write_report(run_of("494"), tmp_path)
    page = _Page(_pages(tmp_path)["494.html"])
    assert [len(page.all(tag)) for tag in ("main", "header", "footer", "nav", "h1")] == [1] * 5
    ids = {a["id"] for _, a in page.elements if "id" in a}
    assert all(a["aria-labelledby"] in ids for a in page.all("section"))


def test_an_empty_batch_has_an_index(tmp_path):
    page = write_report(run_of(), tmp_path).read_text("utf-8")
    assert "Batch of 0 specimens" in page


def test_every_code_is_explained():
    texts = load_verdict_texts()
    assert set(texts.verdicts) == set(SpecimenVerdict)
    assert set(texts.clonality) == set(Clonality)
    assert set(texts.reasons) == set(ReasonCode)


def _with_populations(run, *names):
    (specimen,) = run.specimens
    (tube,) = specimen.tubes
    (first,) = tube.phenotypes
    more = tuple(replace(first, population=name) for name in names)
    tube = replace(tube, phenotypes=(*more[:1], first, *more[1:]))
    return replace(run, specimens=(replace(specimen, tubes=(tube,)),))


def test_a_page_shows_few_populations_and_names_the_others(tmp_path):
    run = _with_populations(run_of("494"), "non_B_blasts", "T", "mono", "B_precursors")
    write_report(run, tmp_path)
    page = _pages(tmp_path)["494.html"]
    headings = re.findall(r"<h3>(?:<[^>]*>)*([^<]+)</h3>", page[page.index('id="markers"') :])
    assert [h for h in headings if "blasts" in h or h == "T"] == ["non B blasts", "blasts", "T"]
    assert "stand in <code>markers.csv</code>: mono, B precursors." in page


def test_a_page_with_nothing_left_over_does_not_send_to_a_table(tmp_path):
    write_report(run_of("494"), tmp_path)
    assert "markers.csv" not in _pages(tmp_path)["494.html"]


def test_reasons_of_every_specimen_are_said_once():
    texts = load_verdict_texts()
    run = run_of("a", "b", "c")
    first = run.specimens[0]
    more = replace(first.verdict, reasons=(*first.verdict.reasons, ReasonCode.TUBES_DISAGREE))
    run = replace(run, specimens=(replace(first, verdict=more), *run.specimens[1:]))
    page = index_page(run, ["a.html", "b.html", "c.html"], texts)
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "<code>NO_NORMAL_TEMPLATE</code>" in page[: page.index("<tbody>")]
    assert "<code>NO_NORMAL_TEMPLATE</code>" not in table
    assert table.count("<code>TUBES_DISAGREE</code>") == 1
    two = index_page(replace(run, specimens=run.specimens[1:]), ["b.html", "c.html"], texts)
    assert two[two.index("<tbody>") :].count("<code>NO_NORMAL_TEMPLATE</code>") == 3  # 2 and a key
