"""Write a sample to a file: whole, or not at all."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from flowpheno.errors import WritingError
from flowpheno.fcs.writer import FcsVersion
from flowpheno.writing.deidentify import deidentify as without_identifiers
from flowpheno.writing.list_mode import write_list_mode
from flowpheno.writing.place import whole_file
from flowpheno.writing.table import write_csv, write_parquet

if TYPE_CHECKING:
    from flowpheno.sample import Sample


class Form(StrEnum):
    """Forms a sample is written in; each is the ending of its files."""

    FCS = "fcs"
    PARQUET = "parquet"
    CSV = "csv"


def write_sample(
    sample: Sample,
    path: Path | str,
    *,
    form: Form | str | None = None,
    version: FcsVersion | str = FcsVersion.FCS_3_1,
    deidentify: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write a sample as FCS, Parquet or CSV.

    FCS and Parquet give the same sample when read again, its values to the bit; CSV gives the
    values and the names. Columns that were compensated are called ``Comp-...`` in FCS and CSV, as
    FlowJo calls them. ANALYSIS and OTHER segments of the file that was read are not written.

    Parameters
    ----------
    sample : Sample
        In any state.
    path : Path or str
        File to write.
    form : Form or str or None
        ``"fcs"``, ``"parquet"`` or ``"csv"``; None to tell it from the ending of `path`.
    version : FcsVersion or str
        ``"3.1"`` or ``"3.2"``, for FCS.
    deidentify : bool
        Whether to leave out or replace all that could name a person, a place or a specimen, by
        the rules that come with flowpheno. The name of the file is left to the caller.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    WritingError
        If the form is not known, the sample cannot be written in it, or the file exists.
    OSError
        If the place cannot be written to; no part of the file is left behind.
    """
    path = Path(path)
    chosen, of_version = _form(path, form), _version(version)
    if deidentify:
        sample = without_identifiers(sample).sample
    with whole_file(path, overwrite=overwrite) as place:
        match chosen:
            case Form.FCS:
                write_list_mode(sample, place, of_version)
            case Form.PARQUET:
                write_parquet(sample, place)
            case Form.CSV:
                write_csv(sample, place)
            case _ as unreachable:
                assert_never(unreachable)
    return path


def _form(path: Path, form: Form | str | None) -> Form:
    """Read the form asked for, or the ending."""
    wanted = path.suffix.lower().removeprefix(".") if form is None else str(form)
    if wanted not in {*Form}:
        raise WritingError(f"{path}: written are {', '.join(Form)}, not {wanted!r}")
    return Form(wanted)


def _version(version: FcsVersion | str) -> FcsVersion:
    """Read the version asked for."""
    if version not in {*FcsVersion}:
        raise WritingError(f"FCS {version} is not written; {' and '.join(FcsVersion)} are")
    return FcsVersion(version)
