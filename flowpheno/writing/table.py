"""A sample as a table: Parquet, which keeps what the numbers mean, or CSV, which cannot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flowpheno.errors import WritingError
from flowpheno.version import VERSION
from flowpheno.writing.keywords import true_keywords
from flowpheno.writing.list_mode import written_detectors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flowpheno.sample import Channel, Sample

DESCRIPTION = b"flowpheno"
"""Key of the schema metadata under which a Parquet file describes itself."""
FORMAT = 1


def write_parquet(sample: Sample, path: Path) -> None:
    """Write a sample as Parquet: a float32 column for each channel, named by its detector.

    The schema metadata hold, as JSON under ``flowpheno``, what `reading.sample_from_table` needs
    to give the same sample again; each field has ``label`` and ``marker`` of its channel.

    Parameters
    ----------
    sample : Sample
        In any state.
    path : Path
        File to write; an existing one is replaced.

    Raises
    ------
    WritingError
        If two columns have one name, or one has none.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed here only
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import

    detectors = [channel.detector for channel in sample.channels]
    _check_names(sample, detectors)
    fields = [
        pa.field(
            channel.detector,
            pa.float32(),
            nullable=False,
            metadata={"label": channel.label, "marker": str(channel.marker or "")},
        )
        for channel in sample.channels
    ]
    description = json.dumps(describe(sample), ensure_ascii=True)
    schema = pa.schema(fields, metadata={DESCRIPTION: description.encode("ascii")})
    columns = [pa.array(sample.events[:, n]) for n in range(len(detectors))]
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), path)


def write_csv(sample: Sample, path: Path) -> None:
    """Write a sample as CSV: one heading, ``detector :: label``, then a row for each event.

    Values are written with as many digits as it takes to read the same float32 again. Compensated
    columns are called ``Comp-...``; the scale is not said.

    Parameters
    ----------
    sample : Sample
        In any state.
    path : Path
        File to write; an existing one is replaced.

    Raises
    ------
    WritingError
        If two columns have one name, or one has none.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed here only
    from pyarrow import csv  # noqa: PLC0415 - slow to import

    detectors = written_detectors(sample)
    names = [
        _heading(detector, channel)
        for detector, channel in zip(detectors, sample.channels, strict=True)
    ]
    _check_names(sample, names)
    columns = [pa.array(sample.events[:, n]) for n in range(len(names))]
    csv.write_csv(pa.Table.from_arrays(columns, names=names), path)


def describe(sample: Sample) -> dict[str, Any]:
    """Say what the numbers of a sample mean.

    Parameters
    ----------
    sample : Sample
        In any state.

    Returns
    -------
    dict
        Plain JSON types.
    """
    spillover = sample.spillover
    return {
        "format": FORMAT,
        "flowpheno": VERSION,
        "version": sample.version,
        "scale": str(sample.scale),
        "compensated": sample.compensated,
        "spillover": None
        if spillover is None
        else {
            "detectors": list(spillover.detectors),
            "matrix": spillover.matrix.tolist(),
            "source": spillover.source,
        },
        "channels": [
            {
                "detector": c.detector,
                "label": c.label,
                "range": c.range,
                "marker": c.marker,
                "fluorochrome": c.fluorochrome,
                "kind": str(c.kind),
                "measure": str(c.measure),
            }
            for c in sample.channels
        ],
        "keywords": true_keywords(sample),
    }


def _heading(detector: str, channel: Channel) -> str:
    """Name a column as flowFP and others do."""
    if channel.label in {"", channel.detector}:
        return detector
    return f"{detector} :: {channel.label}"


def _check_names(sample: Sample, names: Sequence[str]) -> None:
    """Refuse a table that nobody could read."""
    bare = [name.strip() for name in names]
    twice = sorted({name for name in bare if bare.count(name) > 1})
    if not names or twice or not all(bare):
        problem = f"two columns called {twice[0]!r}" if twice else "a column without a name"
        raise WritingError(f"{sample.name}: a table cannot have {problem}")
