"""How tubes, populations and gates look."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from flowpheno.notebook.markup import bullets, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowpheno.api import Gated, Populations
    from flowpheno.finding import Finding
    from flowpheno.population import Population
    from flowpheno.sample import Sample
    from flowpheno.specimen import Specimen


def sample_html(sample: Sample) -> str:
    """Show a sample: what it is, and its channels; no keywords, they may name a person.

    Parameters
    ----------
    sample : Sample
        A tube.

    Returns
    -------
    str
        HTML.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    rows = [
        (c.detector, c.label, c.marker or "", c.fluorochrome or "", str(c.kind), str(c.measure))
        for c in sample.channels
    ]
    columns = ["detector", "label", "marker", "fluorochrome", "kind", "measure"]
    spillover = "no matrix" if sample.spillover is None else f"matrix {sample.spillover.source}"
    state = "compensated" if sample.compensated else "not compensated"
    facts = f"{sample.n_events:,} events, {sample.scale} scale, {spillover}, {state}"
    return (
        f"<b>{escape(sample.name)}</b> {escape(sample.version)} - {escape(facts)}"
        + table(pd.DataFrame(rows, columns=columns))
        + _noticed(sample.findings)
    )


def specimen_html(specimen: Specimen) -> str:
    """Show a specimen: what a person said of it, and its tubes.

    Parameters
    ----------
    specimen : Specimen
        Not judged yet.

    Returns
    -------
    str
        HTML.
    """
    said = [
        f"{name}: {value}"
        for name, value in (
            ("patient", specimen.patient),
            ("material", specimen.material),
            ("site", specimen.site),
            ("time point", specimen.timepoint),
            ("date", specimen.date),
            ("therapy", ", ".join(sorted(specimen.therapy))),
        )
        if value
    ]
    known = "known" if specimen.known_bcp_all else "not known"
    tubes = [f"tube {tube.name}: {', '.join(tube.markers)}" for tube in specimen.tubes]
    return f"<b>{escape(specimen.name)}</b>" + bullets(
        [*said, f"history of B-precursor ALL: {known}", *tubes]
    )


def population_html(population: Population) -> str:
    """Show a population: its count, of how many events of the tube, and how it was found.

    Parameters
    ----------
    population : Population
        It does not know how many events its parent has: no percentage of it is shown.

    Returns
    -------
    str
        HTML.
    """
    parent = population.parent or "all events"
    sure = population.confidence
    facts = [f"found by {population.by}"] if population.by else []
    facts += [f"{100 * sure:.0f} % agreement of the estimates of its borders"] if sure >= 0 else []
    return (
        f"<b>{escape(population.name)}</b> - {population.n:,} of the {len(population.mask):,} "
        f"events of the tube, within {escape(parent)}" + bullets(facts)
    )


def gated_html(gated: Gated) -> str:
    """Show what drawn gates hold.

    Parameters
    ----------
    gated : Gated
        A tube with its gates.

    Returns
    -------
    str
        HTML: counts and percentages, each with its parent.
    """
    name = gated.strategy.name or "gates"
    head = f"<b>{escape(gated.sample.name)}</b> - {escape(name)}, "
    return f"{head}{gated.results.n_events:,} events{table(gated.table)}"


def populations_html(found: Populations) -> str:
    """Show the populations that the markers of a tube tell.

    Parameters
    ----------
    found : Populations
        A tube with its populations.

    Returns
    -------
    str
        HTML: counts and percentages, each with its parent, and what was noticed.
    """
    sample = found.gated.sample
    return (
        f"<b>{escape(sample.name)}</b> - {sample.n_events:,} events"
        + table(found.table)
        + _noticed(found.findings)
    )


def _noticed(findings: Iterable[Finding]) -> str:
    return bullets(f"{finding.code}: {finding.message}" for finding in findings)
