"""What a notebook holds: a run, or one specimen with its events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.marker import Marker, canonical_marker
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.pipeline.pictures import marker_plot, pair_plot
from flowpheno.pipeline.remembered import write_remembered
from flowpheno.results import (
    Run,
    SpecimenResult,
    cohort_table,
    failure_table,
    finding_table,
    marker_table,
    population_table,
    write_results,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from flowpheno.pipeline.history import Memory
    from flowpheno.pipeline.tube import TubeAnalysis
    from flowpheno.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Cohort:
    """What was found in many specimens.

    Attributes
    ----------
    run : Run
        Everything, as it is written to ``results.json``.
    memory : Memory or None
        What the registry took and knew; None without one.
    """

    run: Run
    memory: Memory | None = None

    def __repr__(self) -> str:
        run = self.run
        return f"<Cohort: {len(run.specimens)} specimens, {len(run.failures)} files not used>"

    @property
    def table(self) -> pd.DataFrame:
        """A row for each specimen, as in ``specimens.csv``."""
        return cohort_table(self.run)

    @property
    def markers(self) -> pd.DataFrame:
        """A row for each marker of each judged population, as in ``markers.csv``."""
        return marker_table(self.run)

    @property
    def populations(self) -> pd.DataFrame:
        """A row for each population of each tube, as in ``populations.csv``."""
        return population_table(self.run)

    @property
    def findings(self) -> pd.DataFrame:
        """A row for everything noticed, as in ``findings.csv``."""
        return finding_table(self.run)

    @property
    def failures(self) -> pd.DataFrame:
        """A row for each file that could not be used, as in ``failures.csv``."""
        return failure_table(self.run)

    def write(self, out: Path | str, *, report: bool = True) -> Path:
        """Write results.json, the tables and the pages.

        Parameters
        ----------
        out : Path or str
            Folder; made if absent.
        report : bool
            Whether to write the pages.

        Returns
        -------
        Path
            The page to open, or ``results.json`` without pages.
        """
        folder = Path(out)
        results = write_results(self.run, folder)
        known = () if self.memory is None else self.memory.remembered
        earlier = write_remembered(known, folder, pages=report) if known else {}
        if not report:
            return results
        from flowpheno.report.html import write_report  # noqa: PLC0415 - matplotlib is slow

        return write_report(self.run, folder, earlier=earlier)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Classified(Cohort):
    """What was found in one specimen, with its events.

    Attributes
    ----------
    tubes : tuple of TubeAnalysis
        Every stage of every tube.
    """

    tubes: tuple[TubeAnalysis, ...]

    def __repr__(self) -> str:
        verdict = self.verdict
        return (
            f"<Classified {self.result.specimen}: {verdict.verdict}, {verdict.n_blasts} of "
            f"{verdict.n_counted} nucleated cells>"
        )

    @property
    def result(self) -> SpecimenResult:
        """The specimen as it is stored."""
        return self.run.specimens[0]

    @property
    def verdict(self) -> Verdict:
        """The verdict with its numbers, evidence and limits."""
        return self.result.verdict

    @property
    def events(self) -> dict[str, pd.DataFrame]:
        """Membership of every event of each tube, in file order."""
        return {t.name: t.membership for t in self.result.tubes if t.membership is not None}

    def plot(
        self, x: str, y: str | None = None, *, parent: str = "nucleated", contour: bool = False
    ) -> Figure:
        """Draw two markers of a population, or one marker of the blasts beside its controls.

        Parameters
        ----------
        x, y : str
            Markers in any known spelling, ``"FSC"`` or ``"SSC"``; without `y` a histogram.
        parent : str
            Population shown as density, of the first tube that stains both; not for a histogram.
        contour : bool
            Whether contours are drawn that hold given shares of the events, instead of a density.

        Returns
        -------
        Figure
            Compensated, on asinh axes, gates and counts drawn; not known to pyplot.

        Raises
        ------
        MarkerNotFoundError
            If no tube stains the markers.
        ValueError
            If the tube has no such population.
        """
        from flowpheno.report.figures import draw, draw_contour  # noqa: PLC0415 - matplotlib

        markers = [known_marker(name) for name in (x, y) if name is not None]
        able = [t for t in self.tubes if all(map(t.gated.sample.has, markers))]
        tube = (able or self.tubes)[0]
        if y is None:
            return draw(marker_plot(tube, markers[0]))
        plot = pair_plot(tube, markers[0], markers[1], parent=parent)
        return draw_contour(plot) if contour else draw(plot)


def known_marker(name: str) -> Marker:
    """Read a marker as a person spells it.

    Parameters
    ----------
    name : str
        Such as ``"cd 10"``, ``"SSC-A"``.

    Returns
    -------
    Marker
        Canonical; as written where it is not known, so that the sample says what it stains.
    """
    return canonical_marker(name, builtin_vocabulary()) or Marker(name)
