"""Many programs at once, and programs that are killed: nothing confirmed is lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from flowpheno.registry import list_specimens, open_registry, read_audit, verify

ROOT = Path(__file__).parents[2]
WRITERS, SPECIMENS = 4, 50


def _writer(place, worker, n):
    command = [sys.executable, "-m", "tests.registry.writer", place, worker, str(n)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_writers_at_the_same_time_lose_nothing(place):
    writers = [_writer(place, f"w{number}", SPECIMENS) for number in range(WRITERS)]
    confirmed = [writer.communicate()[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    assert [len(names) for names in confirmed] == [SPECIMENS] * WRITERS
    with open_registry(place) as registry:
        found = list_specimens(registry)
        assert sorted(i.specimen for i in found) == sorted(n for c in confirmed for n in c)
        assert [entry.seq for entry in read_audit(registry)] == list(range(1, len(found) + 2))
        checked = verify(registry)
    assert (checked.links, checked.versions, checked.broken) == (len(found) + 1, len(found), ())


def test_a_writer_killed_in_the_middle_loses_nothing_that_it_confirmed(place):
    writers = [_writer(place, f"w{number}", 100_000) for number in range(2)]
    heard = {number: [] for number in range(2)}
    for _ in range(15):
        for number, writer in enumerate(writers):
            heard[number].append(writer.stdout.readline().strip())
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
    for number, writer in enumerate(writers):
        rest = writer.communicate()[0].split("\n")
        heard[number] += rest[:-1]  # a line broken off was not said
        assert writer.returncode == -signal.SIGKILL
    with open_registry(place) as registry:
        kept = {info.specimen for info in list_specimens(registry)}
        assert {name for names in heard.values() for name in names} <= kept
        assert len(kept) <= sum(map(len, heard.values())) + len(writers)  # stored, not yet said
        checked = verify(registry)
        assert (checked.versions, checked.broken) == (len(kept), ())
