"""Files to files: each read, compensated, de-identified, transformed and written as asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.compensation import check_spillover, compensate, with_spillover
from flowpheno.errors import CompensationError, FcsError, TransformError, WritingError
from flowpheno.fcs.spillover import changes_nothing
from flowpheno.fcs.writer import FcsVersion
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.reading import read_fcs
from flowpheno.reading.files import stem
from flowpheno.writing import deidentify, scale_sample, write_sample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flowpheno.compensation import SpilloverLimits
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.marker import Vocabulary
    from flowpheno.panel.deidentify import DeidentifyRules
    from flowpheno.sample import Sample, Scale
    from flowpheno.writing import DisplayScale, Form

_STAGE = "pipeline.conversion"

_ENDINGS = frozenset({".fcs", ".parquet", ".csv"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What is made of every file.

    Attributes
    ----------
    form : Form
        Form to write.
    version : FcsVersion
        Of the standard, for FCS.
    compensate : bool
        Whether spillover is removed.
    limits : SpilloverLimits
        When a matrix is doubted.
    matrix : Spillover or None
        Matrix of every file instead of its own.
    display : DisplayScale or None
        Scale of fluorescence and mass channels; None for linear.
    rules : DeidentifyRules or None
        What stays of the keywords; None for all.
    vocabulary : Vocabulary
        Names that are known.
    overwrite : bool
        Whether existing files may be replaced.
    """

    form: Form
    limits: SpilloverLimits
    vocabulary: Vocabulary
    version: FcsVersion = FcsVersion.FCS_3_1
    compensate: bool = False
    matrix: Spillover | None = None
    display: DisplayScale | None = None
    rules: DeidentifyRules | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A file that was written.

    Attributes
    ----------
    source, target : Path
        The file read and the file written.
    n_events, n_channels : int
        What it holds.
    compensated : bool
        Whether it is free of spillover.
    scale : Scale
        What its numbers mean.
    dropped : tuple of str
        Keywords left out by de-identification.
    findings : tuple of Finding
        What was noticed.
    """

    source: Path
    target: Path
    n_events: int
    n_channels: int
    compensated: bool
    scale: Scale
    dropped: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConverted:
    """A file that could not be converted.

    Attributes
    ----------
    source : Path
        The file.
    error : str
        Name of the exception.
    message : str
        What is wrong.
    """

    source: Path
    error: str
    message: str


def convert_files(
    files: Sequence[Path],
    out: Path | None,
    conversion: Conversion,
    *,
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[tuple[Converted, ...], tuple[NotConverted, ...]]:
    """Convert files, one after the other; one that fails costs no other.

    Parameters
    ----------
    files : sequence of Path
        List-mode files.
    out : Path or None
        See `plan_targets`.
    conversion : Conversion
        What is made of them.
    progress : callable or None
        Called with the number done, the number of all and the name of the file.

    Returns
    -------
    tuple of Converted
        Those that were written, in order.
    tuple of NotConverted
        The others.

    Raises
    ------
    WritingError
        If `out` is a file where a folder is needed.
    OSError
        If the folder cannot be made.
    """
    targets = plan_targets(files, out, conversion)
    done: list[Converted] = []
    failed: list[NotConverted] = []
    for n, (source, target) in enumerate(zip(files, targets, strict=True), start=1):
        try:
            _refuse_input(target, files)
            done.append(convert_file(source, target, conversion))
        except (FcsError, CompensationError, TransformError, WritingError, OSError) as error:
            kind, message = type(error).__name__, " ".join(str(error).split())
            failed.append(NotConverted(source=source, error=kind, message=message))
        if progress is not None:
            progress(n, len(files), source.name)
    return tuple(done), tuple(failed)


def convert_file(source: Path, target: Path, conversion: Conversion) -> Converted:
    """Convert one file.

    Parameters
    ----------
    source : Path
        A list-mode file.
    target : Path
        File to write, in a folder that exists.
    conversion : Conversion
        What is made of it.

    Returns
    -------
    Converted
        What was written.

    Raises
    ------
    FcsError
        If it cannot be read.
    CompensationError
        If it is to be compensated and there is no matrix that can be used.
    TransformError
        If it is to be transformed and is not linear.
    WritingError
        If it cannot be written.
    """
    sample = read_fcs(source, vocabulary=conversion.vocabulary)
    sample = _compensated(sample, conversion)
    dropped: tuple[str, ...] = ()
    if conversion.rules is not None:
        clean = deidentify(
            sample, conversion.rules, vocabulary=conversion.vocabulary, name=stem(target)
        )
        sample, dropped = clean.sample, clean.dropped
    doubts = check_spillover(sample, conversion.limits) if conversion.compensate else ()
    if conversion.display is not None:
        sample = scale_sample(sample, conversion.display)
    write_sample(
        sample,
        target,
        form=conversion.form,
        version=conversion.version,
        overwrite=conversion.overwrite,
    )
    return Converted(
        source=source,
        target=target,
        n_events=sample.n_events,
        n_channels=len(sample.channels),
        compensated=sample.compensated,
        scale=sample.scale,
        dropped=dropped,
        findings=(*sample.findings, *doubts),
    )


def plan_targets(
    files: Sequence[Path], out: Path | None, conversion: Conversion
) -> tuple[Path, ...]:
    """Decide where each file goes, and make the folder.

    Parameters
    ----------
    files : sequence of Path
        List-mode files.
    out : Path or None
        For one file a name with the ending of the form; else a folder, made if absent; None for
        the current folder.
    conversion : Conversion
        De-identified files are called ``deidentified_001`` and so on, in the order of `files`, as
        a file's own name may hold an accession number; others keep their stem, with ``_2`` where
        two would have one name.

    Returns
    -------
    tuple of Path
        One for each file.

    Raises
    ------
    WritingError
        If `out` names one file, and there are several.
    OSError
        If the folder cannot be made.
    """
    ending = f".{conversion.form}"
    if out is not None and not out.is_dir() and out.suffix.lower() in _ENDINGS - {ending}:
        raise WritingError(f"{out} ends in {out.suffix}, but {ending} is to be written")
    if out is not None and not out.is_dir() and out.suffix.lower() == ending:
        if len(files) > 1:
            raise WritingError(f"{out}: {len(files)} files need a folder")
        out.parent.mkdir(parents=True, exist_ok=True)
        return (out,)
    folder = out or Path()
    folder.mkdir(parents=True, exist_ok=True)
    if conversion.rules is not None:
        return tuple(folder / f"deidentified_{n:03d}{ending}" for n in range(1, len(files) + 1))
    taken: set[str] = set()
    targets = []
    for file in files:
        name, twin = stem(file), 1
        while name.casefold() in taken:
            twin += 1
            name = f"{stem(file)}_{twin}"
        taken.add(name.casefold())
        targets.append(folder / f"{name}{ending}")
    return tuple(targets)


def _compensated(sample: Sample, conversion: Conversion) -> Sample:
    """Compensate if asked to, or refuse; never pass on raw values for compensated ones."""
    if conversion.matrix is not None:
        sample = with_spillover(sample, conversion.matrix)
    if not conversion.compensate:
        return sample
    spillover = sample.spillover
    if sample.compensated and (spillover is None or not changes_nothing(spillover)):
        message = "compensated already, and not again"
        return replace(sample, findings=(*sample.findings, _note(message)))
    if spillover is None:
        raise CompensationError(f"{sample.name}: no spillover matrix that can be used")
    if changes_nothing(spillover):
        raise CompensationError(
            f"{sample.name}: the matrix of {spillover.source} is the identity; it removes nothing"
        )
    return compensate(sample)


def _refuse_input(target: Path, files: Sequence[Path]) -> None:
    """Never write over a file that is being converted, whatever was forced."""
    if target.exists() and any(target.samefile(file) for file in files if file.exists()):
        raise WritingError(f"{target} is one of the files to convert")


def _note(message: str) -> Finding:
    return Finding(
        code=ReasonCode.METADATA_DERIVED, severity=Severity.NOTE, stage=_STAGE, message=message
    )
