"""Populations of a tube, found without a hand-drawn gate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.compensation import read_spillover_file, with_spillover
from flowpheno.errors import GateError
from flowpheno.panel.definitions import load_definitions
from flowpheno.pipeline.populations import (
    FoundPopulations,
    find_populations,
    picture_of,
    write_populations,
)
from flowpheno.reading import read_sample
from flowpheno.sample import Sample

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from flowpheno.arrays import EventMask
    from flowpheno.panel.definitions import Definitions
    from flowpheno.reading import TableScale


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Populations(FoundPopulations):
    """A tube with the populations that its markers tell."""

    def __repr__(self) -> str:
        n = len(self.gated.populations)
        return (
            f"<Populations {self.gated.sample.name}: {n} in {self.gated.sample.n_events} events>"
        )

    def mask(self, population: str) -> EventMask:
        """Give the events of a population.

        Parameters
        ----------
        population : str
            A name of `table`.

        Returns
        -------
        EventMask
            Within its parent; shape ``(n_events,)``, read-only.

        Raises
        ------
        GateError
            If the tube has no such population.
        """
        known = self.gated.populations
        if population in known:
            return known[population].mask
        if population == "nucleated":
            return self.gated.nucleated
        raise GateError(f"{population!r} is no population here; there are {', '.join(known)}")

    def plot(self, population: str = "") -> Figure:
        """Draw a population over its parent.

        Parameters
        ----------
        population : str
            A name of `table`; empty for all of them on CD45 against side scatter.

        Returns
        -------
        Figure
            On the first two of its markers, with its borders on them; not known to pyplot.

        Raises
        ------
        GateError
            If there is no such population, or it has no markers of its own to draw it on.
        """
        if population:
            self.mask(population)
        return picture_of(self.gated, population)

    def write(self, out: Path | str, *, overwrite: bool = False) -> tuple[Path, ...]:
        """Write tables, the membership of every event and pictures.

        Parameters
        ----------
        out : Path or str
            Folder; made if absent.
        overwrite : bool
            Whether existing files may be replaced.

        Returns
        -------
        tuple of Path
            What was written.

        Raises
        ------
        WritingError
            If a file exists and may not be replaced.
        """
        return write_populations(self, Path(out), overwrite=overwrite)


def populations(
    source: Sample | Path | str,
    *,
    matrix: Path | str | None = None,
    scale: TableScale | None = None,
    definitions: Definitions | None = None,
) -> Populations:
    """Find the populations that a tube's markers tell.

    Parameters
    ----------
    source : Sample or Path or str
        A tube, an FCS file, or an event table (``.csv``, ``.csv.gz``, ``.parquet``).
    matrix : Path or str or None
        CSV, TSV or FCS: spillover matrix, instead of that of the file.
    scale : Scale or LogChannels or IonCounts or None
        What the numbers of a table mean; see `sample_from_table`.
    definitions : Definitions or None
        Of `load_definitions`; None for those that come with flowpheno.

    Returns
    -------
    Populations
        None of them, and a finding that says why, where the tube cannot be gated.

    Raises
    ------
    FlowphenoError
        If file, table or matrix cannot be used.
    """
    known = definitions or load_definitions()
    sample = source
    if not isinstance(sample, Sample):
        sample = read_sample(Path(sample), vocabulary=known.vocabulary, scale=scale)
    if matrix is not None:
        sample = with_spillover(sample, read_spillover_file(Path(matrix)))
    found = find_populations(sample, known)
    return Populations(control=found.control, gated=found.gated)
