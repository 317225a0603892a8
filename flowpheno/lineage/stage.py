"""Stages of maturation: which are left, and what would tell them apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flowpheno.matching import evaluate, unknown_markers
from flowpheno.phenotype import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.marker import Marker
    from flowpheno.panel.scores import Stage
    from flowpheno.phenotype import Phenotype


def stage_text(stages: Sequence[Stage], measured: Phenotype) -> str:
    """Name the stages that are left, with the markers that would tell them apart.

    Parameters
    ----------
    stages : sequence of Stage
        From immature to mature.
    measured : Phenotype
        Of the blasts.

    Returns
    -------
    str
        Such as ``"B-II"`` or ``"B-II or B-III (cyIgM not done)"``.
    """
    left = possible_stages(stages, measured)
    if not left:
        return "no stage fits"
    names = " or ".join(stage.name for stage in left)
    missing = _telling_apart(left, measured)
    return f"{names} ({open_words(missing, measured)})" if missing else names


def possible_stages(stages: Sequence[Stage], measured: Phenotype) -> tuple[Stage, ...]:
    """Keep the stages that the markers allow.

    Parameters
    ----------
    stages : sequence of Stage
        From immature to mature.
    measured : Phenotype
        Of the blasts.

    Returns
    -------
    tuple of Stage
        The most mature one that is met, or all that are undecided and not unlikely; may be
        empty.
    """
    met = [stage for stage in stages if evaluate(stage.condition, measured)]
    if met:
        return tuple(met[-1:])
    return tuple(
        stage
        for stage in stages
        if evaluate(stage.condition, measured) is None
        and not stage.only_if_met
        and not (stage.unlikely_if and evaluate(stage.unlikely_if, measured))
    )


def open_words(markers: Sequence[Marker], measured: Phenotype) -> str:
    """Say why markers leave something open.

    Parameters
    ----------
    markers : sequence of Marker
        Markers whose call or intensity is unknown.
    measured : Phenotype
        Of the blasts.

    Returns
    -------
    str
        Such as ``"CD19 intensity; cyCD3, cyMPO not done"``; empty for no marker.
    """
    groups: dict[str, list[str]] = {}
    for marker in markers:
        groups.setdefault(_why_open(measured.call(marker).call), []).append(marker)
    return "; ".join(f"{', '.join(names)} {why}" for why, names in groups.items())


def _why_open(call: Call) -> str:
    if call in {Call.POSITIVE, Call.NEGATIVE}:
        return "intensity unknown"
    return "not done" if call is Call.NOT_REPORTED else call.value.replace("_", " ")


def _telling_apart(left: Sequence[Stage], measured: Phenotype) -> tuple[Marker, ...]:
    """Unknown markers that leave fewer or other stages when positive than when negative."""
    unknown = dict.fromkeys(m for s in left for m in unknown_markers(s.condition, measured))
    return tuple(m for m in unknown if len(left) > 1 and _tells(m, left, measured))


def _tells(marker: Marker, left: Sequence[Stage], measured: Phenotype) -> bool:
    answers = []
    for call in (Call.POSITIVE, Call.NEGATIVE):
        known = replace(measured.call(marker), call=call)
        supposed = replace(measured, calls={**measured.calls, marker: known})
        answers.append(tuple(stage.name for stage in possible_stages(left, supposed)))
    return answers[0] != answers[1] and all(answers)
