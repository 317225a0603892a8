"""flowpheno demo, whole: what a newcomer sees first."""

import pytest

from flowpheno.cli import main


@pytest.mark.slow
def test_ends_by_naming_the_page_to_open(tmp_path, capsys):
    out = tmp_path / "demo"
    assert main(["demo", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    page = out / "results" / "report" / "case.html"
    assert "SIMULATED" in said.splitlines()[0]
    assert said.splitlines()[-1] == f"Open {page}"
    assert page.is_file()
    assert "RELAPSE_CONFIRMED_BY_FLOW" in said
