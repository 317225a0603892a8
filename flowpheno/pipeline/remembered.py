"""What the registry knew of the patients, written beside the results."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from flowpheno.results.comparison import write_comparison
from flowpheno.results.names import file_stems
from flowpheno.results.tables import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flowpheno.comparison import Comparison
    from flowpheno.pipeline.history import Remembered

COLUMNS = (
    *("specimen", "patient", "earlier", "earlier_version", "earlier_date", "comparison"),
    *("kept", "lost", "gained", "said"),
)
"""Columns of ``comparisons.csv``."""


def write_remembered(
    remembered: Sequence[Remembered], out: Path, *, pages: bool, panels: Path | None = None
) -> dict[tuple[str, str], tuple[str, str]]:
    """Write the comparisons beside the results.

    Parameters
    ----------
    remembered : sequence of Remembered
        What the registry knew.
    out : Path
        Results folder: ``comparisons.csv``, and ``comparisons/SPECIMEN`` with ``shifts.csv`` and
        ``comparison.json``.
    pages : bool
        Whether to write a page of each comparison too.
    panels : Path or None
        Definitions with the words of the pages.

    Returns
    -------
    dict of tuple to tuple
        Patient and specimen, to a sentence for its page and the page of the comparison (empty if
        there is none).
    """
    stems = file_stems((r.patient, r.specimen) for r in remembered)
    remarks = {}
    for item, stem in zip(remembered, stems, strict=True):
        link = ""
        if item.comparison is not None:
            write_comparison(item.comparison, out / "comparisons" / stem)
            link = _write_page(item, out, stem, panels) if pages else ""
        remarks[item.patient, item.specimen] = (item.said, link)
    with (out / "comparisons.csv").open(
        "w", encoding="utf-8", newline="", errors="backslashreplace"
    ) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows([harmless(str(cell)) for cell in _row(item)] for item in remembered)
    return remarks


def _write_page(item: Remembered, out: Path, stem: str, panels: Path | None) -> str:
    from flowpheno.report.html import write_comparison_page  # noqa: PLC0415 - matplotlib is slow

    if item.comparison is None or item.earlier is None:
        return ""
    page = out / "report" / f"{stem}.compared.html"
    names = (item.earlier.key, item.specimen)
    write_comparison_page(
        item.comparison, page, names=names, simulated=item.simulated, definitions=panels
    )
    return page.name


def _row(item: Remembered) -> tuple[object, ...]:
    before, compared = item.earlier, item.comparison
    return (
        item.specimen,
        item.patient,
        "" if before is None else before.specimen,
        "" if before is None else before.number,
        "" if before is None else before.date,
        "" if compared is None else compared.verdict.value,
        *(("", "", "") if compared is None else _markers(compared)),
        item.said,
    )


def _markers(comparison: Comparison) -> tuple[str, str, str]:
    return ";".join(comparison.kept), ";".join(comparison.lost), ";".join(comparison.gained)
