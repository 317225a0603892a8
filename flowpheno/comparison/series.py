"""More than two time points: each against the diagnosis, and against the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.comparison.judge import Comparison, call_text

if TYPE_CHECKING:
    import pandas as pd

    from flowpheno.marker import Marker

COLUMNS = (
    "marker", "time", "call", "delta_log10", "low", "high", "since_previous",
    "delta_since_previous", "phenotype", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStep:
    """One later time point.

    Attributes
    ----------
    name : str
        Of the specimen.
    verdict : str
        What the specimen itself was judged to be.
    since_first : Comparison or None
        Against the first time point; None if this one holds no aberrant population.
    since_previous : Comparison or None
        Against the last time point before it with an aberrant population, where that is not the
        first.
    """

    name: str
    verdict: str
    since_first: Comparison | None
    since_previous: Comparison | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A population at more than two times.

    Attributes
    ----------
    first : str
        The diagnosis.
    steps : tuple of SeriesStep
        The later time points, in order.
    """

    first: str
    steps: tuple[SeriesStep, ...]

    @property
    def trackable(self) -> tuple[Marker, ...]:
        """Aberrancies of the diagnosis that no later comparison lost, in the order of the first.

        Returns
        -------
        tuple of Marker
            Empty where nothing could be compared.
        """
        found = [step.since_first for step in self.steps if step.since_first is not None]
        lost = {marker for comparison in found for marker in comparison.lost}
        kept = dict.fromkeys(marker for comparison in found for marker in comparison.kept)
        return tuple(marker for marker in kept if marker not in lost)

    @property
    def table(self) -> pd.DataFrame:
        """Every marker at every later time, as ``series.csv`` holds it.

        Returns
        -------
        DataFrame
            A row for each marker and time point, by `COLUMNS`; time points without an aberrant
            population have no row.
        """
        import pandas as pd  # noqa: PLC0415 - slow import, needed for the table only

        rows = [row for step in self.steps for row in _rows(step)]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(step: SeriesStep) -> list[dict[str, object]]:
    if step.since_first is None:
        return []
    before = step.since_previous
    previous = {} if before is None else {shift.marker: shift for shift in before.shifts}
    rows: list[dict[str, object]] = []
    for shift in step.since_first.shifts:
        last = previous.get(shift.marker)
        rows.append(
            {
                "marker": shift.marker,
                "time": step.name,
                "call": shift.call.value,
                "delta_log10": shift.delta_log10,
                "low": shift.low,
                "high": shift.high,
                "since_previous": "" if last is None else last.call.value,
                "delta_since_previous": float("nan") if last is None else last.delta_log10,
                "phenotype": call_text(shift.relapse),
                "reason": ";".join(shift.reasons),
            }
        )
    return rows
