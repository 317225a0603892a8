"""The pages in a real browser: sorting, filtering, opening, printing; nothing leaves the page."""

from __future__ import annotations

import itertools
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from flowpheno.report.html import write_report
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
    write_report(run_of("b", HOSTILE, "a10", "a9", marker=HOSTILE), out)
    return out / "report"


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
        page.get_by_label("Filter").fill("")
        assert len(names(page)) == 4


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
