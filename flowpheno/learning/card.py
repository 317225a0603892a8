"""The model card: what a model was trained on, how well it did, and what it is not for."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowpheno.learning.model import LearnedModel
    from flowpheno.statistics import Interval

SCHEMA_VERSION = 1
_DASH = "\N{EN DASH}"
NOT_FOR = (
    "Diagnosis, or any decision about a patient: research use only.",
    "A verdict: it is one line of evidence beside the search, and never makes a positive.",
    "Excluding disease: that it calls few cells does not show that there are no blasts.",
    "Tubes with other markers, fluorochromes or another scale than those below.",
    "Cells that have drifted from those of the training: there, too, it refuses to speak.",
    "Kinds of leukaemia, treatments and cytometers that the training specimens do not have.",
    "Quantifying residual disease: the share of blasts it assumes is itself an estimate.",
)
"""What no model of this kind may be used for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecimenCard:
    """One training tube, judged by a model that did not see its patient.

    Attributes
    ----------
    specimen, patient : str
        Pseudonyms of the manifest; numbers where it gives none.
    sha256 : str
        Of the file.
    labels_sha256 : str
        Of its labels.
    fold : int
        In which its patient was held out, from 1.
    n_cells, n_true, n_called, n_both : int
        Nucleated cells; labelled, called, both, among all events of the file.
    precision, recall, f1 : float
        0 to 1; NaN where there was nothing to count.
    group : str
        Decade of the labelled blasts.
    """

    specimen: str
    patient: str
    sha256: str
    labels_sha256: str
    fold: int
    n_cells: int
    n_true: int
    n_called: int
    n_both: int
    precision: float
    recall: float
    f1: float
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCard:
    """Training tubes of one decade of blasts, out of fold.

    Attributes
    ----------
    name : str
        Which.
    n : int
        Specimens.
    f1_median, f1_mean : Interval
        With 95 % bootstrap intervals over specimens.
    """

    name: str
    n: int
    f1_median: Interval
    f1_mean: Interval


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ModelCard:
    """What is to be known of a model.

    Attributes
    ----------
    model : LearnedModel
        The model.
    model_sha256 : str
        Of its file.
    facts : mapping of str to object
        Versions, seed, parameters and what else can be said in a word or a number.
    cytometers : tuple of str
        That the files name.
    specimens : tuple of SpecimenCard
        Every training tube.
    groups : tuple of GroupCard
        By decade of blasts, then totals.
    """

    model: LearnedModel
    model_sha256: str
    facts: Mapping[str, object]
    cytometers: tuple[str, ...]
    specimens: tuple[SpecimenCard, ...]
    groups: tuple[GroupCard, ...]


def card_json(card: ModelCard) -> dict[str, Any]:
    """Turn a card into what JSON can hold.

    Parameters
    ----------
    card : ModelCard
        The card.

    Returns
    -------
    dict
        NaN is None.
    """
    model = card.model
    return {
        "schema_version": SCHEMA_VERSION,
        "name": model.name,
        "sha256": card.model_sha256,
        "simulated": model.simulated,
        "research_use_only": True,
        "not_for": list(NOT_FOR),
        "n_specimens": model.n_specimens,
        "n_patients": model.n_patients,
        "n_cells": model.n_cells,
        "markers": list(model.domain.columns),
        "required": sorted(model.domain.required),
        "fluorochromes": {c: sorted(d) for c, d in model.domain.fluorochromes.items()},
        "internal_cells": {c: list(a) for c, a in model.domain.anchors.items()},
        "range": {c: list(b) for c, b in model.domain.bounds.items()},
        "scale": model.domain.scale,
        "prior": model.prior,
        "expected_false_shares": {f"{p:g}": s for p, s in model.false_shares.items()},
        "cytometers": list(card.cytometers),
        "facts": dict(card.facts),
        "out_of_fold": {
            "groups": [_plain(group) for group in card.groups],
            "specimens": [_plain(specimen) for specimen in card.specimens],
        },
    }


def card_markdown(card: ModelCard) -> str:
    """Write a card for people.

    Parameters
    ----------
    card : ModelCard
        The card.

    Returns
    -------
    str
        Markdown.
    """
    model, domain = card.model, card.model.domain
    kind = "**Trained on SIMULATED files.** " if model.simulated else ""
    stained = [
        f"{column} ({', '.join(sorted(domain.fluorochromes[column])) or 'fluorochrome not said'}"
        f"{'' if column in domain.required else ', not in every file'})"
        for column in domain.columns
    ]
    lines = [
        f"# Model card: {_text(model.name)}",
        "",
        f"{kind}**Research use only.** Blast probability of single cells, flowpheno.",
        "",
        "## Not for",
        "",
        *(f"- {sentence}" for sentence in NOT_FOR),
        "",
        "## Trained on",
        "",
        f"- {model.n_specimens} specimens of {model.n_patients} patients",
        f"- {model.n_cells} nucleated cells, labelled",
        f"- columns: {_text('; '.join(stained))}",
        f"- cytometers: {_text('; '.join(card.cytometers) or 'not said')}",
        f"- scale: {domain.scale}",
        *(f"- {key}: {_text(str(value))}" for key, value in card.facts.items()),
        f"- model file: sha256 {card.model_sha256}",
        "",
        "## Out of fold",
        "",
        "Every patient was judged by a model that saw no specimen of theirs.",
        "Events that quality control excluded count as not called.",
        "Intervals: 95 %, bootstrap over specimens.",
        "",
        "Other cells expected above a probability that is not adapted to the specimen:",
        *(f"{100 * s:.2g} % above {p:g}" for p, s in model.false_shares.items()),
        "",
        *_table(
            ("labelled blasts", "n", "F1 median", "F1 mean"),
            [_group_row(group) for group in card.groups],
        ),
        "",
        *_table(
            ("specimen", "patient", "fold", "cells", "labelled", "called", "both", "precision",
             "recall", "F1", "file sha256", "labels sha256"),
            [_row(specimen) for specimen in card.specimens],
        ),
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def _group_row(g: GroupCard) -> tuple[str, ...]:
    return (g.name, str(g.n), _interval(g.f1_median), _interval(g.f1_mean))


def _row(s: SpecimenCard) -> tuple[str, ...]:
    counts = (s.fold, s.n_cells, s.n_true, s.n_called, s.n_both)
    scores = (s.precision, s.recall, s.f1)
    return (
        s.specimen,
        s.patient,
        *(str(n) for n in counts),
        *(_DASH if math.isnan(x) else f"{x:.3f}" for x in scores),
        s.sha256[:12],
        s.labels_sha256[:12],
    )


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    every = [names, ["---"] * len(names), *([_text(cell) for cell in row] for row in rows)]
    return [f"| {' | '.join(row)} |" for row in every]


def _text(words: str) -> str:
    """Keep what a file says from being taken for markup."""
    flat = " ".join(words.split())
    for sign in ("\\", "|", "<", "`", "[", "*", "_"):
        flat = flat.replace(sign, f"\\{sign}")
    return flat


def _interval(interval: Interval) -> str:
    if math.isnan(interval.estimate):
        return _DASH
    if math.isnan(interval.low):
        return f"{interval.estimate:.3f}"
    return f"{interval.estimate:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
