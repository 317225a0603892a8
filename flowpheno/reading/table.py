"""Event tables to samples."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.errors import TableError
from flowpheno.fcs.selection import Scaling
from flowpheno.origin import origin_of
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.reading.channel_values import IonCounts, LogChannels
from flowpheno.reading.channels import name_channels
from flowpheno.reading.files import stem
from flowpheno.reading.list_mode import read_fcs
from flowpheno.reading.scale import relative_scale_finding
from flowpheno.reading.stored import read_description, restore
from flowpheno.sample import ChannelKind, Sample, Scale
from flowpheno.transform.full_scale import with_common_scale, with_full_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from flowpheno.marker import Vocabulary
    from flowpheno.reading.channel_values import TableScale
    from flowpheno.reading.stored import Description

_TABLE_ENDINGS = (".csv", ".csv.gz", ".parquet")
_STAINED = (ChannelKind.FLUORESCENCE, ChannelKind.MASS)


def sample_from_table(
    table: pd.DataFrame | Path | str,
    *,
    scale: TableScale | None = None,
    vocabulary: Vocabulary | None = None,
    name: str | None = None,
) -> Sample:
    """Make a sample of an event table.

    Parameters
    ----------
    table : DataFrame or Path or str
        One row an event, one column a channel, named as ``"PE-A"``, ``"CD10"`` or
        ``"FL1 Log :: Kappa-FITC"``; or a CSV (also gzipped) or Parquet file that holds it.
    scale : Scale or LogChannels or IonCounts or None
        What the numbers mean; a table cannot say, except for a Parquet file of flowpheno's own
        (`writing.write_sample`), for which None is right. Channel numbers of a logarithmic
        amplifier (`LogChannels`) are made linear, but for columns whose name says ``Lin``.
        Of `IonCounts` all stained columns are mass channels.
    vocabulary : Vocabulary or None
        Names that are known; None for those that come with flowpheno.
    name : str or None
        What to call the sample; None for the stem of the file, ``"table"`` for a DataFrame.

    Returns
    -------
    Sample
        Events as float32, as given but for undone amplifiers; compensated if every stained
        column is named ``Comp-...``.
        From a Parquet file of flowpheno's own the sample that was written.

    Raises
    ------
    TableError
        If the file cannot be read, or a column has no name, a name twice, or values that are no
        finite numbers, or are no channel numbers where they should be; if nobody says the scale,
        or the file says another one.
    """
    path = Path(table) if isinstance(table, Path | str) else None
    frame = table if not isinstance(table, Path | str) else _read_table(Path(table))
    origin = origin_of(path) if path else None
    shown = str(path) if path else "table"
    columns = _column_names(frame, shown)
    told = _description(path, columns)
    meant, scale = scale, _scale(scale, told, shown)
    events = _table_events(frame, columns, shown)
    labels = [""] * len(columns) if told is None else [c.label for c in told.channels]
    names = list(zip(columns, labels, strict=True))
    known = vocabulary or builtin_vocabulary()
    channels, findings = name_channels(names, known)
    tops = events.max(axis=0) if len(events) else np.ones(len(columns))
    if isinstance(meant, LogChannels):
        tops = _undo(events, columns, meant, shown)
    if isinstance(meant, IonCounts):
        channels = tuple(
            replace(c, kind=ChannelKind.MASS) if c.kind is ChannelKind.FLUORESCENCE else c
            for c in channels
        )
    if scale is Scale.RELATIVE:
        findings = (*findings, relative_scale_finding())
    stained = [c for c, channel in zip(columns, channels, strict=True) if channel.kind in _STAINED]
    sample = Sample(
        name=name or (stem(path) if path else "table"),
        channels=tuple(
            replace(c, range=max(float(top), 1.0)) for c, top in zip(channels, tops, strict=True)
        ),
        events=freeze(events),
        compensated=bool(stained) and all(c.upper().startswith("COMP-") for c in stained),
        scale=scale,
        findings=findings,
        origin=origin,
    )
    if told is not None:
        return restore(sample, told, known)
    return with_full_scale(sample) if isinstance(meant, LogChannels) else with_common_scale(sample)


def _description(path: Path | None, columns: Sequence[str]) -> Description | None:
    """Read what the file says of itself, if it is one of flowpheno's own."""
    if path is None or not path.name.lower().endswith(".parquet"):
        return None
    told = read_description(path)
    if told is not None and [c.detector.strip() for c in told.channels] != list(columns):
        raise TableError(f"{path}: its columns are not those it describes")
    return told


