"""Populations found in a tube without a hand-drawn gate: as tables, membership, pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from flowpheno.compensation import compensate
from flowpheno.errors import GateError
from flowpheno.gating import GatedTube, gate_tube
from flowpheno.pipeline.population_pictures import MAP, draw_populations
from flowpheno.qc import QualityControl, quality_control
from flowpheno.transform.full_scale import with_full_scale
from flowpheno.writing.place import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

    from flowpheno.finding import Finding
    from flowpheno.panel.definitions import Definitions
    from flowpheno.sample import Sample

POPULATION_COLUMNS = ("population", "parent", "n", "percent_of_parent", "by", "confidence")
CUT_COLUMNS = (
    *("marker", "cut", "method", "confidence", "control", "control_median", "control_end"),
    "reason",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundPopulations:
    """A tube with the populations that its markers tell.

    Attributes
    ----------
    control : QualityControl
        Which events are cells.
    gated : GatedTube
        Compensated sample with its populations and cut points.
    """

    control: QualityControl
    gated: GatedTube

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What reading, quality control and gating noticed."""
        return (*self.gated.sample.findings, *self.control.findings, *self.gated.findings)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each population: name, parent, n, percent of parent, by, confidence."""
        import pandas as pd  # noqa: PLC0415 - slow to import

        gated = self.gated
        sizes = {"all": gated.sample.n_events, "nucleated": int(gated.nucleated.sum())}
        sizes |= {p.name: p.n for p in gated.populations.values()}
        rows = [("nucleated", "all", sizes["nucleated"], "quality control", float("nan"))]
        rows += [(p.name, p.parent, p.n, p.by, p.confidence) for p in gated.populations.values()]
        return pd.DataFrame(
            [
                (name, of, n, 100 * n / sizes[of] if sizes[of] else float("nan"), by, sure)
                for name, of, n, by, sure in rows
            ],
            columns=list(POPULATION_COLUMNS),
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the populations, cut points and findings as plain values.

        Returns
        -------
        dict
            What JSON can hold; None for a number that is none.
        """
        return {
            "sample": self.gated.sample.name,
            "events": self.gated.sample.n_events,
            "populations": _records(self.table),
            "cuts": _records(self.cuts),
            "findings": _records(_findings(self)),
        }

    @property
    def cuts(self) -> pd.DataFrame:
        """A row for each cut point; intensities on the linear scale of the sample."""
        import pandas as pd  # noqa: PLC0415 - slow to import

        rows = [
            (
                str(cut.marker),
                cut.linear,
                str(cut.method),
                cut.confidence,
                cut.control,
                *self.gated.decades.linear(
                    cut.marker, np.array([cut.control_median, cut.control_end])
                ).tolist(),
                cut.reason,
            )
            for cut in self.gated.cutpoints.values()
        ]
        return pd.DataFrame(rows, columns=list(CUT_COLUMNS))

    @property
    def events(self) -> pd.DataFrame:
        """Membership of every event, in file order: a Boolean column for each population."""
        import pandas as pd  # noqa: PLC0415 - slow to import

        masks = {"nucleated": self.gated.nucleated}
        masks |= {p.name: p.mask for p in self.gated.populations.values()}
        return pd.DataFrame(masks)


def find_populations(sample: Sample, definitions: Definitions) -> FoundPopulations:
    """Find the populations of a tube.

    Parameters
    ----------
    sample : Sample
        As read; compensated here where there is a matrix.
    definitions : Definitions
        Parameters of quality control and gating, and what each population is.

    Returns
    -------
    FoundPopulations
        Without populations, and with a finding that says why, where the tube has neither CD45
        nor side scatter, or too few cells.
    """
    sample = with_full_scale(sample)
    compensated = compensate(sample)
    control = quality_control(sample, compensated, definitions.qc)
    gated = gate_tube(
        compensated,
        control.cells,
        definitions.gating,
        definitions.populations,
        dropped=control.dropped,
    )
    return FoundPopulations(control=control, gated=gated)


def write_populations(
    found: FoundPopulations, out: Path, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write tables, membership and pictures.

    Parameters
    ----------
    found : FoundPopulations
        What was found.
    out : Path
        A folder, which is made.
    overwrite : bool
        Whether existing files may be replaced.

    Returns
    -------
    tuple of Path
        ``populations.csv``, ``cuts.csv``, ``findings.csv``, ``membership.parquet`` (a Boolean
        column for each population, events in file order) and pictures in ``plots/``.

    Raises
    ------
    WritingError
        If a file exists and may not be replaced.
    """
    out.mkdir(parents=True, exist_ok=True)
    tables = {"populations": found.table, "cuts": found.cuts, "findings": _findings(found)}
    written = []
    for name, table in tables.items():
        with whole_file(out / f"{name}.csv", overwrite=overwrite) as part:
            table.to_csv(part, index=False)
        written.append(out / f"{name}.csv")
    with whole_file(out / "membership.parquet", overwrite=overwrite) as part:
        found.events.to_parquet(part, index=False)
    written.append(out / "membership.parquet")
    return (*written, *_write_plots(found.gated, out / "plots", overwrite=overwrite))


def picture_of(gated: GatedTube, population: str) -> Figure:
    """Draw one population over its parent.

    Parameters
    ----------
    gated : GatedTube
        What was found.
    population : str
        Its name; empty for all of them on one map.

    Returns
    -------
    Figure
        Not known to pyplot.

    Raises
    ------
    GateError
        If there is no picture of it.
    """
    from flowpheno.report.figures import draw  # noqa: PLC0415 - slow to import

    wanted = f"{population}_of_" if population else MAP
    for plot in draw_populations(gated):
        if plot.name.startswith(wanted):
            return draw(plot)
    raise GateError(f"{population or 'the map'}: there is no picture of it")


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            str(name): None if isinstance(value, float) and math.isnan(value) else value
            for name, value in row.items()
        }
        for row in table.to_dict("records")
    ]


def _findings(found: FoundPopulations) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - slow to import

    rows = [(f.stage, str(f.code), str(f.severity), f.message) for f in found.findings]
    return pd.DataFrame(rows, columns=["stage", "code", "severity", "message"])


def _write_plots(gated: GatedTube, out: Path, *, overwrite: bool) -> Iterator[Path]:
    from flowpheno.report.figures import draw  # noqa: PLC0415 - slow to import

    for number, plot in enumerate(draw_populations(gated), start=1):
        out.mkdir(exist_ok=True)
        path = out / f"{number:02d}_{plot.name}.png"
        with whole_file(path, overwrite=overwrite) as part:
            draw(plot).savefig(part, format="png", dpi=120)
        yield path
