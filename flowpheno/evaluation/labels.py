"""Labels as files: of every event, or of specimens."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from flowpheno.arrays import EventMask
    from flowpheno.panel.evaluation import EvaluationRules

_SUFFIXES = (".labels.parquet", ".parquet", ".labels.csv", "_labels.csv", ".csv")
_SPECIMEN, _EXPECTED, _PATH, _LABEL = "specimen", "expected", "path", "label"
_TRUE = frozenset({"1", "1.0", "true", "yes"})
_FALSE = frozenset({"0", "0.0", "false", "no"})


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EventLabels:
    """Which events of one file are blasts.

    Attributes
    ----------
    blasts : EventMask
        In file order, shape ``(n_events,)``.
    nucleated : EventMask or None
        The denominator; None if the labels do not say.
    """

    blasts: EventMask
    nucleated: EventMask | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What is known of specimens and files.

    Attributes
    ----------
    events : mapping of Path to str
        Files with a label for each event, to the name of the tube: the file's stem.
    expected : mapping of str to str
        Specimen to ``"positive"``, ``"negative"`` or a verdict.
    specimens : mapping of str to str
        Tube to its specimen, where a table of specimens names the file.
    """

    events: Mapping[Path, str] = field(default_factory=dict)
    expected: Mapping[str, str] = field(default_factory=dict)
    specimens: Mapping[str, str] = field(default_factory=dict)


def find_labels(paths: Iterable[Path], rules: EvaluationRules) -> Labels:
    """Find out what each file of labels is.

    Parameters
    ----------
    paths : iterable of Path
        Files, and folders searched for them to the bottom; in a folder what are no labels is
        passed over.
    rules : EvaluationRules
        Names of columns, and of verdicts.

    Returns
    -------
    Labels
        Label files of events are not read yet.

    Raises
    ------
    LabelError
        If a file is no table of labels, two contradict each other, or there is none.
    """
    events: dict[Path, str] = {}
    expected: dict[str, str] = {}
    specimens: dict[str, str] = {}
    for path, asked in _files(paths):
        columns = _columns(path)
        if {_SPECIMEN, _EXPECTED} <= columns:
            _add_specimens(path, rules, expected, specimens)
        elif columns & {*rules.blast_columns, _LABEL}:
            events[path] = _stem(path)
        elif asked:
            raise LabelError(
                f"{path}: neither a column {' or '.join(rules.blast_columns)} for each event, nor "
                "columns specimen and expected"
            )
    if not events and not expected:
        raise LabelError("no labels among what was given")
    return Labels(events=events, expected=expected, specimens=specimens)


def read_event_labels(path: Path, rules: EvaluationRules) -> EventLabels:
    """Read the labels of one file's events.

    Parameters
    ----------
    path : Path
        Parquet or CSV, a row for each event, in file order.
    rules : EvaluationRules
        Names of columns and labels.

    Returns
    -------
    EventLabels
        As many as the table has rows.

    Raises
    ------
    LabelError
        If it cannot be read, or a column holds more than yes and no.
    """
    wanted = [*rules.blast_columns, *rules.nucleated_columns, _LABEL]
    columns = [column for column in wanted if column in _columns(path)]
    table = _read(path, columns)
    own = [column for column in rules.blast_columns if column in columns]
    if not own:
        names = table[_LABEL].astype(str)
        return EventLabels(
            blasts=names.isin(list(rules.blast_labels)).to_numpy(bool),
            nucleated=~names.isin(list(rules.artefact_labels)).to_numpy(bool),
        )
    base = [column for column in rules.nucleated_columns if column in columns]
    return EventLabels(
        blasts=_mask(path, table[own[0]]),
        nucleated=_mask(path, table[base[0]]) if base else None,
    )


def _files(paths: Iterable[Path]) -> list[tuple[Path, bool]]:
    """Every file once, and whether it was asked for itself."""
    found: dict[Path, bool] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted((*path.rglob("*.parquet"), *path.rglob("*.csv")))
            found |= {file: found.get(file, False) for file in inside}
        else:
            found[path] = True
    return list(found.items())


def _columns(path: Path) -> frozenset[str]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import
    from pyarrow import ArrowException  # noqa: PLC0415 - slow to import

    try:
        if path.suffix.lower() == ".parquet":
            return frozenset(pq.read_schema(path).names)
        with path.open(encoding="utf-8-sig", newline="") as file:
            return frozenset(name.strip() for name in next(csv.reader(file), []))
    except (OSError, UnicodeDecodeError, csv.Error, ArrowException) as error:
        raise LabelError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error


def _read(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - slow to import
    from pyarrow import ArrowException  # noqa: PLC0415 - slow to import

    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path, columns=list(columns))
        return pd.read_csv(
            path,
            usecols=lambda name: str(name).strip() in columns,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
        ).rename(columns=str.strip)
    except (OSError, ValueError, ArrowException) as error:
        raise LabelError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error


def _mask(path: Path, column: pd.Series) -> EventMask:
    words = column.astype(str).str.strip().str.lower()
    odd = words[~words.isin([*_TRUE, *_FALSE])]
    if len(odd):
        raise LabelError(
            f"{path}: row {int(odd.index[0]) + 1} of column {column.name!r} is {odd.iloc[0]!r}, "
            "expected 0 or 1"
        )
    return np.asarray(words.isin(list(_TRUE)), dtype=bool)


def _add_specimens(
    path: Path, rules: EvaluationRules, expected: dict[str, str], specimens: dict[str, str]
) -> None:
    table = _read(path, [_SPECIMEN, _EXPECTED, _PATH])
    known = {word.lower(): word for word in ("positive", "negative", *rules.outcomes)}
    for row, cells in enumerate(table.to_dict("records"), start=2):
        name = str(cells[_SPECIMEN]).strip()
        word = known.get(str(cells[_EXPECTED]).strip().lower(), "")
        if not name or not word:
            raise LabelError(
                f"{path}: line {row}: expected is {cells[_EXPECTED]!r} for {name!r}, "
                f"must be one of {', '.join(known.values())}"
            )
        if expected.setdefault(name, word) != word:
            raise LabelError(f"{path}: line {row}: {name} is {word}, and {expected[name]} before")
        if tube := str(cells.get(_PATH, "")).strip():
            specimens[tube.replace("\\", "/").rpartition("/")[2].rsplit(".", 1)[0]] = name


def _stem(path: Path) -> str:
    name = path.name
    suffix = next(s for s in (*_SUFFIXES, "") if name.lower().endswith(s))
    return name[: len(name) - len(suffix)]
