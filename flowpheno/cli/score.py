"""``flowpheno score``: EGIL, WHO-HAEM5, AIEOP-BFM and phenotypes of a typed phenotype."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flowpheno.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.lineage import LineageScores
    from flowpheno.matching import PhenotypeMatch
    from flowpheno.phenotype import MarkerCall

_NOTE = "Research use only. What is not in the text was not reported; it is never negative."


def score(
    text: Annotated[
        str,
        typer.Argument(
            metavar="PHENOTYPE",
            help="As in a report: 'CD10++ CD19+ CD20 (partial), cyCD79a pos, TdT-'",
        ),
    ],
    panels: Annotated[Path | None, typer.Option(help="Folder of definitions of your own")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Score the phenotype of a blast population typed from a report.

    Parameters
    ----------
    text : str
        Markers with their signs or words.
    panels : Path or None
        Folder of definitions of one's own.
    as_json : bool
        Print JSON instead of tables.
    """
    from flowpheno.errors import NotationError
    from flowpheno.lineage import score_lineage
    from flowpheno.matching import (
        is_like_normal,
        match_normal,
        match_phenotype,
        match_suggestions,
    )
    from flowpheno.notation import parse_phenotype
    from flowpheno.panel.scoring import load_scoring

    used = load_scoring(panels)
    try:
        measured = parse_phenotype(text, used.vocabulary)
    except NotationError as error:
        raise typer.BadParameter(str(error)) from error
    scores = score_lineage(measured, used.scores)
    matches = [match_phenotype(definition, measured) for definition in used.phenotypes]
    suggested = match_suggestions(used.suggestions, measured, matches)
    normal = match_normal(used.normal, measured)
    if as_json:
        content = {
            "markers": {marker: _call_words(call) for marker, call in measured.calls.items()},
            **as_dict(scores, matches),
            "suggestions": [_match_dict(match) for match in suggested],
            "normal_stages": [
                {**_match_dict(match), "indistinguishable": is_like_normal(match)}
                for match in normal
            ],
        }
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    _print_scores(scores)
    _print_matches(matches)
    _print_normal(normal)
    _print_suggestions(suggested)
    typer.echo(_NOTE)


def as_dict(scores: LineageScores, matches: Sequence[PhenotypeMatch]) -> dict[str, Any]:
    """Give scores and matches as what ``--json`` prints.

    Parameters
    ----------
    scores : LineageScores
        The scores.
    matches : sequence of PhenotypeMatch
        The phenotypes held against it.

    Returns
    -------
    dict
        ``egil`` holds points, ``egil_range`` what unknown markers still allow; a truth value
        that cannot be told is None.
    """
    egil, who5, aieop = scores.egil, scores.who5, scores.aieop_bfm
    return {
        "egil": {"b": egil.b, "t": egil.t, "myeloid": egil.myeloid},
        "egil_range": {"b": egil.b_range, "t": egil.t_range, "myeloid": egil.myeloid_range},
        "egil_stage": scores.egil_stage,
        "biphenotypic": egil.biphenotypic,
        "biphenotypic_as_measured": egil.biphenotypic_as_measured,
        "who5": who5.text,
        "who5_criteria": {"b": who5.b, "t": who5.t, "myeloid": who5.myeloid, "mpal": who5.mpal},
        "aieop_bfm": aieop.text,
        "lineage": scores.lineage.value,
        "phenotypes": [_match_dict(match) for match in matches],
    }


def _match_dict(match: PhenotypeMatch) -> dict[str, Any]:
    return {
        "name": match.name,
        "title": match.title,
        "entity": match.entity,
        "outcome": match.outcome.value,
        "deciding": list(match.deciding),
        "rules": [
            {
                "role": rule.role.value,
                "expected": rule.expected,
                "measured": rule.measured,
                "met": rule.met,
                "source": rule.source,
            }
            for rule in match.rules
        ],
    }


def _print_scores(scores: LineageScores) -> None:
    egil = scores.egil
    answer = {True: "yes", False: "no", None: "not excluded"}
    points = (
        ("B", egil.b, egil.b_range),
        ("T", egil.t, egil.t_range),
        ("myeloid", egil.myeloid, egil.myeloid_range),
    )
    rows = [
        *(
            (f"EGIL {name}", f"{value:.1f}", f"{low:.1f} to {high:.1f} with unknown markers")
            for name, value, (low, high) in points
        ),
        ("EGIL stage", scores.egil_stage, ""),
        ("EGIL biphenotypic", answer[egil.biphenotypic], ""),
        ("WHO-HAEM5", scores.who5.text, ""),
        ("AIEOP-BFM", scores.aieop_bfm.text, ""),
        ("lineage", scores.lineage.value.replace("_", " "), ""),
    ]
    print_table("Scores", ("score", "result", "range"), rows)


def _print_matches(matches: Sequence[PhenotypeMatch]) -> None:
    rows = [(m.title, m.outcome.value.replace("_", " "), _why(m)) for m in matches]
    print_table("Phenotypes", ("phenotype", "outcome", "why"), rows)


def _why(match: PhenotypeMatch) -> str:
    """Say what broke it, else what would decide it."""
    broken = [
        f"{rule.expected} [{rule.measured}]"
        for rule in match.rules
        if rule.met is False and rule.role.value != "supporting"
    ]
    undecided = f"would decide: {', '.join(match.deciding)}" if match.deciding else ""
    return "; ".join(broken) or undecided


def _print_normal(matches: Sequence[PhenotypeMatch]) -> None:
    from flowpheno.matching import is_like_normal

    rows = []
    for match in matches:
        said = match.outcome.value.replace("_", " ")
        if is_like_normal(match):
            said = f"also the phenotype of a {match.entity}"
        rows.append((match.title, said, _why(match).replace("would decide", "would tell apart")))
    print_table("Normal stages", ("normal stage", "outcome", "why"), rows)


def _print_suggestions(matches: Sequence[PhenotypeMatch]) -> None:
    """One row for each pattern, then the rules of those that are not excluded."""
    from flowpheno.matching import Outcome

    said = {
        Outcome.MATCH: "suggests {}, confirm genetically",
        Outcome.NO_MATCH: "does not suggest {}",
        Outcome.UNDETERMINED: "{}: undetermined",
    }
    rows = [(said[m.outcome].format(m.entity), m.title, _why(m)) for m in matches]
    print_table("Genotypes", ("genotype", "pattern", "why"), rows)
    met = {True: "met", False: "not met", None: "not evaluable"}
    held = [
        (match.entity, rule.expected, rule.role.value, rule.measured, met[rule.met])
        for match in matches
        if match.outcome is not Outcome.NO_MATCH
        for rule in match.rules
    ]
    if held:
        print_table("Their rules", ("genotype", "rule", "role", "measured", "outcome"), held)


def _call_words(call: MarkerCall) -> str:
    words = [call.call.value, *(qualifier.value for qualifier in call.qualifiers)]
    return " ".join(words).replace("_", " ")
