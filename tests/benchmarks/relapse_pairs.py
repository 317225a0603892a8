"""Simulated relapse pairs through the whole chain: which changes of a marker are found.

Run by hand, from the root of the repository::

    OMP_NUM_THREADS=1 nice python tests/benchmarks/relapse_pairs.py 200 --first 5000 --out DIR

Each pair is a patient of `flowpheno.simulation` at diagnosis and at relapse (Chen 2007 says how
often an aberrancy is lost or gained), both tubes judged and compared as ``flowpheno compare``
does; seed, archetype and tube of pair ``i`` follow from ``first + i``. The true shift of a marker
is that of the median of the blasts as specified, without staining drift, spill and noise. What is
simulated is called simulated: nothing of this is a claim on patients.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np

import flowpheno as fp
from flowpheno.comparison import Profile, compare
from flowpheno.panel.definitions import load_definitions
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.pipeline.pair import blast_profile
from flowpheno.simulation import (
    PlannedPair,
    draw_patient,
    load_specification,
    relapse_in_scenario,
    simulate_pair,
)
from flowpheno.statistics import wilson_percent

TUBES = (
    "euroflow_bcp_all_mrd_t1", "euroflow_bcp_all_mrd_t2", "lineage_full", "aieop_bfm_8c",
)  # fmt: skip
LARGE, NONE = 0.5, 0.15
"""True shifts, log10, that must be found, and that must not be called."""

SOME = 0.1
"""Share of the cells from which a marker changed its shape, whatever its median did."""
UPWARD = {"GAIN", "UP", "MARKED_UP"}
DOWNWARD = {"LOSS", "DOWN", "MARKED_DOWN"}
_DRAWS = 40_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One marker of one pair."""

    seed: int
    archetype: str
    tube: str
    marker: str
    true_shift: float
    true_before: float
    true_after: float
    shape_changed: bool
    aberrant: bool
    lost: bool
    gained: bool
    call: str
    delta: float
    verdict: str
    kept: bool
    found_lost: bool
    found_gained: bool
    reasons: str


def true_median(expression, specification, rng):
    """Median of the blasts' signal as specified, log10: autofluorescence, plus what they carry."""
    background = specification.defaults.negative
    signal = 10 ** rng.normal(background.autofluor_log10, background.autofluor_sd, _DRAWS)
    if expression is not None:
        carried = rng.random(_DRAWS) < expression.positive
        signal = signal + carried * 10 ** rng.normal(expression.mean, expression.sd, _DRAWS)
    return float(np.log10(np.median(signal)))


