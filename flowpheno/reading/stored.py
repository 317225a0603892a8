"""What a Parquet file written by flowpheno says of its numbers."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from flowpheno.errors import TableError
from flowpheno.fcs.spillover import Spillover
from flowpheno.marker import canonical_marker
from flowpheno.sample import ChannelKind, Measure, Scale

if TYPE_CHECKING:
    from pathlib import Path

    from flowpheno.marker import Vocabulary
    from flowpheno.sample import Channel, Sample

_KEY = b"flowpheno"


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredChannel(_Stored):
    """One column."""

    detector: Annotated[str, Field(min_length=1)]
    label: str
    range: FiniteFloat
    marker: str | None
    fluorochrome: str | None
    kind: ChannelKind
    measure: Measure


class StoredSpillover(_Stored):
    """A matrix."""

    detectors: Annotated[tuple[str, ...], Field(min_length=1)]
    matrix: tuple[tuple[FiniteFloat, ...], ...]
    source: str

    @model_validator(mode="after")
    def _square(self) -> Self:
        size = len(self.detectors)
        if [len(row) for row in self.matrix] != [size] * size:
            raise ValueError(f"{size} detectors need {size} x {size} coefficients")
        return self

    def spillover(self) -> Spillover:
        """Give the matrix itself.

        Returns
        -------
        Spillover
            Read-only.
        """
        matrix = np.array(self.matrix, np.float64)
        matrix.flags.writeable = False
        return Spillover(detectors=self.detectors, matrix=matrix, source=self.source)


class Description(_Stored):
    """What the schema metadata of a Parquet file hold."""

    format: Literal[1]
    flowpheno: str
    version: str
    scale: Scale
    compensated: bool
    spillover: StoredSpillover | None
    channels: Annotated[tuple[StoredChannel, ...], Field(min_length=1)]
    keywords: dict[str, str]

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = {channel.detector for channel in self.channels}
        unknown = set(self.spillover.detectors if self.spillover else ()) - names
        if len(names) < len(self.channels) or unknown:
            raise ValueError("channels are not unique, or the matrix names others")
        return self


def read_description(path: Path) -> Description | None:
    """Read what a Parquet file says of itself.

    Parameters
    ----------
    path : Path
        A Parquet file.

    Returns
    -------
    Description or None
        None if flowpheno did not write it.

    Raises
    ------
    TableError
        If the file cannot be opened, or what it says makes no sense.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed here only
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import

    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise TableError(f"{path}: cannot be read as an event table: {first}") from error
    if _KEY not in metadata:
        return None
    try:
        return Description.model_validate_json(metadata[_KEY])
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "all of it"
        problem = f"{place}: {error.errors()[0]['msg']}"
        raise TableError(f"{path}: its description makes no sense: {problem}") from error


def restore(sample: Sample, description: Description, vocabulary: Vocabulary) -> Sample:
    """Give a sample made of the bare table what the file says of it.

    Parameters
    ----------
    sample : Sample
        With the columns of the table, in its order.
    description : Description
        What the file says.
    vocabulary : Vocabulary
        Names that are known; others are not believed.

    Returns
    -------
    Sample
        With matrix, scale, full scales, keywords and version of the one that was written.
    """
    stored = description.spillover
    channels = tuple(
        _restored(channel, said, vocabulary)
        for channel, said in zip(sample.channels, description.channels, strict=True)
    )
    return replace(
        sample,
        channels=channels,
        spillover=None if stored is None else stored.spillover(),
        compensated=description.compensated,
        keywords=MappingProxyType(dict(description.keywords)),
        version=description.version,
    )


def _restored(channel: Channel, said: StoredChannel, vocabulary: Vocabulary) -> Channel:
    """Believe what a file says a channel measures, if the words are known ones."""
    channel = replace(channel, range=said.range)
    known = None if said.marker is None else canonical_marker(said.marker, vocabulary)
    dye = said.fluorochrome
    if known != said.marker:
        return channel
    return replace(
        channel,
        marker=known,
        kind=said.kind,
        measure=said.measure,
        fluorochrome=dye if dye is None or dye in vocabulary.fluorochromes else None,
    )
