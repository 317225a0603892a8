"""A gating strategy applied to a file: read, evaluated, written as tables and pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.compensation import with_spillover
from flowpheno.errors import GateError, PanelError
from flowpheno.fcs.selection import Scaling
from flowpheno.gates import evaluate, populations_of
from flowpheno.gates.flowjo import read_workspace
from flowpheno.gates.gatingml import strategy_of_gatingml
from flowpheno.gates.xml import read_xml
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.strategy import load_strategy
from flowpheno.plotdata import drawn_gates
from flowpheno.reading import read_sample
from flowpheno.writing.place import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from matplotlib.figure import Figure

    from flowpheno.fcs.spillover import Spillover
    from flowpheno.gates import GateResults, Strategy
    from flowpheno.reading import TableScale
    from flowpheno.sample import Sample

ALL_EVENTS = "all events"
"""What tables call the parent of a gate that has none."""

STRATEGIES = "strategies"
"""Folder of a folder of definitions that holds strategies."""

_YAML = {".yaml", ".yml"}
_NOT_IN_NAMES = re.compile(r"[^\w+-]+")
_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GatedFile:
    """A file with its gates.

    Attributes
    ----------
    sample : Sample
        As recorded, divided by gain.
    strategy : Strategy
        The gates.
    results : GateResults
        What they hold.
    """

    sample: Sample
    strategy: Strategy
    results: GateResults


def find_strategy(name: Path | str, panels: Path | None = None) -> Path:
    """Find a strategy by its file or its name.

    Parameters
    ----------
    name : Path or str
        A file, or the name of one in ``strategies/`` of a folder of definitions, such as
        ``"b_precursor_8c"``.
    panels : Path or None
        Folder of definitions that is searched before those that come with flowpheno.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    PanelError
        If there is neither such a file nor such a name; lists the names.
    """
    path = Path(name)
    if path.is_file():
        return path
    folders = [folder / STRATEGIES for folder in (panels, builtin_directory()) if folder]
    files = {file.stem: file for folder in folders[::-1] for file in folder.glob("*.yaml")}
    if str(name) in files:
        return files[str(name)]
    known = ", ".join(sorted(files))
    raise PanelError(path, [f"no file, and no strategy of that name; there are: {known}"])


def read_strategy(path: Path, *, sample: str = "") -> Strategy:
    """Read gates in any of the forms there are.

    Parameters
    ----------
    path : Path
        Gating-ML 2.0, a FlowJo 10 workspace, or YAML, told by ending and content.
    sample : str
        Which sample of a workspace.

    Returns
    -------
    Strategy
        The gates.

    Raises
    ------
    GateError
        If an XML file cannot be read as one.
    PanelError
        If a YAML file is no strategy.
    MissingPackageError
        If it is a workspace and FlowKit is not installed.
    """
    if path.suffix.lower() in _YAML:
        return load_strategy(path)
    root = read_xml(path)
    if root.name == "Workspace":
        return read_workspace(path).sample(sample).strategy
    try:
        return strategy_of_gatingml(root, name=path.stem)
    except GateError as error:
        raise GateError(f"{path}: {error}") from error


def gate_file(
    path: Path,
    strategy: Strategy,
    *,
    matrix: Spillover | None = None,
    scale: TableScale | None = None,
) -> GatedFile:
    """Apply gates to a file.

    Parameters
    ----------
    path : Path
        An FCS file, or an event table (``.csv``, ``.csv.gz``, ``.parquet``).
    strategy : Strategy
        The gates.
    matrix : Spillover or None
        Used where gates ask for the matrix of the file; None for that of the file.
    scale : Scale or LogChannels or IonCounts or None
        What the numbers of a table mean; see `sample_from_table`.

    Returns
    -------
    GatedFile
        What the gates hold.

    Raises
    ------
    FcsError
        If the file cannot be read.
    TableError
        If the table cannot be read, or does not say its scale.
    CompensationError
        If the matrix does not fit.
    GateError
        If the gates do not fit the file.
    """
    sample = read_sample(path, scale=scale, scaling=Scaling.GAIN)
    if matrix is not None:
        sample = with_spillover(sample, matrix)
    return GatedFile(sample=sample, strategy=strategy, results=evaluate(strategy, sample))


def gates_table(results: GateResults) -> pd.DataFrame:
    """List what gates hold.

    Parameters
    ----------
    results : GateResults
        Populations.

    Returns
    -------
    DataFrame
        A row a gate or quadrant: ``gate``, ``parent``, ``n``, ``percent_of_parent`` (0 to 100,
        NaN if the parent is empty).
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    rows = [
        (name, p.parent or ALL_EVENTS, p.n, results.percent_of_parent(name))
        for name, p in results.populations.items()
    ]
    return pd.DataFrame(rows, columns=["gate", "parent", "n", "percent_of_parent"])


def membership_of(results: GateResults) -> pd.DataFrame:
    """Tabulate the membership of every event.

    Parameters
    ----------
    results : GateResults
        Populations.

    Returns
    -------
    DataFrame
        A row an event, in file order; a Boolean column for each gate.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    return pd.DataFrame({name: p.mask for name, p in results.populations.items()})


def picture_of(gated: GatedFile, gate: str) -> Figure:
    """Draw one gate over its parent.

    Parameters
    ----------
    gated : GatedFile
        What the gates hold.
    gate : str
        Id of a gate, or of a quadrant, which is drawn with the others.

    Returns
    -------
    Figure
        Not known to pyplot.

    Raises
    ------
    GateError
        If there is no such gate, or it has no dimension to draw it on.
    """
    from flowpheno.report.figures import draw  # noqa: PLC0415 - slow to import

    wanted = {g.id for g in gated.strategy.gates if gate in {g.id, *populations_of(g)}}
    for plot in drawn_gates(gated.strategy, gated.sample, gated.results):
        if plot.name in wanted:
            return draw(plot)
    raise GateError(f"gate {gate}: there is no picture of it")


def write_gated(gated: GatedFile, out: Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write tables and pictures.

    Parameters
    ----------
    gated : GatedFile
        What the gates hold.
    out : Path
        A folder, which is made.
    overwrite : bool
        Whether existing files may be replaced.

    Returns
    -------
    tuple of Path
        ``gates.csv``, ``membership.parquet`` (a Boolean column for each gate, events in file
        order) and a picture for each gate with one dimension or more, in ``plots/``.

    Raises
    ------
    WritingError
        If a file exists and may not be replaced.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = [out / "gates.csv", out / "membership.parquet"]
    with whole_file(written[0], overwrite=overwrite) as part:
        gates_table(gated.results).to_csv(part, index=False)
    with whole_file(written[1], overwrite=overwrite) as part:
        _write_membership(gated.results, part)
    return (*written, *_write_plots(gated, out / "plots", overwrite=overwrite))


def _write_membership(results: GateResults, path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import

    columns = [pa.array(p.mask) for p in results.populations.values()]
    pq.write_table(pa.Table.from_arrays(columns, names=list(results.populations)), path)


def _write_plots(gated: GatedFile, out: Path, *, overwrite: bool) -> Iterator[Path]:
    from flowpheno.report.figures import draw  # noqa: PLC0415 - slow to import

    plots = drawn_gates(gated.strategy, gated.sample, gated.results)
    for number, plot in enumerate(plots, start=1):
        out.mkdir(exist_ok=True)
        name = _NOT_IN_NAMES.sub("_", plot.name).strip("_")[-_LONGEST:]
        path = out / f"{number:03d}_{name}.png"
        with whole_file(path, overwrite=overwrite) as part:
            draw(plot).savefig(part, format="png", dpi=120)
        yield path