def _scale(scale: TableScale | None, told: Description | None, shown: str) -> Scale:
    """Decide what the numbers of the events mean."""
    if isinstance(scale, LogChannels | IonCounts):
        scale = Scale.LINEAR
    if told is None and scale is None:
        raise TableError(
            f"{shown}: a table does not say its scale: linear, relative, mass, or log "
            "(channel numbers of a logarithmic amplifier)?"
        )
    if told is not None and scale not in {None, told.scale}:
        raise TableError(f"{shown}: the file says that its scale is {told.scale}, not {scale}")
    return told.scale if told is not None else Scale(scale or Scale.LINEAR)


def _read_table(path: Path) -> pd.DataFrame:
    """Read CSV or Parquet; every way it can fail is one line."""
    import pandas as pd  # noqa: PLC0415 - 0.4 s, only where tables are read

    ending = path.name.lower()
    if not ending.endswith(_TABLE_ENDINGS):
        raise TableError(f"{path}: event tables end in .csv, .csv.gz or .parquet")
    try:
        if ending.endswith(".parquet"):
            return pd.read_parquet(path)
        return _read_csv(path)
    except (OSError, ValueError, EOFError, zlib.error, MemoryError) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise TableError(f"{path}: cannot be read as an event table: {first}") from error


def _read_csv(path: Path) -> pd.DataFrame:
    """Read CSV with the names as they stand: pandas renames twins and shifts long rows."""
    import pandas as pd  # noqa: PLC0415 - slow to import

    names = pd.read_csv(path, header=None, nrows=1, dtype=str, keep_default_na=False).iloc[0]
    try:
        frame = pd.read_csv(path, header=None, skiprows=1, low_memory=False)
    except pd.errors.EmptyDataError:  # names only: a tube without events
        return pd.DataFrame(columns=list(names), dtype=float)
    if frame.shape[1] != len(names):
        raise ValueError(f"{len(names)} names over {frame.shape[1]} columns")
    return frame.set_axis(list(names), axis=1)


def _column_names(frame: pd.DataFrame, shown: str) -> list[str]:
    columns = [str(column).strip() for column in frame.columns]
    if not columns:
        raise TableError(f"{shown}: no columns")
    for number, column in enumerate(columns, start=1):
        if not column:
            raise TableError(f"{shown}: column {number} has no name")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise TableError(f"{shown}: column {twice[0]!r} stands there twice")
    return columns


def _table_events(
    frame: pd.DataFrame, columns: Sequence[str], shown: str
) -> npt.NDArray[np.float32]:
    """Copy the numbers; a table with anything else in it is refused."""
    events = np.empty(frame.shape, dtype=np.float32)
    for index, column in enumerate(columns):
        series = frame.iloc[:, index]
        if series.dtype.kind not in "fiub":
            raise TableError(f"{shown}: column {column!r} does not hold numbers ({series.dtype})")
        with np.errstate(over="ignore"):  # what float32 cannot hold is refused below
            events[:, index] = series.to_numpy(dtype=np.float32, na_value=np.nan)
        n_odd = int(np.count_nonzero(~np.isfinite(events[:, index])))
        if n_odd:
            raise TableError(
                f"{shown}: column {column!r} has {n_odd} missing or infinite value(s)"
            )
    return events


def _undo(
    events: npt.NDArray[np.float32], columns: Sequence[str], amplifier: LogChannels, shown: str
) -> list[float]:
    """Make logarithmic columns linear, in place; give the full scale of each column."""
    tops = []
    for index, column in enumerate(columns):
        if not amplifier.applies_to(column):
            tops.append(float(amplifier.channels))
            continue
        tops.append(10.0**amplifier.decades)
        try:
            events[:, index] = amplifier.linear(events[:, index])
        except TableError as error:
            raise TableError(f"{shown}: column {column!r}: {error}") from error
    return tops


def read_sample(
    path: Path,
    *,
    vocabulary: Vocabulary | None = None,
    name: str | None = None,
    scale: TableScale | None = None,
    scaling: Scaling = Scaling.LINEAR,
) -> Sample:
    """Read a list-mode file, or an event table where the ending says so.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.csv.gz`` and ``.parquet`` are tables; all else is FCS.
    vocabulary : Vocabulary or None
        Names that are known; None for those that come with flowpheno.
    name : str or None
        What to call the sample; None for the stem of the file.
    scale : Scale or LogChannels or IonCounts or None
        What the numbers of a table mean; a list-mode file says so itself.
    scaling : Scaling
        What to make of the numbers of a list-mode file.

    Returns
    -------
    Sample
        See `read_fcs` and `sample_from_table`.

    Raises
    ------
    FcsError
        If a list-mode file cannot be read.
    TableError
        If a table cannot be read.
    """
    if path.name.lower().endswith(_TABLE_ENDINGS):
        return sample_from_table(path, vocabulary=vocabulary, name=name, scale=scale)
    return read_fcs(path, vocabulary=vocabulary, name=name, scaling=scaling)
