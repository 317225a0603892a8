"""Time: clogs, shifts and drift are found, a steady run is left in peace."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode, Severity
from flowpheno.qc.time import check_time
from flowpheno.reading import read_fcs
from flowpheno.sample import Scale
from flowpheno.simulation import NO_ARTEFACTS, Artefacts
from tests.benchmarks.faults import FAULTS, drifting

N = 30_000
DYES = ("CD45", "CD19", "CD10", "CD34")


def _columns(seed=0, n=N):
    """A steady run: sizes, dyes of which half the cells are negative, and the clock."""
    rng = np.random.default_rng(seed)
    columns = {
        "FSC-A": 70_000 * rng.lognormal(0, 0.3, n),
        "SSC-A": 30_000 * rng.lognormal(0, 0.6, n),
    }
    for dye in DYES:
        positive = rng.random(n) < 0.5
        columns[dye] = np.where(positive, 10_000, 100) * rng.lognormal(0, 0.4, n)
    return columns | {"Time": np.sort(rng.random(n)) * 10_000}


def _dim(columns, part, factor, *, names=None):
    for name in names or [n for n in columns if n != "Time"]:
        columns[name][part] *= factor
    return columns


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [1500, 10_000, N])
def test_a_steady_run_is_left_in_peace(qc_tube, qc_limits, seed, n):
    step = check_time(qc_tube(columns=_columns(seed, n)), qc_limits.time)
    assert step.keep.all()
    assert step.findings == ()


@pytest.mark.parametrize("factor", [0.6, 1.6])
def test_a_clog_and_a_burst_are_cut_out(qc_tube, qc_limits, factor):
    part = slice(12_000, 13_500)
    step = check_time(qc_tube(columns=_dim(_columns(), part, factor)), qc_limits.time)
    assert step.keep[part].mean() < 0.1
    assert np.delete(step.keep, np.arange(N)[part]).mean() > 0.98
    assert [f.code for f in step.findings] == [ReasonCode.STEP_LOG]


def test_a_long_level_shift_blocks(qc_tube, qc_limits):
    columns = _dim(_columns(), slice(21_000, None), 0.5)
    step = check_time(qc_tube(columns=columns), qc_limits.time)
    assert 0.25 < np.mean(~step.keep) < 0.35
    assert (ReasonCode.TIME_INSTABILITY, Severity.BLOCKING) in [
        (f.code, f.severity) for f in step.findings
    ]


@pytest.mark.parametrize(("decades", "said"), [(0.03, False), (0.1, False), (0.4, True)])
def test_a_drift_is_said_where_it_matters(qc_tube, qc_limits, decades, said):
    columns = _columns()
    for dye in DYES:
        columns[dye] *= 10 ** (decades * columns["Time"] / 10_000)
    step = check_time(qc_tube(columns=columns), qc_limits.time)
    drifts = [f for f in step.findings if "drifted" in f.message]
    assert bool(drifts) == said
    assert all(f.severity is Severity.WARNING and f.value > 0 for f in drifts)


def test_a_pause_of_the_flow_is_noted(qc_tube, qc_limits):
    columns = _columns()
    columns["Time"][15_000:] += 1000
    step = check_time(qc_tube(columns=columns), qc_limits.time)
    assert step.keep.all()
    assert ["paused or clogged for" in f.message for f in step.findings] == [True]
    assert step.findings[0].value == pytest.approx(9.1, abs=1.5)


def test_the_order_of_events_in_the_file_does_not_matter(qc_tube, qc_limits):
    columns = _dim(_columns(), slice(12_000, 13_500), 0.6)
    columns["Time"] = np.floor(columns["Time"] / 20)  # many events share a tick
    order = np.random.default_rng(1).permutation(N)
    shuffled = {name: values[order] for name, values in columns.items()}
    kept = check_time(qc_tube(columns=columns), qc_limits.time).keep
    step = check_time(qc_tube(columns=shuffled), qc_limits.time)
    assert not kept.all()
    np.testing.assert_array_equal(step.keep, kept[order])
    assert any("runs backwards" in f.message for f in step.findings)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"Time": None}, "no Time channel"),
        ({"Time": np.zeros(N)}, "Time does not advance"),
        ({"Time": np.repeat([0.0, 1.0], N // 2)}, "Time does not advance"),
        ({"Time": np.full(N, np.nan)}, "Time holds values that are not finite"),
    ],
    ids=["absent", "constant", "two ticks", "nan"],
)
def test_a_clock_that_says_nothing_is_said(qc_tube, qc_limits, change, why):
    columns = {n: v for n, v in (_columns() | change).items() if v is not None}
    step = check_time(qc_tube(columns=columns), qc_limits.time)
    assert step.keep.all()
    assert why in step.note
    assert [f.code for f in step.findings] == [ReasonCode.QC_STEP_NOT_POSSIBLE]


@pytest.mark.parametrize("n", [0, 1, 1499])
def test_few_events_cannot_be_binned(qc_tube, qc_limits, n):
    columns = {name: values[:n] for name, values in _columns().items()}
    step = check_time(qc_tube(columns=columns), qc_limits.time)
    assert step.keep.all()
    assert "too few to bin" in step.note


def test_values_that_are_equal_or_not_finite_do_no_harm(qc_tube, qc_limits):
    columns = _columns()
    columns["CD19"][:] = 5
    columns["CD10"][::7] = np.nan
    columns["CD34"][::5] = np.inf
    assert check_time(qc_tube(columns=columns), qc_limits.time).keep.all()
    same = {name: np.full(N, 7.0) for name in columns} | {"Time": columns["Time"]}
    assert check_time(qc_tube(columns=same), qc_limits.time).keep.all()


def test_a_relative_scale_is_judged_by_its_own_numbers(qc_tube, qc_limits):
    columns = {n: v if n == "Time" else np.clip(v / 5e4, 0, 1) for n, v in _columns().items()}
    tube = replace(qc_tube(columns=columns), scale=Scale.RELATIVE)
    assert check_time(tube, qc_limits.time).keep.all()


@pytest.mark.parametrize("tube", ["euroflow_bcp_all_mrd_t1", "tube_494", "lineage_full"])
def test_a_simulated_clog_is_cut_out_and_a_simulated_clean_run_is_not(simulate, qc_limits, tube):
    clogged = simulate(31, tube=tube, n_events=20_000, artefacts=Artefacts(clog=True))
    keep = check_time(clogged.sample, qc_limits.time).keep
    assert keep[clogged.clogged].mean() < 0.1
    assert keep[~clogged.clogged].mean() > 0.98
    clean = simulate(31, tube=tube, n_events=20_000, artefacts=NO_ARTEFACTS)
    step = check_time(clean.sample, qc_limits.time)
    assert step.keep.all()
    assert step.findings == ()


@pytest.mark.parametrize("tube", ["euroflow_bcp_all_mrd_t1", "tube_494", "lineage_full"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_cut_out_and_little_else(simulate, qc_limits, tube, name):
    steady = simulate(33, tube=tube, n_events=20_000, artefacts=Artefacts(clog=False)).sample
    sample, touched = FAULTS[name](steady, np.random.default_rng(33))
    keep = check_time(sample, qc_limits.time).keep
    assert keep[touched].mean() < 0.2
    assert keep[~touched].mean() > 0.98


@pytest.mark.parametrize("tube", ["euroflow_bcp_all_mrd_t1", "tube_494", "lineage_full"])
@pytest.mark.parametrize(("decades", "said"), [(0.03, False), (0.2, True), (-0.2, True)])
def test_a_drift_of_a_simulated_tube_is_said(simulate, qc_limits, tube, decades, said):
    steady = simulate(33, tube=tube, n_events=20_000, artefacts=NO_ARTEFACTS).sample
    found = check_time(drifting(steady, decades), qc_limits.time).findings
    assert any("drifted" in f.message for f in found) == said


@pytest.mark.parametrize("period", [2000, 5000])
def test_a_clock_that_wraps_changes_nothing(qc_tube, qc_limits, period):
    columns = _dim(_columns(), slice(12_000, 13_500), 0.6)
    kept = check_time(qc_tube(columns=columns), qc_limits.time).keep
    step = check_time(
        qc_tube(columns=columns | {"Time": columns["Time"] % period}), qc_limits.time
    )
    assert np.mean(step.keep == kept) > 0.995
    assert any("begins anew" in f.message for f in step.findings)
    assert not any("backwards" in f.message for f in step.findings)


@pytest.mark.parametrize("dye", DYES)
@pytest.mark.parametrize("factor", [0.1, 10])
def test_one_detector_alone_is_found(qc_tube, qc_limits, dye, factor):
    part = slice(12_000, 15_000)
    step = check_time(qc_tube(columns=_dim(_columns(), part, factor, names=[dye])), qc_limits.time)
    assert step.keep[part].mean() < 0.1
    assert np.delete(step.keep, np.arange(N)[part]).mean() > 0.98


def test_real_runs_are_left_in_peace(data_dir, qc_limits):
    removed = {}
    for path in sorted((data_dir / "fcs_corpus" / "instruments").glob("*.*")):
        sample = read_fcs(path)
        step = check_time(sample, qc_limits.time)
        removed[path.name] = 100 * np.mean(~step.keep)
        assert not any(f.severity is Severity.BLOCKING for f in step.findings)
    assert len(removed) >= 7
    assert max(removed.values()) < 2
    assert sorted(removed.values())[len(removed) // 2] == 0
