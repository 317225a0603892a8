"""``flowpheno score``: EGIL, WHO-HAEM5, AIEOP-BFM and phenotypes of a typed phenotype."""

from __future__ import annotations

import json
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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Score the phenotype of a blast population typed from a report.

    Parameters
    ----------
    text : str
        Markers with their signs or words.
    as_json : bool
        Print JSON instead of tables.
    """
    from flowpheno.errors import NotationError
    from flowpheno.lineage import score_lineage
    from flowpheno.matching import match_phenotype
    from flowpheno.notation import parse_phenotype
    from flowpheno.panel.phenotypes import builtin_phenotypes
    from flowpheno.panel.scores import builtin_scores
    from flowpheno.panel.vocabulary import builtin_vocabulary

    try:
        measured = parse_phenotype(text, builtin_vocabulary())
    except NotationError as error:
        raise typer.BadParameter(str(error)) from error
    scores = score_lineage(measured, builtin_scores())
    matches = [match_phenotype(definition, measured) for definition in builtin_phenotypes()]
    if as_json:
        calls = {marker: _call_words(call) for marker, call in measured.calls.items()}
        content = {"markers": calls, **as_dict(scores, matches)}
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    _print_scores(scores)
    _print_matches(matches)
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
        "phenotypes": [
            {
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
            for match in matches
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
    rows = []
    for match in matches:
        broken = [
            f"{rule.expected} [{rule.measured}]"
            for rule in match.rules
            if rule.met is False and rule.role.value != "supporting"
        ]
        undecided = f"would decide: {', '.join(match.deciding)}" if match.deciding else ""
        why = "; ".join(broken) or undecided
        rows.append((match.title, match.outcome.value.replace("_", " "), why))
    print_table("Phenotypes", ("phenotype", "outcome", "why"), rows)


def _call_words(call: MarkerCall) -> str:
    words = [call.call.value, *(qualifier.value for qualifier in call.qualifiers)]
    return " ".join(words).replace("_", " ")
