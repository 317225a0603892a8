"""Data sets as fcsparser gives them: a mapping of keywords and a DataFrame of events."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from flowpheno.errors import FcsError, TableError
from flowpheno.exchange.columns import (
    describe_columns,
    linear_events,
    match_columns,
)
from flowpheno.exchange.state import (
    APPLIED_KEYWORD,
    COMPENSATED_KEYWORD,
    Tube,
    read_state,
    state_keywords,
)
from flowpheno.fcs.dataset import FcsDataset
from flowpheno.fcs.parameters import parse_parameters
from flowpheno.fcs.repair import Repairs, Strictness
from flowpheno.fcs.selection import renumber

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from flowpheno.fcs.parameters import Parameter
    from flowpheno.finding import Finding

_HEADER_FIELDS = tuple(
    f"{segment} {side}" for segment in ("text", "data", "analysis") for side in ("start", "end")
)
_OF_FILE = re.compile(
    r"\$?(BEGIN|END)(DATA|ANALYSIS|STEXT)|\$(BYTEORD|DATATYPE|MODE|NEXTDATA|PAR|TOT)"
    r"|\$P\d+([BNSRE]|DATATYPE)|\$?SPILL(OVER)?|\$?COMP|\$DFC\d+TO\d+"
    rf"|{COMPENSATED_KEYWORD}|{APPLIED_KEYWORD}"
)
"""Keywords that follow from the events, whatever the file said."""


def dataset_from_tables(meta: Mapping[str, Any], frame: pd.DataFrame) -> FcsDataset:
    """Make a data set of what fcsparser gives.

    Parameters
    ----------
    meta : mapping
        Keywords, also with ``_channels_`` in place of the keywords of parameters; columns alone
        describe the data where it lacks ``$PAR``.
    frame : DataFrame
        Values as recorded; columns may be left out, added or in another order, rows too.

    Returns
    -------
    FcsDataset
        Linear events: logarithmic amplifiers are undone as ``$PnE`` says.

    Raises
    ------
    TableError
        If the keywords describe no list-mode data, or a column cannot be understood.
    """
    keywords = _keywords(meta)
    repairs = Repairs(strictness=Strictness.LENIENT)
    parameters: Sequence[Parameter] = ()
    if "$PAR" in keywords:
        try:
            parameters = parse_parameters(keywords, repairs=repairs)
        except FcsError as error:
            raise TableError(f"keywords: {error.problem}") from error
    names = _names(frame)
    places = match_columns(names, parameters)
    events = linear_events(frame, places, parameters)
    columns = describe_columns(names, places, parameters, events)
    if places != tuple(range(len(parameters))):
        keywords = renumber(keywords, places)
    keywords |= {"$PAR": str(len(columns)), "$TOT": str(len(events))}
    tube = Tube(
        version=_version(meta),
        keywords=MappingProxyType(keywords),
        parameters=columns,
        events=events,
    )
    known, findings = read_state(tube)
    return _dataset(known, (*repairs.noted, *findings))


def _dataset(tube: Tube, findings: tuple[Finding, ...]) -> FcsDataset:
    empty = np.full(len(tube.parameters), np.inf, np.float32)
    return FcsDataset(
        version=tube.version,
        keywords=tube.keywords,
        parameters=tube.parameters,
        events=tube.events,
        high=tube.events.max(axis=0) if len(tube.events) else -empty,
        n_recorded=len(tube.events),
        spillover=tube.spillover,
        compensated=tube.compensated,
        analysis=MappingProxyType({}),
        findings=findings,
    )


def tables_from_tube(
    tube: Tube, *, reformat_meta: bool = False
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Give a tube as fcsparser would after reading it from a float file.

    Parameters
    ----------
    tube : Tube
        Linear events and what describes them.
    reformat_meta : bool
        Whether keywords of parameters go into the table ``_channels_``, as the argument of that
        name does in fcsparser.

    Returns
    -------
    dict
        Keywords and ``__header__``; numbers where fcsparser gives numbers.
    DataFrame
        Columns named by ``$PnS``, by ``$PnN`` where there is none or all if two are alike.

    Raises
    ------
    TableError
        If a detector of the spillover matrix holds a comma.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    names = channel_names(tube.parameters)
    kept = {key: value for key, value in tube.keywords.items() if not _OF_FILE.fullmatch(key)}
    version = tube.version or "FCS3.1"
    header = {"FCS format": version.encode("ascii", "replace"), **dict.fromkeys(_HEADER_FIELDS, 0)}
    meta: dict[str, Any] = {"__header__": header, **_written(tube), **kept}
    meta |= state_keywords(tube)
    if reformat_meta:
        _reformat(meta, names)
    return meta, pd.DataFrame(np.array(tube.events), columns=list(names))


def channel_names(parameters: Sequence[Parameter]) -> tuple[str, ...]:
    """Name columns as fcsparser does.

    Parameters
    ----------
    parameters : sequence of Parameter
        One for each column.

    Returns
    -------
    tuple of str
        Labels, or detectors if two labels are alike.
    """
    labels = tuple(p.label or p.detector for p in parameters)
    if len(set(labels)) == len(labels):
        return labels
    return tuple(p.detector for p in parameters)


def _written(tube: Tube) -> dict[str, Any]:
    """Keywords that a float file of these events has."""
    written: dict[str, Any] = {
        "$TOT": len(tube.events),
        "$PAR": len(tube.parameters),
        "$MODE": "L",
        "$BYTEORD": "1,2,3,4",
        "$DATATYPE": "F",
        "$NEXTDATA": 0,
    }
    for n, parameter in enumerate(tube.parameters, start=1):
        top = parameter.range
        written |= {
            f"$P{n}N": parameter.detector,
            f"$P{n}R": str(int(top)) if float(top).is_integer() else repr(float(top)),
            f"$P{n}B": 32,
            f"$P{n}E": "0,0",
        }
        if parameter.label:
            written[f"$P{n}S"] = parameter.label
    return written


def _reformat(meta: dict[str, Any], names: Sequence[str]) -> None:
    """Move keywords of parameters into a table; those that the first parameter has, as there."""
    import pandas as pd  # noqa: PLC0415 - slow to import

    numbers = range(1, meta["$PAR"] + 1)
    properties = [key[3:] for key in meta if re.match(r"\$P1[^0-9]", key)]
    rows = [[meta.pop(f"$P{n}{p}", None) for p in properties] for n in numbers]
    index = pd.Index(numbers, name="Channel Number")
    table = pd.DataFrame(rows, columns=[f"$Pn{p}" for p in properties], index=index)
    if "$PnE" in table:
        table["$PnE"] = table["$PnE"].apply(lambda written: written.split(","))
    table["$PnS"] = list(names)
    meta["_channels_"] = table
    meta["_channel_names_"] = tuple(names)


def _keywords(meta: Mapping[str, Any]) -> dict[str, str]:
    """Keywords as in a file: upper case, text; those of the table of channels put back."""
    keywords = {
        key.upper(): _text(value) for key, value in meta.items() if not key.startswith("_")
    }
    table = meta.get("_channels_")
    return keywords if table is None else _described(table) | keywords


def _described(table: pd.DataFrame) -> dict[str, str]:
    """Put the table of channels back into keywords, with those it cannot be read without."""
    described: dict[str, str] = {}
    for n, row in enumerate(table.to_dict("records"), start=1):
        for column, value in row.items():
            missing = value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN
            if str(column).startswith("$Pn") and not missing:
                described[f"$P{n}{str(column)[3:].upper()}"] = _text(value)
    for n in range(1, len(table) + 1):  # fcsparser fills in the name where there is no label
        if described.get(f"$P{n}S") == described.get(f"$P{n}N"):
            described.pop(f"$P{n}S", None)
    absent = {"$PAR": str(len(table))}
    if {described.get(f"$P{n}B", "32") for n in range(1, len(table) + 1)} <= {"32", "64"}:
        absent["$DATATYPE"] = "F"  # where no keyword says it
    return absent | described


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(str(part) for part in value)
    return str(value)


def _names(frame: pd.DataFrame) -> list[str]:
    names = [str(name).strip() for name in frame.columns]
    if not names or not all(names):
        raise TableError("no columns" if not names else "a column has no name")
    return names


def _version(meta: Mapping[str, Any]) -> str:
    header = meta.get("__header__")
    written = header.get("FCS format", b"") if isinstance(header, dict) else b""
    return written.decode("latin-1") if isinstance(written, bytes) else str(written)
