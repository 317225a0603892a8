"""``flowpheno evaluate``: results held against labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.evaluation import Evaluation, GroupSummary, Rate, SpecimenEvaluation
    from flowpheno.statistics import Interval

_SHOWN = 20
_DASH = "\N{EN DASH}"


def evaluate(
    results: Annotated[Path, typer.Argument(help="Folder that classify --events wrote")],
    labels: Annotated[
        list[Path],
        typer.Argument(
            help="Labels, and folders of them: <stem>.labels.parquet, a CSV with a column blast "
            "for each event, or a CSV with columns specimen, expected"
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for tables and picture")
    ] = None,
    panels: Annotated[
        Path | None, typer.Option(help="Folder with an evaluation.yaml of your own")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Hold results against labels.

    Parameters
    ----------
    results : Path
        Results folder.
    labels : list of Path
        Label files and folders.
    out : Path or None
        Folder for tables and picture; none are written without.
    panels : Path or None
        Definitions of your own.
    as_json : bool
        Print JSON instead of tables.

    Returns
    -------
    int
        0 if every specimen has both a result and a label, 1 if some do not.
    """
    from flowpheno.evaluation import evaluate as hold
    from flowpheno.evaluation import evaluation_json, write_evaluation
    from flowpheno.panel.evaluation import load_evaluation_rules
    from flowpheno.pipeline.progress import progress_bar

    if missing := [path for path in (results, *labels) if not path.exists()]:
        raise typer.BadParameter(f"does not exist: {', '.join(map(str, missing))}")
    with progress_bar("Evaluating") as advance:
        evaluation = hold(results, labels, panels=panels, progress=advance)
    if out is not None:
        picture = write_evaluation(evaluation, out, load_evaluation_rules(panels))
        typer.echo(f"Picture to open: {picture}", err=True)
    if as_json:
        typer.echo(json.dumps(evaluation_json(evaluation), indent=2, ensure_ascii=False))
    else:
        _say(evaluation)
    return 1 if evaluation.without_result or evaluation.without_labels else 0


def _say(evaluation: Evaluation) -> None:
    from flowpheno.cli.tables import print_table

    kind = "SIMULATED, " if evaluation.simulated else ""
    columns = (
        "true blasts", "n", "positive", "suspicious", "undetermined", "negative", "other",
        "failed", "as expected", "F1 median", "F1 mean", "fraction within",
    )  # fmt: skip
    rows = [_group_row(group) for group in (*evaluation.groups, *evaluation.totals)]
    print_table(f"flowpheno evaluate - {kind}research use only", columns, rows)
    wrong = [s for s in evaluation.specimens if s.correct is False]
    if wrong:
        print_table(
            f"Not as expected: {len(wrong)}",
            ("specimen", "true", "estimated", "F1", "expected", "verdict", "reasons"),
            [_wrong_row(s) for s in wrong[:_SHOWN]],
        )
    if len(wrong) > _SHOWN:
        typer.echo(f"and {len(wrong) - _SHOWN} more: specimens_evaluated.csv of --out", err=True)
    _name("labels without a result, counted as missed", evaluation.without_result)
    _name("results without a label, not in the table", evaluation.without_labels)


def _name(what: str, names: Sequence[str]) -> None:
    if names:
        more = ", ..." if len(names) > _SHOWN else ""
        typer.echo(f"{len(names)} {what}: {', '.join(names[:_SHOWN])}{more}", err=True)


def _group_row(group: GroupSummary) -> tuple[str, ...]:
    from flowpheno.panel.evaluation import Outcome

    counts = {outcome: rate.k for outcome, rate in group.outcomes.items()}
    other = counts[Outcome.INCOMPLETE] + counts[Outcome.NOT_B_PRECURSOR]
    return (
        group.name,
        str(group.n),
        str(counts[Outcome.POSITIVE]),
        str(counts[Outcome.SUSPICIOUS]),
        str(counts[Outcome.UNDETERMINED]),
        str(counts[Outcome.NEGATIVE]),
        str(other),
        str(counts[Outcome.FAILED]),
        _rate(group.correct),
        _interval(group.f1_median),
        _interval(group.f1_mean),
        "; ".join(f"{limit:g} log: {rate.k}/{rate.n}" for limit, rate in group.within.items()),
    )


def _wrong_row(s: SpecimenEvaluation) -> tuple[str, ...]:
    return (
        s.specimen,
        _number(s.true_percent, " %"),
        _number(s.estimated_percent, " %"),
        _number(s.f1, ""),
        s.expected,
        s.verdict or f"{_DASH} {s.note}",
        ";".join(s.reasons),
    )


def _rate(rate: Rate) -> str:
    if not rate.n:
        return _DASH
    percent = rate.percent
    return f"{rate.k}/{rate.n} ({percent.low:.0f} to {percent.high:.0f} %)"


def _interval(interval: Interval) -> str:
    if interval.estimate != interval.estimate:
        return _DASH
    if interval.low != interval.low:
        return f"{interval.estimate:.3f}"
    return f"{interval.estimate:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def _number(value: float, unit: str) -> str:
    return _DASH if value != value else f"{value:.3g}{unit}"  # noqa: PLR0124 - NaN
