"""The files that are read, made once, and the table that closes the run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)  # makes `tests` importable however pytest is started

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = pytest.StashKey[list[tuple[str, ...]]]()
HEAD = ("file", "reader", "measured", "median", "range", "target", "")


@pytest.fixture(scope="session")
def big_file(tmp_path_factory) -> Callable[[str], Path]:
    """Write a large file, or give it again."""
    from tests.benchmarks.big_files import KINDS  # noqa: PLC0415 - behind the path above

    folder = tmp_path_factory.mktemp("big")

    def of_kind(name: str) -> Path:
        path: Path = folder / f"{name}.fcs"
        if not path.exists():
            KINDS[name].write(path)
        return path

    return of_kind


@pytest.fixture
def tabulate(request) -> Callable[..., None]:
    """Add a row to the closing table."""
    rows = request.config.stash.setdefault(ROWS, [])

    def row(kind: str, reader: str, measured: str, ratios: list[float], target: float) -> None:
        middle = sorted(ratios)[len(ratios) // 2]
        ours = reader == "flowpheno"
        outcome = ("met" if middle <= target else "MISSED") if ours else ""
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
        limit = f"{target:.1f}" if ours else ""
        rows.append((kind, reader, measured, f"{middle:.2f}", spread, limit, outcome))

    return row


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash.get(ROWS, [])
    if not rows:
        return
    terminalreporter.section("ratios of this run")
    table = [HEAD, *sorted(rows, key=lambda row: (row[2], row[0]))]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.line("  ".join(cells).rstrip())
