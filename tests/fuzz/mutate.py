"""Read many damaged files and print what became of them.

``python -m tests.fuzz.mutate --count 100000 --seed 1`` damages the built files and, where they
are found, the heads of the real ones (FLOWPHENO_DATA). The same seed gives the same files. Ends
with status 1 if any reading ended in another exception than `FcsError`, or took too long.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.fuzz.contract import hold_to_contract
from tests.fuzz.mutations import mutate
from tests.fuzz.seeds import built_seeds, real_heads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SECONDS = 10
_SHOWN = 12


class TooSlow(BaseException):
    """Raised by the alarm clock."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the files.

    Attributes
    ----------
    outcomes : Counter
        How many were read, and how many refused for each reason.
    failures : dict
        For each kind of other exception, a file that raised it.
    n_failures : int
        How many raised one.
    slowest : float
        Seconds.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, bytes] = field(default_factory=dict)
    n_failures: int = 0
    slowest: float = 0.0

    def add(self, raw: bytes, check: Callable[[bytes], str]) -> None:
        """Hold one file to a check."""
        begin = time.perf_counter()
        try:
            with alarm(SECONDS):
                self.outcomes[check(raw)] += 1
        except (Exception, TooSlow) as error:  # noqa: BLE001 - whatever it is, it is counted
            self.n_failures += 1
            self.failures.setdefault(_where(error), raw)
        self.slowest = max(self.slowest, time.perf_counter() - begin)


def mutants(seeds: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Give damaged files, the same ones for the same seed."""
    for number in range(count):
        rng = Random(f"{seed}/{number}")  # noqa: S311 - to damage files, not to keep secrets
        yield mutate(seeds[rng.randrange(len(seeds))], seeds, rng)


def all_seeds(data_dir: Path | None) -> list[bytes]:
    """Give built files, and the heads of real ones where there are any; each kind one half."""
    built = list(built_seeds().values())
    heads = [raw for _, raw in real_heads(data_dir)] if data_dir is not None else []
    return built * max(round(len(heads) / len(built)), 1) + heads


@contextmanager
def alarm(seconds: int) -> Iterator[None]:
    """Raise `TooSlow` where the block takes longer."""

    def ring(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _where(error: BaseException) -> str:
    """Name an exception and the line of the package that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = next(
        (f for f in reversed(frames) if "flowpheno" in Path(f.filename).parts), frames[-1]
    )
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"{type(error).__name__} at {place}: {str(error)[:100]}"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _report(tally: Tally, seconds: float, rise: float) -> str:
    read = tally.outcomes.pop("read", 0)
    refused = sum(tally.outcomes.values())
    rows = [("read", read), ("refused", refused)]
    rows += [(f"  {reason[:90]}", n) for reason, n in tally.outcomes.most_common(_SHOWN)]
    others = tally.outcomes.most_common()[_SHOWN:]
    rows.append((f"  {len(others)} more reasons", sum(n for _, n in others)))
    rows.append(("other exceptions", tally.n_failures))
    rows += [(f"  {kind}", len(raw)) for kind, raw in tally.failures.items()]
    lines = [f"{count:>9,}  {name}" for name, count in rows]
    lines.append(f"{seconds:9.0f}  seconds; slowest file {tally.slowest:.2f} s")
    lines.append(f"{rise:9.0f}  MB of memory above the start at most")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files that failed")
    options = parser.parse_args(arguments)
    folder = os.environ.get("FLOWPHENO_DATA")
    seeds = all_seeds(Path(folder) if folder else None)
    tally = Tally()
    hold_to_contract(seeds[0])  # imports and tables are no memory of a file
    before, begin = _peak(), time.perf_counter()
    for raw in mutants(seeds, options.count, options.seed):
        tally.add(raw, hold_to_contract)
    print(_report(tally, time.perf_counter() - begin, _peak() - before))  # noqa: T201 - its answer
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
        for raw in tally.failures.values():
            (options.keep / f"{hashlib.sha256(raw).hexdigest()[:16]}.fcs").write_bytes(raw)
    return 1 if tally.n_failures else 0


if __name__ == "__main__":
    sys.exit(main())
