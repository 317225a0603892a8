"""Pages as PDF, and what is said where it cannot be written."""

from __future__ import annotations

import builtins

import pytest

from flowpheno.errors import MissingPackageError
from flowpheno.report.html import write_report
from flowpheno.report.pdf import require_pdf, write_pdf
from tests.invented import run_of


def _without(monkeypatch, error):
    real = builtins.__import__

    def fake(name, *args, **kwargs):
        if name == "weasyprint":
            raise error
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", fake)


@pytest.mark.parametrize("error", [ImportError("no module"), OSError("no libpango")])
def test_without_weasyprint_the_extra_is_named(monkeypatch, tmp_path, error):
    _without(monkeypatch, error)
    with pytest.raises(MissingPackageError, match=r"pip install 'flowpheno\[pdf\]'"):
        require_pdf()
    page = tmp_path / "x.html"
    page.write_text("<p>x</p>", encoding="utf-8")
    with pytest.raises(MissingPackageError, match="Pango"):
        write_pdf(page)
    assert not page.with_suffix(".pdf").exists()


@pytest.fixture
def _weasyprint():
    try:
        require_pdf()
    except MissingPackageError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("_weasyprint")
def test_pages_are_written_as_pdf_beside_them(tmp_path):
    write_report(run_of(n=40), tmp_path, pdf=True)
    found = {path.name: path.read_bytes()[:4] for path in (tmp_path / "report").glob("*.pdf")}
    assert found == {"index.pdf": b"%PDF"}


@pytest.mark.usefixtures("_weasyprint")
def test_a_pdf_fetches_nothing(tmp_path, caplog):
    page = tmp_path / "x.html"
    page.write_text(
        '<title>x</title><img alt="a" src="http://localhost:9/x.png">'
        '<img alt="b" src="file:///etc/hostname"><p>there</p>',
        encoding="utf-8",
    )
    assert write_pdf(page).read_bytes().startswith(b"%PDF")
    refused = [record.getMessage() for record in caplog.records]
    assert sum("disallowed protocol" in message for message in refused) == 2
