"""``flowpheno mrd``: plan for a sensitivity, and read a count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.mrd import Category, Mrd, MrdPlan

app = typer.Typer(no_args_is_help=True)

_Panels = Annotated[Path | None, typer.Option(help="Folder of definitions of your own")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON")]


@app.command(help="Say how many cells to acquire for a wanted sensitivity.")
def plan(
    sensitivity: Annotated[
        list[float] | None,
        typer.Option(
            help="Percent of the denominator, 0.01 is one cell in 10,000; repeat for several"
        ),
    ] = None,
    confidence: Annotated[
        float | None, typer.Option(help="Probability of seeing enough events, such as 0.95")
    ] = None,
    usable: Annotated[
        float, typer.Option(help="Percent of the acquired events that belong to the denominator")
    ] = 100.0,
    acquired: Annotated[
        int | None, typer.Option(min=1, help="Events at hand: how likely do they suffice?")
    ] = None,
    panels: _Panels = None,
    as_json: _Json = False,
) -> None:
    """Say how many cells to acquire for a wanted sensitivity.

    Parameters
    ----------
    sensitivity : list of float or None
        Percent of the denominator.
    confidence : float or None
        Probability of seeing enough events.
    usable : float
        Percent of the acquired events that belong to the denominator.
    acquired : int or None
        Events at hand.
    panels : Path or None
        Definitions of your own.
    as_json : bool
        Print JSON instead of a table.
    """
    from flowpheno.mrd import events_for_cv, plan_mrd
    from flowpheno.panel.mrd import load_mrd_rules

    rules = load_mrd_rules(panels)
    n = None if acquired is None else int(acquired * usable / 100)
    try:
        plans = [
            plan_mrd(percent, rules, confidence=confidence, usable_percent=usable, n=n)
            for percent in sensitivity or rules.plan.percents
        ]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    sure = rules.plan.confidence if confidence is None else confidence
    precision = {f"{cv:g}": events_for_cv(cv) for cv in rules.plan.cv_percents}
    if as_json:
        content = {
            "confidence": sure,
            "lod_events": rules.lod_events,
            "lloq_events": rules.lloq_events,
            "events_in_denominator": n,
            "plans": encoded(plans),
            "events_for_cv_percent": precision,
        }
        typer.echo(json.dumps(content, indent=2))
        return
    _say_plans(plans, (rules.lod_events, rules.lloq_events), n)
    typer.echo(f"Seen with a probability of {100 * sure:g} % (Poisson); research use only.")
    typer.echo(
        "Events for a counting error (CV): "
        + ", ".join(f"{cv} %: {events}" for cv, events in precision.items())
    )
    if n is not None:
        least = [f"{100 * events / n:.3g} %" for events in (rules.lod_events, rules.lloq_events)]
        typer.echo(f"{n:,} events of the denominator: LOD {least[0]}, LLOQ {least[1]}")


@app.command(help="Read a count: percent, interval, limits, categories of protocols.")
def count(
    blasts: Annotated[int, typer.Option(min=0, help="Clustered aberrant events")],
    of: Annotated[int, typer.Option(min=0, help="Events of the denominator")],
    denominator: Annotated[
        str, typer.Option(help="Its name: nucleated_all, mononuclear, CD45pos, WBC")
    ] = "",
    timepoint: Annotated[
        str, typer.Option(help="Such as 'day 15'; categories of all protocols if not given")
    ] = "",
    panels: _Panels = None,
    as_json: _Json = False,
) -> None:
    """Read a count of residual disease.

    Parameters
    ----------
    blasts, of : int
        Aberrant events, and events of the denominator.
    denominator : str
        Its name; empty for that of the definitions.
    timepoint : str
        When the specimen was taken; empty if not given.
    panels : Path or None
        Definitions of your own.
    as_json : bool
        Print JSON instead of text.
    """
    from flowpheno.mrd import assess_mrd, categories, events_note
    from flowpheno.panel.mrd import load_mrd_rules

    rules = load_mrd_rules(panels)
    try:
        mrd = assess_mrd(blasts, of, rules=rules, denominator=denominator or None)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    named = categories(mrd, rules, timepoint=timepoint)
    required = rules.required_lod_percent
    too_coarse = not mrd.lod_percent <= required
    said = f"The LOD is above {required:g} %: a negative would not be evaluable." * too_coarse
    note = " ".join(filter(None, (said, events_note(of, rules))))
    if as_json:
        content = {**encoded(mrd), "categories": encoded(named), "note": note}
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    _say_count(mrd, named, rules.denominators[mrd.denominator].meaning)
    if note:
        typer.echo(note)


@app.command(help="Name the molecular risk group (PCR) of two time points.")
def pcr(
    tp1: Annotated[
        float | None, typer.Option(help="Percent at the first time point; 0 for negative")
    ] = None,
    tp2: Annotated[
        float | None, typer.Option(help="Percent at the second time point; 0 for negative")
    ] = None,
    sensitivity: Annotated[float, typer.Option(help="Percent that the assays reach")] = 0.01,
    panels: _Panels = None,
    as_json: _Json = False,
) -> None:
    """Name the molecular risk group of two time points.

    Parameters
    ----------
    tp1, tp2 : float or None
        Percent by PCR; None if not done.
    sensitivity : float
        Percent that the assays reach.
    panels : Path or None
        Definitions of your own.
    as_json : bool
        Print JSON instead of text.
    """
    from flowpheno.mrd import pcr_risk
    from flowpheno.panel.mrd import load_mrd_rules

    rules = load_mrd_rules(panels).pcr_risk
    try:
        group = pcr_risk(tp1, tp2, sensitivity=sensitivity, rules=rules)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        content = {"risk": group, "timepoints": rules.timepoints, "reference": rules.reference}
        typer.echo(json.dumps(content, indent=2))
        return
    typer.echo(f"{group} ({' and '.join(rules.timepoints)}; {rules.reference})")
    typer.echo("By PCR alone: a count of cells never enters it. Research use only.")


def encoded(value: object) -> dict[str, object]:
    """Turn values into JSON, not a number into null.

    Parameters
    ----------
    value : object
        A value, or a sequence of values.

    Returns
    -------
    object
        Dictionaries and lists.
    """
    from flowpheno.results.codec import encode

    content: dict[str, object] = encode(value)
    return content


def _say_plans(plans: Sequence[MrdPlan], needed: tuple[int, int], n: int | None) -> None:
    from flowpheno.cli.tables import print_table

    lod, lloq = needed
    columns = ["sensitivity", f"to detect ({lod})", f"to quantify ({lloq})"]
    columns += ["to acquire, detect", "to acquire, quantify"]
    columns += [] if n is None else ["chance to detect", "chance to quantify"]
    rows = [
        (
            f"{p.percent:g} %",
            *(f"{events:,}" for events in (p.events_lod, p.events_lloq)),
            *(f"{events:,}" for events in (p.acquired_lod, p.acquired_lloq)),
            *([] if n is None else (f"{p.chance_lod:.1f} %", f"{p.chance_lloq:.1f} %")),
        )
        for p in plans
    ]
    print_table("Events needed - research use only", columns, rows)


def _say_count(mrd: Mrd, named: Sequence[Category], meaning: str) -> None:
    from flowpheno.cli.tables import print_table

    typer.echo(mrd.sentence)
    if mrd.term:
        typer.echo(mrd.term)
    typer.echo(f"Denominator {mrd.denominator}: {meaning}")
    rows = [(c.protocol, c.timepoint, c.category or "-", c.note) for c in named]
    columns = ("protocol", "time point", "category", "note")
    print_table("Categories - research use only", columns, rows)
