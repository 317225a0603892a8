"""Files as fcsparser reads them, with its exceptions and its silent errors as FcsError."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flowpheno.errors import FcsError, TableError, UnsupportedFcsError
from flowpheno.exchange.extra import import_extra
from flowpheno.exchange.tables import dataset_from_tables
from flowpheno.fcs.reader import inspect_file
from flowpheno.finding import Finding, ReasonCode, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from flowpheno.fcs.dataset import FcsDataset

_BROKEN = (
    ArithmeticError,  # sizes beyond 64 bits
    AttributeError,  # numpy 2 has no ndarray.newbyteorder
    LookupError,  # keywords that are missing, TEXT of nothing
    MemoryError,
    OSError,
    TypeError,  # widths that no number has
    ValueError,
)
"""What fcsparser 0.2.8 raises on damaged files, beside an exception of its own."""
_SAID = {  # fcsparser's warnings begin so; the rest can hold a path
    "There appears to be some information in the ANALYSIS": "ANALYSIS is not read",
    "The first two characters": "TEXT does not end with its delimiter",
    "The default channel names": "names of channels are not unique",
}
_BITS_OF_BYTE = 8


def parse_dataset(path: Path, *, dataset: int | None = None) -> FcsDataset:
    """Read one data set of a file by fcsparser.

    It is there to compare with. HEADER and TEXT are read by `inspect_file` first, since fcsparser
    believes any number of parameters; and what it reads wrongly without a word is refused: widths
    that are no whole bytes, parameters of different types, a data set that is not there.

    Parameters
    ----------
    path : Path
        The file; not gzipped.
    dataset : int or None
        Which data set, from 0; None for the first.

    Returns
    -------
    FcsDataset
        Linear events of that data set alone; its warnings are findings.

    Raises
    ------
    FcsError
        If fcsparser cannot read the file.
    MissingPackageError
        If it is not installed.
    """
    fcsparser = import_extra("fcsparser", "fcsparser")
    own = import_extra("fcsparser.api", "fcsparser").ParserFeatureNotImplementedError
    _check(path, dataset or 0)
    options = {"channel_naming": "$PnN", "dtype": None, "data_set": dataset or 0}
    with _recorded() as said:
        try:
            meta, frame = fcsparser.parse(str(path), **options)
        except own as error:
            raise UnsupportedFcsError(_refusal(error), segment="TEXT", offset=0) from error
        except _BROKEN as error:
            raise FcsError(_refusal(error), segment="FILE", offset=0) from error
    return _dataset(meta, frame, said, dataset or 0)


def _dataset(
    meta: Mapping[str, Any],
    frame: pd.DataFrame,
    said: Sequence[warnings.WarningMessage],
    index: int,
) -> FcsDataset:
    try:
        read = dataset_from_tables(meta, frame)
    except TableError as error:
        raise FcsError(str(error), segment="TEXT", offset=0) from error
    findings = (_finding("read by fcsparser"), *(_finding(_warned(w)) for w in said))
    return replace(read, findings=(*findings, *read.findings), index=index)


@contextmanager
def _recorded() -> Iterator[list[warnings.WarningMessage]]:
    """Keep fcsparser's warnings, and its log, from the screen."""
    log = logging.getLogger("fcsparser.api")
    level = log.level
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        log.setLevel(logging.ERROR)
        try:
            yield said
        finally:
            log.setLevel(level)


def _refusal(error: Exception) -> str:
    """Say what fcsparser said, without its path."""
    words = str(error).split('"')
    said = " ".join(" ".join(words[::2] if len(words) > 2 else words).split())  # noqa: PLR2004 - a quoted path
    if isinstance(error, AttributeError):
        said += " (fcsparser needs numpy < 2)"
    return f"fcsparser cannot read the file: {type(error).__name__}: {said[:120]}"


def _warned(warning: warnings.WarningMessage) -> str:
    message = str(warning.message)
    known = [said for start, said in _SAID.items() if message.startswith(start)]
    return f"fcsparser warns: {known[0] if known else warning.category.__name__}"


def _finding(message: str) -> Finding:
    return Finding(
        code=ReasonCode.FCS_REPAIRED,
        severity=Severity.NOTE,
        stage="exchange.parsing",
        message=message,
    )


def _check(path: Path, dataset: int) -> None:
    """Refuse what fcsparser reads as something else, or without a bound."""
    outlines = inspect_file(path).outlines
    if not 0 <= dataset < len(outlines):  # fcsparser would give the last one
        problem = f"holds {len(outlines)} data set(s); number {dataset} (from 0) was asked for"
        raise FcsError(problem, segment="FILE", offset=0)
    parameters = outlines[dataset].parameters
    odd = [p for p in parameters if p.bits % _BITS_OF_BYTE]
    if odd:
        problem = f"{odd[0].bits} bits for {odd[0].detector[:40]!r}: fcsparser reads whole bytes"
        raise UnsupportedFcsError(problem, segment="TEXT", offset=0)
    if len({p.data_type for p in parameters}) > 1:
        problem = "parameters differ in type: fcsparser reads all as one"
        raise UnsupportedFcsError(problem, segment="TEXT", offset=0)
