"""Hold a run against labels, specimen by specimen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import LabelError
from flowpheno.evaluation.grouping import group_of, kind_of
from flowpheno.evaluation.labels import EventLabels, find_labels, read_event_labels
from flowpheno.evaluation.linking import link_labels
from flowpheno.evaluation.summary import summarise
from flowpheno.evaluation.values import Evaluation, EventCounts, SpecimenEvaluation
from flowpheno.panel.evaluation import Outcome, evaluation_file, load_evaluation_rules
from flowpheno.panel.files import fingerprint
from flowpheno.reading.files import stem
from flowpheno.results import event_files, read_results

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flowpheno.arrays import EventMask
    from flowpheno.evaluation.labels import Labels
    from flowpheno.evaluation.linking import Links, Tube
    from flowpheno.panel.evaluation import EvaluationRules
    from flowpheno.results import Run, SpecimenResult

_CALLED = {Outcome.NOT_B_PRECURSOR: "non_B_blasts"}
"""Column of called events by what was expected; blasts of B precursors otherwise."""
_BLASTS = "blasts"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inputs:
    """What all specimens are held against."""

    rules: EvaluationRules
    labels: Labels
    links: Links
    events: Mapping[Tube, Path]
    failures: Mapping[str, str]


def evaluate(
    results: Path,
    labels: Sequence[Path],
    *,
    panels: Path | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Evaluation:
    """Hold the results of a run against labels.

    Parameters
    ----------
    results : Path
        Folder that ``classify`` wrote; with ``--events`` where events are labelled.
    labels : sequence of Path
        Label files and folders of them, see `find_labels`.
    panels : Path or None
        Folder with an ``evaluation.yaml`` of your own.
    progress : callable or None
        Called with specimens done, their number, and the name of the last.

    Returns
    -------
    Evaluation
        Every specimen of the run and of the labels; none is dropped.

    Raises
    ------
    ResultsError
        If there are no results.
    LabelError
        If labels cannot be read, do not have a row for each event, or events are labelled and the
        run did not write its own.
    """
    rules = load_evaluation_rules(panels)
    run, known = read_results(results), find_labels(labels, rules)
    inputs = _Inputs(
        rules=rules,
        labels=known,
        links=link_labels(run, known),
        events=event_files(results),
        failures={_stem(failure.path): failure.message for failure in run.failures},
    )
    judged = {specimen.specimen: specimen for specimen in run.specimens}
    names = sorted({*judged, *inputs.links.lost, *known.expected, *_failed(run, known)})
    specimens = []
    for done, name in enumerate(names, start=1):
        specimens.append(_evaluate_one(name, judged.get(name), inputs))
        if progress is not None:
            progress(done, len(names), name)
    groups, totals = summarise(specimens, rules)
    return Evaluation(
        specimens=tuple(specimens),
        groups=groups,
        totals=totals,
        simulated=run.simulated,
        rules=fingerprint([evaluation_file(panels)]),
    )


def count_events(labels: EventLabels, called: EventMask) -> EventCounts:
    """Count what is labelled, called, and both.

    Parameters
    ----------
    labels : EventLabels
        In file order, shape ``(n_events,)``.
    called : EventMask
        Events called blasts, same shape.

    Returns
    -------
    EventCounts
        All 0 without events.
    """
    base = labels.nucleated
    n_true = int(np.count_nonzero(labels.blasts))
    return EventCounts(
        n_events=len(called),
        n_true=n_true,
        n_called=int(np.count_nonzero(called)),
        n_both=int(np.count_nonzero(labels.blasts & called)),
        n_nucleated=None if base is None else int(np.count_nonzero(base)),
        n_true_nucleated=n_true if base is None else int(np.count_nonzero(labels.blasts & base)),
    )


def _evaluate_one(name: str, result: SpecimenResult | None, inputs: _Inputs) -> SpecimenEvaluation:
    lost = inputs.links.lost.get(name, ())
    tubes = inputs.links.tubes.get(name, ())
    given = inputs.labels.expected.get(name, "")
    column = _CALLED.get(kind_of(given, inputs.rules), _BLASTS) if given else _BLASTS
    parts = [_count_tube((name, tube), path, column, inputs) for tube, path in tubes]
    parts += [_count_lost(path, inputs.rules) for path in lost]
    counts = sum(parts[1:], start=parts[0]) if parts else None
    expected = given or ("" if counts is None else "positive" if counts.n_true else "negative")
    verdict = "" if result is None else str(result.verdict.verdict)
    outcome = inputs.rules.outcomes[verdict] if verdict else Outcome.FAILED
    true = _true_percent(counts, result, expected, inputs.rules)
    return SpecimenEvaluation(
        specimen=name,
        expected=expected,
        verdict=verdict,
        outcome=outcome,
        correct=_is_correct(expected, verdict, outcome) if expected else None,
        group=group_of(expected, true, inputs.rules) if expected else "",
        counts=counts,
        true_percent=true,
        estimated_percent=math.nan
        if result is None
        else _estimated(result, counts if column != _BLASTS else None),
        tubes=tuple(tube for tube, _ in tubes),
        reasons=() if result is None else tuple(str(code) for code in result.verdict.reasons),
        note=_note(name, result, lost, inputs) if expected else "no labels",
    )


def _count_tube(tube: Tube, path: Path, column: str, inputs: _Inputs) -> EventCounts:
    import pandas as pd  # noqa: PLC0415 - slow to import
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import

    place = inputs.events.get(tube)
    if place is None:
        raise LabelError(
            f"{path}: labels of events, but the results hold none of {tube[1]}: "
            "run classify with --events"
        )
    known = pq.read_schema(place).names
    column = column if column in known else _BLASTS
    called = pd.read_parquet(place, columns=[column])[column].to_numpy(bool)
    labels = read_event_labels(path, inputs.rules)
    if len(labels.blasts) != len(called):
        raise LabelError(
            f"{path}: {len(labels.blasts)} labels, but {tube[1]} has {len(called)} events"
        )
    return count_events(labels, called)


def _count_lost(path: Path, rules: EvaluationRules) -> EventCounts:
    """Nothing was called in a file that was not judged."""
    labels = read_event_labels(path, rules)
    return count_events(labels, np.zeros(len(labels.blasts), dtype=bool))


def _true_percent(
    counts: EventCounts | None,
    result: SpecimenResult | None,
    expected: str,
    rules: EvaluationRules,
) -> float:
    """Labelled blasts over the denominator of the labels, or that of the result."""
    if counts is None:
        is_free = bool(expected) and kind_of(expected, rules) is Outcome.NEGATIVE
        return 0.0 if is_free else math.nan
    if counts.n_nucleated is not None:
        base, true = counts.n_nucleated, counts.n_true_nucleated
    else:
        base = counts.n_events if result is None else result.verdict.n_nucleated
        true = counts.n_true
    return 100 * true / base if base else math.nan


def _estimated(result: SpecimenResult, counts: EventCounts | None) -> float:
    """Percent of the verdict, or, of blasts of another lineage, of the events called so."""
    verdict = result.verdict
    n = verdict.n_blasts if counts is None else counts.n_called
    return 100 * n / verdict.n_nucleated if verdict.n_nucleated else math.nan


def _is_correct(expected: str, verdict: str, outcome: Outcome) -> bool:
    return outcome is not Outcome.FAILED and expected in {str(outcome), verdict}


def _note(name: str, result: SpecimenResult | None, lost: Sequence[Path], inputs: _Inputs) -> str:
    names = (name, *(inputs.labels.events[path] for path in lost))
    said = [inputs.failures[n] for n in names if n in inputs.failures]
    if said:
        return said[0]
    if result is None:
        return "no result"
    return "" if not lost else f"no result for {', '.join(path.name for path in lost)}"


def _stem(path: str) -> str:
    """Name of a file without its suffixes: what `flowpheno.reading.files.stem` gives."""
    return stem(Path(path))


def _failed(run: Run, labels: Labels) -> set[str]:
    """Files of the run without a result and without labels: listed all the same."""
    known = {*labels.events.values(), *labels.specimens}
    return {_stem(failure.path) for failure in run.failures} - known
