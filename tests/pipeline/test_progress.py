"""Progress where a person looks on."""

import io
import sys

from flowpheno.pipeline.progress import in_jupyter, progress_bar


def test_in_a_pipe_there_is_none(capsys):
    with progress_bar("Judging") as advance:
        assert advance is None
    said = capsys.readouterr()
    assert said.out + said.err == ""


def test_on_a_terminal_it_counts_and_takes_names_as_they_are(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("Judging") as advance:
        advance(1, 2, "[red]a.fcs")
        advance(2, 2, "[red]b.fcs")
    assert "2/2" in terminal.getvalue()
    assert "[red]b.fcs" in terminal.getvalue()


def test_in_jupyter_it_is_a_bar_that_escapes_names(monkeypatch):
    shown = []

    class Handle:
        def update(self, page):
            shown.append(page.data)

    kernel = type("Shell", (), {"kernel": None})()
    monkeypatch.setattr("IPython.get_ipython", lambda: kernel)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: Handle())
    assert in_jupyter()
    with progress_bar("Judging") as advance:
        advance(1, 2, "<b>.fcs")
    assert shown == ["Judging <progress value='1' max='2'></progress> 1/2 &lt;b&gt;.fcs"]
