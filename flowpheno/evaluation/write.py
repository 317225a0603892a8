"""Write an evaluation: JSON, tables, picture."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from flowpheno.evaluation.picture import evaluation_plot
from flowpheno.evaluation.tables import group_table, specimen_table
from flowpheno.results.tables import harmless
from flowpheno.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from flowpheno.evaluation.values import Evaluation
    from flowpheno.panel.evaluation import EvaluationRules

SCHEMA_VERSION = 1
_DPI = 150


def write_evaluation(evaluation: Evaluation, out: Path, rules: EvaluationRules) -> Path:
    """Write everything an evaluation found.

    Parameters
    ----------
    evaluation : Evaluation
        What was found.
    out : Path
        Folder, made if absent.
    rules : EvaluationRules
        What the picture is drawn by.

    Returns
    -------
    Path
        ``evaluation.png``; beside it ``evaluation.json``, ``specimens_evaluated.csv`` and
        ``by_decade.csv``.
    """
    from flowpheno.report.figures.evaluation import draw_evaluation  # noqa: PLC0415 - slow to import

    out.mkdir(parents=True, exist_ok=True)
    _write_csv(specimen_table(evaluation), out / "specimens_evaluated.csv")
    _write_csv(group_table(evaluation), out / "by_decade.csv")
    text = json.dumps(evaluation_json(evaluation), indent=1, ensure_ascii=False, allow_nan=False)
    (out / "evaluation.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    picture = out / "evaluation.png"
    draw_evaluation(evaluation_plot(evaluation, rules)).savefig(picture, dpi=_DPI)
    return picture


def evaluation_json(evaluation: Evaluation) -> dict[str, Any]:
    """Turn an evaluation into what JSON can hold.

    Parameters
    ----------
    evaluation : Evaluation
        What was found.

    Returns
    -------
    dict
        NaN and infinite numbers are None.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "flowpheno": VERSION,
        "simulated": evaluation.simulated,
        "rules_sha256": evaluation.rules,
        "without_result": list(evaluation.without_result),
        "without_labels": list(evaluation.without_labels),
        "groups": [_plain(group) for group in evaluation.groups],
        "totals": [_plain(group) for group in evaluation.totals],
        "specimens": [
            _plain(s) | {"f1": _number(s.f1), "log10_error": _number(s.log10_error)}
            for s in evaluation.specimens
        ],
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON

    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    safe = {
        str(name): column.map(lambda cell: harmless(cell) if isinstance(cell, str) else cell)
        for name, column in table.items()
        if column.dtype == object or str(column.dtype) == "str"
    }
    table.assign(**safe).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
