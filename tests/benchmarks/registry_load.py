"""Programs that write into one registry at the same time: does it hold, and how fast.

python -m tests.benchmarks.registry_load REGISTRY [PROGRAMS] [SPECIMENS] [RESULTS FOLDER]

Programs store specimens one by one, each confirmed before the next; a further one is killed on
the way. Then the registry is verified, and its counts are held against what the programs said.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from flowpheno.registry import list_specimens, open_registry, verify

ROOT = Path(__file__).parents[2]


def _start(place: str, worker: str, n: int, folder: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.registry.writer", place, worker, str(n)]
    command += [folder] if folder else []
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _heard(writer: subprocess.Popen[str]) -> list[str]:
    return writer.communicate()[0].split("\n")[:-1]


def main(place: str, programs: int, specimens: int, folder: str) -> int:
    """Run it, and print what was measured; 0 if all agrees."""
    begun = time.monotonic()
    writers = [_start(place, f"w{n}", specimens, folder) for n in range(programs)]
    victim = _start(place, "killed", specimens, folder)
    assert victim.stdout is not None
    confirmed = {victim.stdout.readline().strip() for _ in range(specimens // 3)}
    os.kill(victim.pid, signal.SIGKILL)
    confirmed |= set(_heard(victim))
    n_before_kill = len(confirmed)
    failed = 0
    for writer in writers:
        confirmed |= set(_heard(writer))
        failed += writer.returncode != 0
    written = time.monotonic() - begun
    with open_registry(place, create=False) as registry:
        kept = {info.specimen for info in list_specimens(registry)}
        begun = time.monotonic()
        found = verify(registry)
        checked = time.monotonic() - begun
    lost = confirmed - kept
    print(f"{programs} programs of {specimens} specimens in {written:.0f} s", end=" ")  # noqa: T201 - a script
    print(f"({len(kept) / written:.0f} a second), one more killed after {n_before_kill}")  # noqa: T201 - as above
    print(f"confirmed {len(confirmed)}, kept {len(kept)}, lost {len(lost)}, failed {failed}")  # noqa: T201 - as above
    print(f"verify: {found.links} links, {len(found.broken)} broken, {checked:.0f} s")  # noqa: T201 - as above
    return int(bool(lost or failed or found.broken or found.versions != len(kept)))


if __name__ == "__main__":
    place, programs, specimens, folder = (*sys.argv[1:], *("20", "1000", "")[len(sys.argv) - 2 :])
    sys.exit(main(place, int(programs), int(specimens), folder))
