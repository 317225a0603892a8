"""Files made to exhaust: each is read or refused in seconds and in little memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.bounded import CASES

ROOT = Path(__file__).parents[2]
SECONDS = 10.0  # a loaded machine is several times slower; what was unbounded took 24 s and more
MEGABYTES = 200.0


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Seconds, megabytes and outcome of each case, measured once."""
    if not Path("/proc/self/status").exists():
        pytest.skip("no process status here")
    folder = tmp_path_factory.mktemp("bounded")
    command = [sys.executable, "-m", "tests.fuzz.bounded", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {(name, reading): answer for name, reading, answer in rows}


@pytest.mark.parametrize(("name", "reading"), CASES, ids=[" - ".join(case) for case in CASES])
def test_in_bounded_time_and_memory(answers, name, reading):
    seconds, megabytes, outcome = answers[name, reading].split(maxsplit=2)
    assert outcome.startswith(("read", "refused: ")), outcome
    assert float(seconds) < SECONDS
    assert float(megabytes) < MEGABYTES
