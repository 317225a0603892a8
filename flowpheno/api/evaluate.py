"""Results held against labels, in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

from flowpheno.api.values import Cohort
from flowpheno.evaluation import evaluate as hold
from flowpheno.evaluation import group_table, specimen_table, write_evaluation
from flowpheno.evaluation.picture import evaluation_plot
from flowpheno.panel.evaluation import load_evaluation_rules
from flowpheno.pipeline.progress import progress_bar

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from flowpheno.evaluation import Evaluation
    from flowpheno.panel.evaluation import EvaluationRules

Labels: TypeAlias = Path | str | Iterable[Path | str]
"""A label file, a folder of them, or several."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Evaluated:
    """How a run compares with labels.

    Attributes
    ----------
    evaluation : Evaluation
        Every specimen of the run and of the labels.
    rules : EvaluationRules
        What counts as what.
    """

    evaluation: Evaluation
    rules: EvaluationRules

    def __repr__(self) -> str:
        known = [s.correct for s in self.evaluation.specimens if s.correct is not None]
        return f"<Evaluated: {sum(known)} of {len(known)} specimens as expected>"

    @property
    def table(self) -> pd.DataFrame:
        """A row for each specimen, as in ``specimens_evaluated.csv``."""
        return specimen_table(self.evaluation)

    @property
    def groups(self) -> pd.DataFrame:
        """A row for each decade of the blast fraction, then totals, as in ``by_decade.csv``."""
        return group_table(self.evaluation)

    def plot(self) -> Figure:
        """Draw F1, verdicts and estimated fractions by blast fraction.

        Returns
        -------
        Figure
            Not known to pyplot.
        """
        from flowpheno.report.figures.evaluation import draw_evaluation  # noqa: PLC0415 - matplotlib is slow

        return draw_evaluation(evaluation_plot(self.evaluation, self.rules))

    def write(self, out: Path | str) -> Path:
        """Write JSON, tables and picture.

        Parameters
        ----------
        out : Path or str
            Folder; made if absent.

        Returns
        -------
        Path
            The picture to open.
        """
        return write_evaluation(self.evaluation, Path(out), self.rules)


def evaluate(
    results: Cohort | Path | str, labels: Labels, *, panels: Path | str | None = None
) -> Evaluated:
    """Hold results against labels.

    Parameters
    ----------
    results : Cohort or Path or str
        What `classify` or ``classify_directory(events=True)`` gave, or a folder that
        ``flowpheno classify --events`` wrote.
    labels : Path or str, or several
        Label files and folders of them: ``<stem>.labels.parquet`` of the simulator, a CSV with a
        column ``blast`` (0, 1) for each event, or a CSV with columns ``specimen,expected``.
    panels : Path or str or None
        Folder with an ``evaluation.yaml`` of your own.

    Returns
    -------
    Evaluated
        F1, blast fractions and verdicts, by decade of the true blast fraction; none is dropped.

    Raises
    ------
    ResultsError
        If there are no results.
    LabelError
        If labels cannot be read, do not have a row for each event, or events are labelled and
        the results do not hold their own.
    """
    own = None if panels is None else Path(panels)
    given = [labels] if isinstance(labels, Path | str) else labels
    paths = [Path(one) for one in given]
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) if isinstance(results, Cohort) else Path(results)
        if isinstance(results, Cohort):
            results.write(folder, report=False)
        with progress_bar("Evaluating") as advance:
            found = hold(folder, paths, panels=own, progress=advance)
    return Evaluated(evaluation=found, rules=load_evaluation_rules(own))
