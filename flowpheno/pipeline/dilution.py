"""Files of in-silico dilutions: read, mixed, written with their labels and a manifest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.evaluation import read_event_labels
from flowpheno.panel.evaluation import load_evaluation_rules
from flowpheno.reading import read_sample
from flowpheno.simulation import (
    Dilution,
    LabelledSample,
    dilution_series,
    manifest_row,
    spike,
    write_rows,
)
from flowpheno.simulation.truth import MANIFEST_COLUMNS, NEGATIVE, POSITIVE
from flowpheno.writing import write_sample

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TRUTH_COLUMNS = (
    "specimen", "path", "expected", "percent", "blast_percent", "n_events", "n_blasts", "seed",
    "source",
)  # fmt: skip


def read_labelled(path: Path, labels: Path | None) -> LabelledSample:
    """Read a file with the labels of its events.

    Parameters
    ----------
    path : Path
        List-mode file or event table.
    labels : Path or None
        See `flowpheno.evaluation.read_event_labels`; also ``events/<tube>.parquet`` of a results
        folder. None if no event is a blast.

    Returns
    -------
    LabelledSample
        Values as measured.

    Raises
    ------
    FlowphenoError
        If one of them cannot be read, or they are not of one length.
    """
    sample = read_sample(path)
    if labels is None:
        return LabelledSample(sample=sample, blasts=np.zeros(sample.n_events, dtype=bool))
    known = read_event_labels(labels, load_evaluation_rules())
    return LabelledSample(sample=sample, blasts=known.blasts, nucleated=known.nucleated)


def write_spike(
    blasts: LabelledSample,
    into: LabelledSample,
    out: Path,
    *,
    percent: float,
    seed: int,
    overwrite: bool = False,
) -> Dilution:
    """Write blasts of one sample among the other cells of another.

    Parameters
    ----------
    blasts, into : LabelledSample
        As `flowpheno.simulation.spike` takes them.
    out : Path
        FCS file; its labels go to ``<stem>.labels.parquet`` beside it.
    percent : float
        Blasts in percent of the denominator, 0 to below 100.
    seed : int
        Not negative.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    Dilution
        What was written.

    Raises
    ------
    FlowphenoError
        If the samples cannot be mixed, or the file exists.
    """
    mixed = spike(blasts, into, percent=percent, rng=np.random.default_rng(seed), name=out.stem)
    _write(mixed, out, overwrite=overwrite)
    return mixed


def write_dilution_series(
    labelled: LabelledSample,
    directory: Path,
    *,
    percents: Sequence[float],
    seed: int,
    overwrite: bool = False,
) -> tuple[Dilution, ...]:
    """Write the diagnosis file and the follow-up files of one labelled file.

    Parameters
    ----------
    labelled : LabelledSample
        The file.
    directory : Path
        Folder; made if absent. It gets the FCS files with their labels, ``truth.csv``, and
        ``manifest.csv``, which names the diagnosis of each follow-up.
    percents : sequence of float
        Blasts of the follow-ups, percent, 0 to below 100.
    seed : int
        Not negative.
    overwrite : bool
        Whether existing files may be replaced.

    Returns
    -------
    tuple of Dilution
        The diagnosis first.

    Raises
    ------
    FlowphenoError
        If there are too few cells, or a file exists.
    """
    diagnosis, series = dilution_series(labelled, percents, seed=seed)
    directory.mkdir(parents=True, exist_ok=True)
    files = (_whole(diagnosis), *series)
    asked: tuple[float | str, ...] = ("", *percents)
    for mixed in files:
        _write(mixed, directory / f"{mixed.sample.name}.fcs", overwrite=overwrite)
    patient = labelled.sample.name
    first = f"{diagnosis.sample.name}.fcs"
    rows = [
        manifest_row(
            f.sample.name, f.sample.name, patient=patient, diagnosis="" if f is files[0] else first
        )
        for f in files
    ]
    write_rows(directory / "manifest.csv", MANIFEST_COLUMNS, rows)
    truths = [
        _truth(mixed, percent, seed, patient) for mixed, percent in zip(files, asked, strict=True)
    ]
    write_rows(directory / "truth.csv", TRUTH_COLUMNS, truths)
    return files


def _whole(labelled: LabelledSample) -> Dilution:
    n = labelled.sample.n_events
    return Dilution(
        sample=labelled.sample,
        blasts=labelled.blasts,
        nucleated=labelled.nucleated,
        source=np.full(n, labelled.sample.name),
        index=np.arange(n) if labelled.index is None else labelled.index,
    )


def _truth(mixed: Dilution, percent: float | str, seed: int, source: str) -> dict[str, object]:
    n_blasts = int(mixed.blasts.sum())
    return {
        "specimen": mixed.sample.name,
        "path": f"{mixed.sample.name}.fcs",
        "expected": POSITIVE if n_blasts else NEGATIVE,
        "percent": percent,
        "blast_percent": mixed.percent,
        "n_events": mixed.sample.n_events,
        "n_blasts": n_blasts,
        "seed": seed,
        "source": source,
    }


def _write(mixed: Dilution, path: Path, *, overwrite: bool) -> None:
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import

    path.parent.mkdir(parents=True, exist_ok=True)
    write_sample(replace(mixed.sample, name=path.stem), path, form="fcs", overwrite=overwrite)
    columns = {"blast": pa.array(mixed.blasts)}
    if mixed.nucleated is not None:
        columns["nucleated"] = pa.array(mixed.nucleated)
    columns["source"] = pa.array(mixed.source).dictionary_encode()
    columns["event"] = pa.array(mixed.index)
    pq.write_table(pa.table(columns), path.with_suffix(".labels.parquet"))
