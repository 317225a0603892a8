"""Faults of simulated runs: what is cut out of them, beside the ideas of flowAI and PeacoQC.

Run by ``pytest tests/benchmarks/bench_time_quality.py`` with the dependency groups *test* and
*bench*; the default test command does not collect it. Sensitivity is the share of the events
that a fault touched which are left out, specificity the share of all others which are kept; both
are means over tubes and seeds. What misses its target fails. Everything is simulated but the row
of the real runs, of which nobody knows whether they are clean.
"""

from __future__ import annotations

import numpy as np
import pytest

from flowpheno.qc.time import check_time
from flowpheno.reading import read_fcs
from flowpheno.simulation import Artefacts
from tests.benchmarks.faults import FAULTS, nothing
from tests.benchmarks.time_peers import flow_rate_anomalies, peak_medians

TUBES = ("euroflow_bcp_all_mrd_t1", "tube_494", "lineage_full")
STATES = ("steady_child", "regenerating", "steady_adult")
SEEDS = range(200, 206)
LEAST_SENSITIVITY, LEAST_SPECIFICITY = 0.93, 0.99
PEERS = {"flowAI: flow rate": flow_rate_anomalies, "PeacoQC: peaks and MAD": peak_medians}


def steady_runs(simulate):
    for tube in TUBES:
        for seed in SEEDS:
            blasts = ("common", 0.2) if seed % 2 else None
            run = simulate(
                seed, tube=tube, state=STATES[seed % 3], blasts=blasts, n_events=30_000,
                artefacts=Artefacts(clog=False),
            )  # fmt: skip
            yield seed, run.sample


def measured(keep, touched):
    sensitivity = float(np.mean(~keep[touched])) if touched.any() else np.nan
    return sensitivity, float(np.mean(keep[~touched]))


@pytest.fixture
def say(request):
    """Write a line to the terminal, also where output is captured."""
    plugins = request.config.pluginmanager
    reporter, capture = plugins.getplugin("terminalreporter"), plugins.getplugin("capturemanager")

    def write(*cells):
        with capture.global_and_fixture_disabled():
            reporter.write_line("  ".join(f"{cell:24}" for cell in cells).rstrip())

    return write


@pytest.mark.parametrize("fault", ["clean", *FAULTS])
def test_faults_of_simulated_runs(simulate, definitions, say, fault):
    methods = {"flowpheno": lambda run: check_time(run, definitions.qc.time).keep, **PEERS}
    rows = {name: [] for name in methods}
    for seed, steady in steady_runs(simulate):
        run, touched = FAULTS.get(fault, nothing)(steady, np.random.default_rng(seed))
        for name, method in methods.items():
            rows[name].append(measured(method(run), touched))
    say("")
    for name, both in rows.items():
        (sensitivity, specificity), worst = np.mean(both, axis=0), np.min(both, axis=0)
        say(fault, name, f"{sensitivity:.3f} (least {worst[0]:.2f})",
            f"{specificity:.4f} (least {worst[1]:.3f})")  # fmt: skip
    sensitivity, specificity = np.mean(rows["flowpheno"], axis=0)
    assert fault == "clean" or sensitivity >= LEAST_SENSITIVITY
    assert specificity >= LEAST_SPECIFICITY


def test_a_real_run_is_left_in_peace(data_dir, definitions, say):
    run = read_fcs(data_dir / "b_all_mrd_labelled" / "494.fcs")
    say("")
    for name, method in PEERS.items():
        say("real run 494", name, "", f"{np.mean(method(run)):.4f}")
    keep = check_time(run, definitions.qc.time).keep
    say("real run 494", "flowpheno", "", f"{np.mean(keep):.4f}")
    assert keep.all()
