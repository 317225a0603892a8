"""The program itself: help, version, and how an error leaves it."""

import subprocess
import sys

import pytest

from flowpheno.cli import main
from flowpheno.version import VERSION


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"flowpheno {VERSION}\n"


@pytest.mark.parametrize("arguments", [[], ["panels"], ["template"]], ids=" ".join)
def test_without_a_command_help_is_printed(arguments, capsys):
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert "Usage: flowpheno" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["diagnose"], "No such command 'diagnose'"),
        (["classify"], "Missing argument 'paths'"),
        (["classify", "x", "--colour"], "No such option: --colour"),
        (["simulate", "marrow", "x.fcs", "--percent", "101"], "'--percent'"),
    ],
    ids=lambda case: " ".join(case) if isinstance(case, list) else "",
)
def test_wrong_usage_is_one_line_and_status_2(arguments, said, one_line):
    assert main(arguments) == 2
    assert said in one_line()


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path, normal, capsys):
    taken = tmp_path / "taken"
    taken.write_text("a file")
    assert main(["classify", str(normal), "--out", str(taken), "--no-report"]) == 1
    assert "taken" in capsys.readouterr().err.splitlines()[-1]


def test_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "flowpheno", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"flowpheno {VERSION}\n"
