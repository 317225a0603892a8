"""--pdf: refused before any work where it cannot be had, else a PDF beside the page."""

import builtins
import sys

import pytest

from flowpheno.cli import main
from flowpheno.errors import MissingPackageError
from flowpheno.report.pdf import require_pdf

CASE = """patient: P1
diagnosis: B-precursor ALL
known_bcp_all: true
specimens:
  - {id: A, material: bone_marrow, order: 0, flow: not_performed}
"""


@pytest.fixture
def case_file(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(CASE, encoding="utf-8")
    return path


@pytest.fixture
def without_weasyprint(monkeypatch):
    real = builtins.__import__

    def fake(name, *args, **kwargs):
        if name == "weasyprint":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", fake)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)


@pytest.mark.usefixtures("without_weasyprint")
@pytest.mark.parametrize("command", ["classify", "compare", "case"])
def test_the_extra_is_named_before_anything_is_written(
    command, normal, case_file, tmp_path, one_line
):
    given = {"classify": [normal], "compare": [normal, normal], "case": [case_file]}[command]
    out = tmp_path / "out"
    assert main([command, *map(str, given), "--pdf", "--out", str(out)]) == 1
    assert "pip install 'flowpheno[pdf]'" in one_line()
    assert not out.exists()


@pytest.mark.parametrize("command", ["classify", "compare"])
def test_pdf_of_no_page_is_wrong_usage(command, normal, tmp_path, one_line):
    given = {
        "classify": [normal, "--no-report", "--out", tmp_path / "out"],
        "compare": [normal, normal],
    }[command]
    assert main([command, *map(str, given), "--pdf"]) == 2
    assert "--pdf writes the page" in one_line()


def test_a_case_is_written_as_pdf(case_file, tmp_path):
    try:
        require_pdf()
    except MissingPackageError as error:
        pytest.skip(str(error))
    out = tmp_path / "out"
    assert main(["case", str(case_file), "--pdf", "--out", str(out)]) == 0
    assert (out / "report" / "case.pdf").read_bytes().startswith(b"%PDF")
