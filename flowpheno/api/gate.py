"""Gates that a person drew, applied to a tube."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.compensation import read_spillover_file, with_spillover
from flowpheno.errors import GateError, WritingError
from flowpheno.gates import Strategy, evaluate
from flowpheno.gates.gatingml import gatingml_of
from flowpheno.panel.strategy_text import strategy_yaml
from flowpheno.pipeline.drawn import by_gain
from flowpheno.pipeline.gates import (
    GatedFile,
    find_strategy,
    gates_table,
    membership_of,
    picture_of,
    read_strategy,
    write_gated,
)
from flowpheno.reading import read_sample
from flowpheno.sample import Sample
from flowpheno.writing.place import whole_file

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from flowpheno.arrays import EventMask
    from flowpheno.reading import TableScale


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Gated(GatedFile):
    """A tube with the gates that a person drew."""

    def __repr__(self) -> str:
        gates = len(self.results.populations)
        return f"<Gated {self.sample.name}: {gates} gates, {self.results.n_events} events>"

    @property
    def table(self) -> pd.DataFrame:
        """A row for each gate: gate, parent, n, percent_of_parent."""
        return gates_table(self.results)

    @property
    def events(self) -> pd.DataFrame:
        """Membership of every event, in file order: a Boolean column for each gate."""
        return membership_of(self.results)

    def mask(self, gate: str) -> EventMask:
        """Give the events of a gate.

        Parameters
        ----------
        gate : str
            Id of a gate or quadrant.

        Returns
        -------
        EventMask
            Within its parent; shape ``(n_events,)``, read-only.

        Raises
        ------
        GateError
            If there is no such gate.
        """
        if gate not in self.results.populations:
            known = ", ".join(self.results.populations)
            raise GateError(f"{gate!r} is no gate here; there are {known}")
        return self.results.populations[gate].mask

    def plot(self, gate: str) -> Figure:
        """Draw a gate over its parent.

        Parameters
        ----------
        gate : str
            Id of a gate or quadrant.

        Returns
        -------
        Figure
            On the scales of the gate, counts drawn; not known to pyplot.

        Raises
        ------
        GateError
            If there is no such gate, or it is a Boolean one, which has no picture.
        """
        self.mask(gate)
        return picture_of(self, gate)

    def write(self, out: Path | str, *, overwrite: bool = False) -> tuple[Path, ...]:
        """Write gates.csv, membership.parquet and a picture of each gate.

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
        return write_gated(self, Path(out), overwrite=overwrite)


def gate(
    source: Sample | Path | str,
    strategy: Strategy | Path | str,
    *,
    matrix: Path | str | None = None,
    scale: TableScale | None = None,
) -> Gated:
    """Apply gates that a person drew.

    Parameters
    ----------
    source : Sample or Path or str
        A tube, an FCS file, or an event table (``.csv``, ``.csv.gz``, ``.parquet``).
    strategy : Strategy or Path or str
        Gates as values; a file (Gating-ML 2.0, FlowJo 10 workspace, YAML); or the name of a
        strategy that comes with flowpheno, such as ``"b_precursor_8c"``.
    matrix : Path or str or None
        CSV, TSV or FCS: spillover matrix, instead of that of the file.
    scale : Scale or LogChannels or IonCounts or None
        What the numbers of a table mean; see `sample_from_table`.

    Returns
    -------
    Gated
        What each gate holds.

    Raises
    ------
    FlowphenoError
        If file, matrix or gates cannot be used, or do not fit each other.
    """
    sample = source
    if not isinstance(sample, Sample):
        sample = read_sample(Path(sample), scale=scale)
    if matrix is not None:
        sample = with_spillover(sample, read_spillover_file(Path(matrix)))
    if not isinstance(strategy, Strategy):
        name = sample.name if sample.origin is None else sample.origin.path.name
        strategy = read_strategy(find_strategy(strategy), sample=name)
    sample = by_gain(sample)
    return Gated(sample=sample, strategy=strategy, results=evaluate(strategy, sample))


def write_strategy(strategy: Strategy, path: Path | str, *, overwrite: bool = False) -> Path:
    """Write gates, for ``flowpheno gate --strategy``, ``classify --gates`` and other programs.

    Parameters
    ----------
    strategy : Strategy
        The gates.
    path : Path or str
        ``.yaml`` for flowpheno's own form, ``.xml`` for Gating-ML 2.0.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    WritingError
        If the ending is another, or the file exists and may not be replaced.
    GateError
        If a gate is on a scale that the form does not have.
    """
    target = Path(path)
    forms = {".yaml": strategy_yaml, ".yml": strategy_yaml, ".xml": gatingml_of}
    if target.suffix.lower() not in forms:
        raise WritingError(f"{target.name}: gates are written as {', '.join(forms)}")
    text = forms[target.suffix.lower()](strategy)
    with whole_file(target, overwrite=overwrite) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return target
