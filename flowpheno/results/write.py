"""Write a run: results.json, the tables, the pictures and the events."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flowpheno.results.codec import encode
from flowpheno.results.names import file_stems
from flowpheno.results.tables import (
    cohort_table,
    failure_table,
    finding_table,
    harmless,
    link_table,
    marker_table,
    population_table,
)
from flowpheno.results.values import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from flowpheno.results.values import Run, SpecimenResult, TubeResult

_TABLES = {
    "specimens.csv": cohort_table,
    "markers.csv": marker_table,
    "populations.csv": population_table,
    "findings.csv": finding_table,
    "links.csv": link_table,
    "failures.csv": failure_table,
}


def write_results(run: Run, out: Path) -> Path:
    """Write everything a run found.

    Parameters
    ----------
    run : Run
        What was found.
    out : Path
        Folder, made if absent. ``results.json`` is written last and in one step, so that a
        folder that has one is complete.

    Returns
    -------
    Path
        ``results.json``.

    Notes
    -----
    Files of ``plots/`` and ``events/`` are called after their tube, made safe; results.json says
    which is whose. In the CSV tables a text that a spreadsheet would take for a formula gets an
    apostrophe before it; results.json holds it as it is.
    """
    out.mkdir(parents=True, exist_ok=True)
    for name, table in _TABLES.items():
        _write_csv(table(run), out / name)
    stems = iter(file_stems((s.specimen, t.name) for s in run.specimens for t in s.tubes))
    specimens = [_write_specimen(s, out, stems) for s in run.specimens]
    content = {
        "schema_version": SCHEMA_VERSION,
        "flowpheno": run.version,
        "generated": run.generated,
        "simulated": run.simulated,
        "definitions": encode(run.definitions),
        "overridden": encode(run.overridden),
        "inputs": [
            {"specimen": s.specimen, "tube": t.name, "sha256": t.sha256}
            for s in run.specimens
            for t in s.tubes
        ],
        "specimens": specimens,
        "failures": encode(run.failures),
    }
    return _write_json(content, out / "results.json")


def _write_specimen(result: SpecimenResult, out: Path, stems: Iterator[str]) -> dict[str, Any]:
    content: dict[str, Any] = encode(replace(result, tubes=()))
    content["tubes"] = [_write_tube(t, out, next(stems)) for t in result.tubes]
    return content


def _write_tube(tube: TubeResult, out: Path, stem: str) -> dict[str, Any]:
    content: dict[str, Any] = encode(replace(tube, plots=(), membership=None))
    content["plots"] = f"plots/{stem}.json"
    (out / "plots").mkdir(exist_ok=True)
    pictures = [{"kind": type(plot).__name__, **encode(plot)} for plot in tube.plots]
    _write_json(pictures, out / content["plots"])
    if tube.membership is not None:
        content["membership"] = f"events/{stem}.parquet"
        (out / "events").mkdir(exist_ok=True)
        tube.membership.to_parquet(out / content["membership"], index=False)
    return content


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    safe = {
        str(name): column.map(lambda cell: harmless(cell) if isinstance(cell, str) else cell)
        for name, column in table.items()
    }
    table.assign(**safe).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _write_json(content: object, path: Path) -> Path:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    partial = path.with_suffix(".json.partial")
    partial.write_text(text + "\n", encoding="utf-8", newline="\n", errors="backslashreplace")
    os.replace(partial, path)  # noqa: PTH105 - replaces on every platform
    return path
