"""The pages in a real browser: sorting, filtering, opening, printing; nothing leaves the page."""

from __future__ import annotations

import itertools
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from flowpheno.case import judge_case
from flowpheno.comparison import Comparison, MarkerShift, ShiftCall, Stability
from flowpheno.comparison.similarity import measure_similarity
from flowpheno.marker import Marker
from flowpheno.panel.case import Case, load_case_limits
from flowpheno.phenotype import Call, MarkerCall
from flowpheno.report.html import write_case_page, write_comparison_page, write_report
from flowpheno.statistics import wilson_percent
from flowpheno.verdict import SpecimenVerdict
from tests.invented import run_of

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "<script>alert(1)</script>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")

# WCAG 2 contrast of every text against the first opaque background behind it
CONTRAST = """() => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const found = channels(getComputedStyle(e).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.tagName === "SCRIPT" || !element.checkVisibility()) continue;
    const pair = [light(channels(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) poor.push([element.outerHTML.slice(0, 80), ratio]);
  }
  return poor;
}"""


@dataclass
class Seen:
    """What a page did besides being shown."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("pages")
    run = run_of("b", HOSTILE, "a10", "a9", marker=HOSTILE)
    (suspicious,) = run_of("a9", verdict=SpecimenVerdict.SUSPICIOUS).specimens
    write_report(replace(run, specimens=(*run.specimens[:3], suspicious)), out)
    return out / "report"


@pytest.fixture(scope="module")
def other_pages(tmp_path_factory):
    """A case, and a comparison, of hostile names."""
    out = tmp_path_factory.mktemp("others")
    stated = {"by": "report", "blast_percent": 41.0, "verdict": "CONFIRMED_BCP_ALL"}
    given = {"material": "bone_marrow", "flow": "performed", "verdict": stated}
    specimens = [
        {"id": HOSTILE, "order": 0, "site_text": HOSTILE, **given},
        {"id": "B", "order": 1, "site_text": "left posterior ilium", **given},
    ]
    described = Case.model_validate(
        {"patient": HOSTILE, "diagnosis": "x", "known_bcp_all": True, "specimens": specimens}
    )
    case = judge_case(described, {}, limits=load_case_limits())
    side = MarkerCall(
        marker=Marker("CD10"),
        call=Call.POSITIVE,
        n=50,
        median=900.0,
        percent=wilson_percent(9, 50),
    )
    shift = MarkerShift(
        marker=Marker(HOSTILE), call=ShiftCall.DOWN, diagnosis=side, relapse=side,
        delta_log10=-0.4, low=-0.5, high=-0.3,
    )  # fmt: skip
    comparison = Comparison(
        verdict=Stability.SHIFTED, reasons=(), shifts=(shift,),
        similarity=measure_similarity((shift,)), kept=(), lost=(Marker("CD10"),), gained=(),
        lost_percent=100.0, lineage_switch=False, implications=(HOSTILE,),
    )  # fmt: skip
    names = (HOSTILE, "relapse")
    return {
        "case": write_case_page(case, out / "case.html", simulated=True),
        "comparison": write_comparison_page(comparison, out / "comparison.html", names=names),
    }


@contextmanager
def opened(browser, path: Path, **context):
    seen = Seen()
    page = browser.new_page(**context)
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))

    def dismiss(dialog):
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto(path.as_uri())
    yield page, seen
    page.close()


def names(page):
    return [cell.inner_text() for cell in page.locator("tbody th[scope=row] a:visible").all()]


def test_pages_are_quiet_and_load_nothing(browser, folder):
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == 5
    for path in pages:
        with opened(browser, path) as (page, seen):
            assert page.evaluate("document.readyState") == "complete"
            assert seen.complaints == []
            assert seen.dialogs == []
            assert {url for url in seen.requests if not url.startswith("data:")} == {path.as_uri()}


def test_the_policy_stops_what_is_not_ours(browser, folder):
    with opened(browser, folder / "index.html") as (page, seen):
        page.evaluate(
            "() => { const s = document.createElement('script'); s.textContent = 'window.bad = 1';"
            " document.body.append(s); const i = new Image(); i.src = 'http://localhost:9/x.png';"
            " document.body.append(i); }"
        )
        page.wait_for_timeout(100)
        assert page.evaluate("window.bad") is None
        assert sum("Content Security Policy" in text for text in seen.complaints) >= 2


def test_a_hostile_name_is_shown_as_text_and_opens(browser, folder):
    with opened(browser, folder / "index.html") as (page, seen):
        page.get_by_role("link", name=HOSTILE).click()
        page.wait_for_load_state()
        assert page.get_by_role("heading", level=1).inner_text() == HOSTILE
        page.get_by_role("link", name="All specimens of this batch").click()
        page.wait_for_load_state()
        assert page.url.endswith("index.html")
        assert seen.dialogs == []
        assert seen.complaints == []


def test_sorting_by_mouse_and_keyboard(browser, folder):
    with opened(browser, folder / "index.html") as (page, _):
        heading = page.get_by_role("button", name="Specimen")
        heading.click()
        assert names(page) == [HOSTILE, "a9", "a10", "b"]
        column = page.locator("thead th").first
        assert column.get_attribute("aria-sort") == "ascending"
        heading.focus()
        page.keyboard.press("Enter")
        assert names(page) == ["b", "a10", "a9", HOSTILE]
        assert column.get_attribute("aria-sort") == "descending"


def test_filtering_says_how_many_are_shown(browser, folder):
    with opened(browser, folder / "index.html") as (page, _):
        page.get_by_label("Filter").fill("a1")
        assert names(page) == ["a10"]
        assert page.get_by_role("status").inner_text() == "1 of 4 shown"
        page.get_by_label("Filter").fill("no_normal_template")  # told above the table, once
        assert len(names(page)) == 4
        page.get_by_label("Filter").fill("")
        assert len(names(page)) == 4


def test_one_verdict_can_be_shown_alone(browser, folder):
    with opened(browser, folder / "index.html") as (page, seen):
        page.get_by_label("Verdict", exact=True).select_option("SUSPICIOUS")
        assert names(page) == ["a9"]
        assert page.get_by_role("status").inner_text() == "1 of 4 shown"
        page.get_by_label("Filter").fill("a10")
        assert names(page) == []
        assert seen.complaints == []


@pytest.mark.parametrize("name", ["case", "comparison"])
def test_a_case_and_a_comparison_are_quiet_and_show_hostile_names_as_text(
    browser, other_pages, name
):
    with opened(browser, other_pages[name]) as (page, seen):
        assert page.get_by_text(HOSTILE).count() > 0
        assert page.locator("img").count() >= 2
        assert seen.complaints == seen.dialogs == []
        ours = other_pages[name].as_uri()
        assert {url for url in seen.requests if not url.startswith("data:")} == {ours}


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
@pytest.mark.parametrize("name", ["index.html", "a9.html", "case", "comparison"])
def test_axe_finds_nothing(browser, folder, other_pages, name, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is absent")
    path = other_pages.get(name) or folder / name
    size = {"width": width, "height": 900}
    with opened(browser, path, color_scheme=scheme, viewport=size) as (page, _):
        found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:90] for node in one["nodes"]]) for one in found] == []


def test_what_scrolls_sideways_is_reached_by_keyboard(browser, folder):
    for width, wanted in ((1600, 0), (360, 1)):
        with opened(browser, folder / "a9.html", viewport={"width": width, "height": 700}) as (
            page,
            _,
        ):
            assert min(page.locator(".wide[tabindex]").count(), 1) == wanted


@pytest.mark.parametrize("width", [360, 800])
def test_a_narrow_window_scrolls_tables_and_not_the_page(browser, folder, width):
    for name in ("index.html", "a9.html"):
        with opened(browser, folder / name, viewport={"width": width, "height": 700}) as (page, _):
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_pictures_are_turned_dark_in_a_dark_room(browser, folder):
    for scheme, wanted in (("light", "none"), ("dark", "invert")):
        with opened(browser, folder / "a9.html", color_scheme=scheme) as (page, _):
            look = "getComputedStyle(document.querySelector('figure img')).filter"
            assert page.evaluate(look).startswith(wanted)


def test_a_page_prints_without_what_only_a_screen_needs(browser, folder):
    with opened(browser, folder / "a9.html") as (page, _):
        assert page.pdf().startswith(b"%PDF")
        page.emulate_media(media="print")
        assert not page.get_by_role("navigation").is_visible()
        assert page.get_by_role("heading", level=1).is_visible()
        assert page.get_by_text("Research use only", exact=False).first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "a9.html"])
def test_every_text_can_be_read(browser, folder, name, scheme):
    with opened(browser, folder / name, color_scheme=scheme) as (page, _):
        assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("name", ["index.html", "a9.html"])
def test_landmarks_headings_and_names(browser, folder, name):
    with opened(browser, folder / name) as (page, _):
        for role in ("main", "banner", "contentinfo"):
            assert page.get_by_role(role).count() == 1
        levels = [int(h.evaluate("h => h.tagName[1]")) for h in page.locator("h1,h2,h3").all()]
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        assert page.locator("img:not([alt])").count() == 0
        assert page.locator("html[lang=en]").count() == 1
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate(
            "new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size"
        ) == (page.locator("[id]").count())


def test_pictures_are_there_before_anyone_scrolls(browser, folder):
    with opened(browser, folder / "a9.html") as (page, _):
        pictures = page.locator("img")
        assert pictures.count() > 0
        assert all(p.evaluate("i => i.complete && i.naturalWidth > 0") for p in pictures.all())
        assert page.locator("img[loading=lazy]").count() == 0  # paper does not scroll
