"""The browser's half, in a real browser: drawn by mouse and keys, answered by Python."""

from pathlib import Path

import pytest

import flowpheno as fp

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
editor_module = pytest.importorskip(
    "flowpheno.widget.editor", reason="the extra 'widget' is not installed"
)

CHROMIUM = Path("/usr/bin/chromium")
STATIC = Path(fp.__file__).parent / "widget" / "static"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>editor</title>
<link rel="stylesheet" href="gate_editor.css"><main id="here"></main>
<script type="module">
  import widget from "./gate_editor.js";
  const heard = {}, held = {};
  const model = {
    get: (name) => held[name],
    on: (name, call) => (heard[name] ??= []).push(call),
    off: () => {},
    send: async (content) => take(await window.python(content)),
  };
  function take({ view, density, sent }) {
    const bins = Math.sqrt(density.length);
    Object.assign(held, { view, bins, density: new Uint8Array(density) });
    for (const name of ["change:density", "change:view"]) heard[name]?.forEach((call) => call());
    for (const content of sent) for (const call of heard["msg:custom"] ?? []) call(content);
  }
  take(await window.python({ kind: "look" }));
  widget.render({ model, el: document.getElementById("here") });
  document.body.dataset.ready = "yes";
</script></html>"""
TYPES = {"js": "text/javascript", "css": "text/css"}


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def opened(browser, tube, monkeypatch):
    """An editor, and the page that shows it; nothing is fetched, the console stays silent."""
    editor = fp.gate_editor(tube, "CD19", "CD10")
    sent, said = [], []
    monkeypatch.setattr(editor, "send", sent.append)

    def answer(content):
        sent.clear()
        editor.do(content)
        return {"view": editor.view, "density": list(editor.density), "sent": list(sent)}

    def serve(route):
        name = route.request.url.rsplit("/", 1)[-1]
        if not name:
            route.fulfill(body=PAGE, content_type="text/html")
        elif (STATIC / name).is_file():
            kind = TYPES[name.rsplit(".", 1)[-1]]
            route.fulfill(body=(STATIC / name).read_text("utf-8"), content_type=kind)
        else:
            route.fulfill(status=404)

    page = browser.new_page(viewport={"width": 1100, "height": 800})
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route("**/*", serve)
    page.expose_function("python", answer)
    page.goto("http://editor.test/")
    page.wait_for_selector("body[data-ready=yes]")
    yield editor, page
    page.close()
    assert [text for text in said if "favicon" not in text and "404" not in text] == []


def _at(page, x, y):
    """Where a place of the plot is on the page."""
    box = page.locator(".fp-plot canvas").bounding_box()
    return box["x"] + 1 + x * (box["width"] - 2), box["y"] + 1 + (1 - y) * (box["height"] - 2)


def _draw(page, tool, *, first, last, name=""):
    page.get_by_label("Name of the chosen or next gate").fill(name)
    page.get_by_role("button", name=tool, exact=True).click()
    page.mouse.move(*_at(page, *first))
    page.mouse.down()
    page.mouse.move(*_at(page, *last), steps=4)
    page.mouse.up()


def _rows(page):
    rows = page.locator(".fp-editor tbody tr")
    return [rows.nth(n).inner_text().split("\t") for n in range(rows.count())]


def _wait(page, text):
    page.wait_for_function(
        "(t) => document.querySelector('tbody').innerText.includes(t)", arg=text
    )


def test_axes_have_decades_and_names(opened):
    _, page = opened
    labels = page.locator(".fp-plot svg text").all_text_contents()
    assert "CD19 APC" in labels
    assert "CD10 PE" in labels
    assert {"0", "10³", "10⁴", "10⁵"} <= set(labels)


def test_a_rectangle_drawn_by_mouse_is_counted_by_python(opened):
    editor, page = opened
    _draw(page, "Rectangle", first=(0.4, 0.4), last=(0.98, 0.98), name="bright")
    _wait(page, "bright")
    assert _rows(page) == [["bright", "all events", "2,000 of 4,000", "50.0 %"]]
    assert editor.table["n"].tolist() == [2000]


def test_a_count_is_shown_while_the_hand_moves(opened):
    editor, page = opened
    page.get_by_role("button", name="Ellipse", exact=True).click()
    page.mouse.move(*_at(page, 0.4, 0.4))
    page.mouse.down()
    page.mouse.move(*_at(page, 0.95, 0.95), steps=3)
    _wait(page, "gate 1")
    assert editor.strategy.gates == ()
    page.keyboard.press("Escape")
    page.mouse.up()
    page.wait_for_function("() => !document.querySelector('tbody').innerText")
    assert editor.strategy.gates == ()


def test_a_polygon_is_closed_by_a_key_undone_and_redone(opened):
    editor, page = opened
    page.get_by_role("button", name="Polygon", exact=True).click()
    for corner in ((0.4, 0.4), (0.98, 0.4), (0.98, 0.98), (0.4, 0.98)):
        page.mouse.click(*_at(page, *corner))
    page.keyboard.press("Enter")
    _wait(page, "2,000 of 4,000")
    assert isinstance(editor.strategy.gates[0], fp.gates.Polygon)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("() => !document.querySelector('tbody').innerText")
    page.get_by_role("button", name="Redo").click()
    _wait(page, "2,000 of 4,000")
    assert page.get_by_role("button", name="Redo").is_disabled()


def test_a_gate_is_chosen_moved_renamed_and_taken_away(opened):
    editor, page = opened
    _draw(page, "Rectangle", first=(0.4, 0.4), last=(0.9, 0.9))
    _wait(page, "gate 1")
    page.locator("tbody button").click()
    assert page.locator(".fp-handle").count() == 4
    page.mouse.move(*_at(page, 0.6, 0.6))
    page.mouse.down()
    page.mouse.move(*_at(page, 0.3, 0.3), steps=3)
    page.mouse.up()
    page.wait_for_function("() => !document.querySelector('tbody').innerText.includes('2,000 of')")
    low = editor.strategy.gates[0].intervals[0].low
    page.mouse.move(*_at(page, 0.1, 0.1))
    page.mouse.down()
    page.mouse.move(*_at(page, 0.05, 0.05), steps=3)
    page.mouse.up()
    name = page.get_by_label("Name of the chosen or next gate")
    name.fill("B cells")
    name.press("Enter")
    _wait(page, "B cells")
    assert editor.strategy.gates[0].intervals[0].low < low
    page.get_by_role("button", name="Delete").click()
    page.wait_for_function("() => !document.querySelector('tbody').innerText")
    assert editor.strategy.gates == ()


def test_a_population_is_looked_into_on_other_axes(opened):
    editor, page = opened
    _draw(page, "Rectangle", first=(0.4, 0.4), last=(0.98, 0.98), name="bright")
    _wait(page, "bright")
    page.get_by_label("within").select_option("bright")
    page.get_by_label("x axis").select_option("FSC-A")
    page.wait_for_function("() => document.querySelector('svg').textContent.includes('FSC-A')")
    assert "2,000 events of bright shown" in page.locator("caption").inner_text()
    _draw(page, "Rectangle", first=(0.02, 0.02), last=(0.98, 0.98), name="all of it")
    _wait(page, "all of it")
    assert editor.strategy.gates[1].parent == "bright"
    assert "<1>" in page.locator("caption").inner_text()


def test_gates_are_saved_as_files(opened, tube, tmp_path):
    editor, page = opened
    _draw(page, "Ellipse", first=(0.4, 0.4), last=(0.95, 0.95), name="bright")
    _wait(page, "bright")
    for label, ending in (("Save YAML", "yaml"), ("Save Gating-ML", "xml")):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        path = tmp_path / f"saved.{ending}"
        download.value.save_as(path)
        assert fp.gate(tube, path).table["n"].tolist() == editor.table["n"].tolist()