def plan_of(seed, specification, n_events):
    """Pair that a seed stands for."""
    names = [n for n, b in specification.blasts.items() if b.lineage == "b_precursor"]
    return PlannedPair(
        name=f"pair-{seed}",
        tube=TUBES[seed % len(TUBES)],
        archetype=names[seed // len(TUBES) % len(names)],
        n_events=n_events,
        seed=seed,
    )


def judge_pair(seed, specification, definitions, n_events):
    """Simulate and judge both tubes: verdicts, and the profiles of the blasts."""
    pair = simulate_pair(specification, builtin_tubes(), plan_of(seed, specification, n_events))
    with ExitStack() as left_out:  # a third of the time, and no part of a comparison
        left_out.enter_context(
            patch("flowpheno.pipeline.specimen.draw_plots", lambda *_, **__: ())
        )
        left_out.enter_context(
            patch("flowpheno.pipeline.tube.described_beside", lambda *_, **__: ())
        )
        results = [
            fp.classify(tube.sample, known_bcp_all=later, definitions=definitions).result
            for tube, later in ((pair.diagnosis, False), (pair.follow_up, True))
        ]
    profiles = [blast_profile(result) for result in results]
    return {
        "seed": seed,
        "events": n_events,
        "verdicts": [str(result.verdict.verdict) for result in results],
        "profiles": [p and p.to_dict() for p in profiles],
    }


def compare_pair(judged, specification, definitions):
    """Compare what was judged; rows of the markers that the tube stains."""
    seed, plan = judged["seed"], plan_of(judged["seed"], specification, judged["events"])
    said = (seed, plan.archetype, plan.tube, *judged["verdicts"])
    if None in judged["profiles"]:
        return [], (*said, "no blasts found")
    comparison = compare(
        *map(Profile.from_dict, judged["profiles"]),
        definitions.comparison,
        rng=np.random.default_rng(seed),
    )
    chance = np.random.default_rng(plan.seed)  # as `simulate_pair` draws the patient
    patient = draw_patient(specification, plan.archetype, rng=chance)
    relapse = relapse_in_scenario(specification, patient, plan.scenario, rng=chance)
    before, after = patient.expression, relapse.patient.expression
    rng = np.random.default_rng(1)
    rows = []
    for shift in comparison.shifts:
        marker = shift.marker
        if marker.startswith("SYTO") or "+" in marker:
            continue
        old, new = before.get(marker), after.get(marker)
        levels = [true_median(e, specification, rng) for e in (old, new)]
        shares = [0.0 if e is None else e.positive for e in (old, new)]
        rows.append(
            Row(
                seed=seed, archetype=plan.archetype, tube=plan.tube, marker=marker,
                true_shift=levels[1] - levels[0], true_before=levels[0], true_after=levels[1],
                shape_changed=abs(shares[0] - shares[1]) > SOME,
                aberrant=marker in relapse.aberrant,
                lost=marker in relapse.lost, gained=marker in relapse.gained,
                call=shift.call.value, delta=shift.delta_log10,
                verdict=comparison.verdict.value, kept=marker in comparison.kept,
                found_lost=marker in comparison.lost, found_gained=marker in comparison.gained,
                reasons=";".join(shift.reasons),
            )
        )  # fmt: skip
    return rows, (*said, comparison.verdict.value)


def _share(hits, n):
    interval = wilson_percent(hits, n) if n else None
    return {
        "hits": hits, "n": n, "percent": 100 * hits / n if n else None,
        "low": interval and interval.low, "high": interval and interval.high,
    }  # fmt: skip


def summarise(rows):
    """Recall, precision and silence, of markers that were compared."""
    compared = [r for r in rows if r.call != "NOT_COMPARABLE"]
    large = [r for r in compared if abs(r.true_shift) >= LARGE]
    none = [r for r in compared if abs(r.true_shift) < NONE]
    called = [r for r in compared if r.call in UPWARD | DOWNWARD]
    far = [r for r in called if abs(r.delta) >= LARGE]
    named = [r for r in compared if r.call in {"GAIN", "LOSS"}]

    def right(r, least=NONE):
        return _points(r.call) * r.true_shift >= least

    return {
        "markers": len(rows),
        "not_comparable": len(rows) - len(compared),
        "recall_of_true_0.5": _share(sum(right(r) for r in large), len(large)),
        "recall_of_true_0.5_not_comparable_counted_as_missed": _share(
            sum(right(r) for r in large), sum(abs(r.true_shift) >= LARGE for r in rows)
        ),
        "recall_of_true_0.5_heterogeneity_counted": _share(
            sum(right(r) or r.call == "HETEROGENEITY" for r in large), len(large)
        ),
        "precision_of_calls": _share(sum(right(r) for r in called), len(called)),
        "precision_of_calls_strict_0.3": _share(sum(right(r, 0.3) for r in called), len(called)),
        "precision_of_calls_from_0.5": _share(sum(right(r) for r in far), len(far)),
        "precision_of_GAIN_and_LOSS": _share(sum(right(r) for r in named), len(named)),
        "silent_where_true_below_0.15": _share(
            sum(r.call not in UPWARD | DOWNWARD for r in none), len(none)
        ),
        "no_GAIN_LOSS_where_true_below_0.15": _share(
            sum(r.call not in {"GAIN", "LOSS"} for r in none), len(none)
        ),
        "heterogeneity_where_true_below_0.15_and_shape_kept": _share(
            sum(r.call == "HETEROGENEITY" for r in none if not r.shape_changed),
            sum(not r.shape_changed for r in none),
        ),
        "chen": chen(rows),
    }


def _points(call):
    return 1 if call in UPWARD else -1 if call in DOWNWARD else 0


def chen(rows):
    """What was put in, and what was found, as Chen 2007 counts it."""
    seeds = sorted({r.seed for r in rows})
    cases = [[r for r in rows if r.seed == seed] for seed in seeds]
    aberrant = [r for r in rows if r.aberrant]
    followed = [r for r in rows if r.kept or r.found_lost]
    return {
        "put_in_lost": _share(sum(r.lost for r in aberrant), len(aberrant)),
        "put_in_cases_with_loss": _share(sum(any(r.lost for r in c) for c in cases), len(cases)),
        "put_in_cases_with_gain": _share(sum(any(r.gained for r in c) for c in cases), len(cases)),
        "found_lost": _share(sum(r.found_lost for r in followed), len(followed)),
        "found_cases_with_loss": _share(
            sum(any(r.found_lost for r in c) for c in cases), len(cases)
        ),
        "found_cases_with_gain": _share(
            sum(any(r.found_gained for r in c) for c in cases), len(cases)
        ),
    }


def main():
    """Measure, and write what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=int)
    parser.add_argument("--first", type=int, default=5000)
    parser.add_argument("--events", type=int, default=30_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--again", action="store_true", help="compare what OUT holds again")
    asked = parser.parse_args()
    specification, definitions = load_specification(), load_definitions()
    asked.out.mkdir(parents=True, exist_ok=True)
    kept = asked.out / "judged.jsonl"
    if not asked.again:
        with kept.open("w", encoding="utf-8") as file:
            for seed in range(asked.first, asked.first + asked.pairs):
                judged = judge_pair(seed, specification, definitions, asked.events)
                file.write(json.dumps(judged) + "\n")
                file.flush()
                sys.stderr.write(f"{seed} {' '.join(judged['verdicts'])}\n")
    lines = kept.read_text("utf-8").splitlines()[: asked.pairs]
    found = [compare_pair(json.loads(line), specification, definitions) for line in lines]
    rows = [row for rows, _ in found for row in rows]
    _write(asked.out, rows, [pair for _, pair in found])
    sys.stdout.write(json.dumps(summarise(rows), indent=2) + "\n")


def _write(out, rows, pairs):
    with (out / "pairs.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(pairs)
    with (out / "markers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(rows[0])))
        writer.writeheader()
        writer.writerows(map(asdict, rows))
    (out / "summary.json").write_text(json.dumps(summarise(rows), indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
