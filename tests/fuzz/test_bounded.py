"""Files made to exhaust: each is read or refused in seconds and in little memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.bounded import CASES, write

ROOT = Path(__file__).parents[2]
SECONDS = 2.0
MEGABYTES = 200.0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no process status here")
@pytest.mark.parametrize(("name", "reading"), CASES, ids=" - ".join)
def test_in_bounded_time_and_memory(tmp_path, name, reading):
    write(name, tmp_path)
    command = [sys.executable, "-m", "tests.fuzz.bounded", reading, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seconds, megabytes, outcome = done.stdout.split(maxsplit=2)
    assert outcome.startswith(("read", "refused: "))
    assert float(seconds) < SECONDS
    assert float(megabytes) < MEGABYTES
