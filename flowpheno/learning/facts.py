"""A model's facts as JSON: everything but its trees."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flowpheno.errors import ModelError
from flowpheno.learning.model import Domain, LearnedModel
from flowpheno.version import VERSION

if TYPE_CHECKING:
    from flowpheno.learning.classifier import BlastClassifier

_SCALES = ("decades", "relative", "counts")
_OF_ANCHOR, _OF_BOUND = 3, 2


def facts_of(model: LearnedModel) -> dict[str, Any]:
    """Turn a model's facts into what JSON can hold.

    Parameters
    ----------
    model : LearnedModel
        The model.

    Returns
    -------
    dict
        Without its trees, and without anything of a patient.
    """
    from sklearn import __version__ as scikit_learn  # noqa: PLC0415 - slow to import

    domain = model.domain
    return {
        "flowpheno": VERSION,
        "scikit_learn": scikit_learn,
        "name": model.name,
        "prior": model.prior,
        "false_shares": [[level, share] for level, share in model.false_shares.items()],
        "n_specimens": model.n_specimens,
        "n_patients": model.n_patients,
        "n_cells": model.n_cells,
        "simulated": model.simulated,
        "domain": {
            "columns": list(domain.columns),
            "required": sorted(domain.required),
            "fluorochromes": {c: sorted(dyes) for c, dyes in domain.fluorochromes.items()},
            "anchors": {column: list(anchor) for column, anchor in domain.anchors.items()},
            "bounds": {column: list(bound) for column, bound in domain.bounds.items()},
            "scale": domain.scale,
        },
    }


def model_of(facts: dict[str, Any], classifier: BlastClassifier) -> LearnedModel:
    """Make a model of its facts.

    Parameters
    ----------
    facts : dict
        Of `facts_of`, as read.
    classifier : BlastClassifier
        Its trees and calibration.

    Returns
    -------
    LearnedModel
        The model.

    Raises
    ------
    ModelError
        If the facts do not say what they must.
    """
    pairs = [_numbers(pair, _OF_BOUND) for pair in facts["false_shares"]]
    shares = {pair[0]: pair[1] for pair in pairs}
    if not shares or any(not 0 <= x <= 1 for pair in shares.items() for x in pair):
        raise ModelError("its shares of false events make no sense")
    prior = _number(facts["prior"])
    if not 0 < prior < 1:
        raise ModelError(f"its share of blasts is {prior}")
    return LearnedModel(
        name=_word(facts["name"]),
        classifier=classifier,
        domain=_domain(facts["domain"]),
        prior=prior,
        false_shares=shares,
        n_specimens=_count(facts["n_specimens"]),
        n_patients=_count(facts["n_patients"]),
        n_cells=_count(facts["n_cells"]),
        simulated=facts["simulated"] is not False,
    )


def _domain(facts: dict[str, Any]) -> Domain:
    columns = _words(facts["columns"])
    required = frozenset(_words(facts["required"]))
    if not columns or len(set(columns)) != len(columns) or not required <= {*columns}:
        raise ModelError("its columns make no sense")
    dyes, anchors, bounds = (facts[key] for key in ("fluorochromes", "anchors", "bounds"))
    if {*dyes} != {*columns} or {*bounds} != {*columns} or not {*anchors} <= {*columns}:
        raise ModelError("its columns are not described")
    if facts["scale"] not in _SCALES:
        raise ModelError(f"its scale is {facts['scale']!r}")
    domain = Domain(
        columns=columns,
        required=required,
        fluorochromes={column: frozenset(_words(words)) for column, words in dyes.items()},
        anchors={c: _numbers(v, _OF_ANCHOR) for c, v in anchors.items()},  # type: ignore[misc] # checked above
        bounds={c: _numbers(v, _OF_BOUND) for c, v in bounds.items()},  # type: ignore[misc] # checked above
        scale=facts["scale"],
    )
    if any(not low <= middle <= high for middle, low, high in domain.anchors.values()):
        raise ModelError("its internal cells lie nowhere")
    if any(low > high for low, high in domain.bounds.values()):
        raise ModelError("its range is empty")
    return domain


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ModelError(f"{value!r} is no number")
    return float(value)


def _numbers(value: object, n: int) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != n:
        raise ModelError(f"{value!r} are not {n} numbers")
    return tuple(_number(v) for v in value)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ModelError(f"{value!r} is no count")
    return value


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise ModelError(f"{value!r} is no word")
    return value


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ModelError(f"{value!r} is no list of words")
    return tuple(_word(v) for v in value)
