"""The files that are read, made once, and the table that closes the run."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.big_files import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = pytest.StashKey[list[tuple[str, ...]]]()
HEAD = ("file", "reader", "measured", "best", "median", "range", "target", "")


@pytest.fixture(scope="session")
def big_file(tmp_path_factory) -> Callable[[str], Path]:
    """Write a large file, or give it again."""
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

    def row(kind: str, reader: str, measured: str, ratios: list[float], **more: float) -> None:
        best, target = more["best"], more["target"]
        ours = reader == "flowpheno"
        outcome = ("met" if best <= target else "MISSED") if ours else ""
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
        middle = f"{median(ratios):.2f}"
        limit = f"{target:.1f}" if ours else ""
        rows.append((kind, reader, measured, f"{best:.2f}", middle, spread, limit, outcome))

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
