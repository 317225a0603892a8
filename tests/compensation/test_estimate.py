"""Simulated controls give back the spill they were made with, within the error that is stated."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.compensation import assign_controls, compensate, estimate_spillover
from flowpheno.errors import CompensationError, SimulationError
from flowpheno.sample import ChannelKind, Scale
from flowpheno.simulation import Stain

_Z95 = 1.96


def estimate(samples, limits):
    found = assign_controls(samples, limits)
    return estimate_spillover(found.controls, found.unstained, limits)


def standardised(estimated, true):
    off = ~np.eye(len(true), dtype=bool)
    return ((estimated.matrix - true) / np.where(off, estimated.standard_errors, 1))[off]


def messages(estimated):
    return " | ".join(finding.message for finding in estimated.findings)


def test_the_interval_covers_the_true_spill_as_often_as_it_says(
    stained_controls, true_spill, control_limits
):
    z = np.concatenate(
        [
            standardised(estimate(stained_controls(seed), control_limits), true_spill)
            for seed in range(8)
        ]
    )
    # 448 coefficients: a 95 % interval covers 93 to 97 % of them
    assert 0.925 <= np.mean(np.abs(z) < _Z95) <= 0.975
    assert abs(z.mean()) < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("how", [{}, {"level": 3.2}, {"percent": 5.0}], ids=["", "dim", "rare"])
def test_the_interval_covers_the_true_spill_over_many_controls(
    stained_controls, true_spill, control_limits, how
):
    z = np.concatenate(
        [
            standardised(estimate(stained_controls(100 + seed, **how), control_limits), true_spill)
            for seed in range(40)
        ]
    )
    assert 0.935 <= np.mean(np.abs(z) < _Z95) <= 0.965


def test_bright_controls_are_recovered_without_a_doubt(
    stained_controls, true_spill, control_limits
):
    estimated = estimate(stained_controls(21), control_limits)
    np.testing.assert_allclose(estimated.matrix, true_spill, atol=0.002)
    assert (np.diag(estimated.matrix) == 1).all()
    assert (np.diag(estimated.standard_errors) == 0).all()
    assert estimated.findings == ()
    assert all("like scatter" in one.negative_from for one in estimated.controls)


def test_controls_compensated_by_their_own_matrix_keep_no_spill(stained_controls, control_limits):
    samples = stained_controls(22)
    estimated = estimate(samples, control_limits)
    pe = compensate(next(s for s in samples if s.name == "PE stained"), estimated.spillover)
    places = {c.detector: n for n, c in enumerate(pe.channels)}
    bright = pe.events[:, places["PE-A"]] > 5000
    assert abs(np.median(pe.events[bright, places["PerCP-Cy5-5-A"]])) < 40  # of 0.28 x 16,000


@pytest.mark.parametrize(
    ("how", "from_where"),
    [
        ({"percent": 100.0, "granulocytes": 0.0}, "the unstained control, of like scatter"),
        ({"percent": 100.0}, "the unstained control, of like scatter"),  # granulocytes are unlike
        ({"percent": 50.0}, "the control, of like scatter"),
    ],
)
def test_negatives_scatter_like_the_positives(
    stained_controls, true_spill, control_limits, how, from_where
):
    estimated = estimate(stained_controls(23, **how), control_limits)
    assert {one.negative_from for one in estimated.controls} == {from_where}
    np.testing.assert_allclose(estimated.matrix, true_spill, atol=0.002)


def test_an_unlike_background_is_said_and_costs(stained_controls, true_spill, control_limits):
    samples = stained_controls(24, unstained=False, percent=100.0)
    estimated = estimate(samples, control_limits)
    assert "few negative events scatter like the positive ones" in messages(estimated)
    assert np.abs(estimated.matrix - true_spill).max() > 0.004


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"level": 3.0}, "dim: positive events lie"),
        ({"level": 2.9}, "uncertain, standard error above 0.01"),
        ({"percent": 5.0}, "positive events"),
        ({"level": 5.2, "sd": 0.3}, "left out as saturated in a detector"),
    ],
    ids=["dim", "uncertain", "few", "saturated"],
)
def test_a_weak_control_is_named(stained_controls, control_limits, how, said):
    n_events = 600 if said.startswith("uncertain") else 3000
    estimated = estimate(stained_controls(25, n_events=n_events, **how), control_limits)
    assert said in messages(estimated)
    assert "control PE stained of PE-A: " in messages(estimated)


@pytest.mark.parametrize("seed", range(4))
def test_saturated_events_do_not_bend_the_line(stained_controls, true_spill, control_limits, seed):
    estimated = estimate(stained_controls(30 + seed, level=5.1, sd=0.25), control_limits)
    np.testing.assert_allclose(estimated.matrix, true_spill, atol=0.002)


def test_outliers_do_not_count(stained_controls, true_spill, control_limits):
    rng = np.random.default_rng(0)
    samples = stained_controls(26)
    dirty = []
    for sample in samples:
        events = sample.events.copy()
        hit = rng.random(len(events)) < 0.03
        events[hit] *= rng.uniform(1.5, 4, (hit.sum(), events.shape[1])).astype(np.float32)
        dirty.append(replace(sample, events=events))
    np.testing.assert_allclose(estimate(dirty, control_limits).matrix, true_spill, atol=0.003)


def test_another_dye_than_the_name_says_is_noticed(stained_controls, control_limits):
    samples = {sample.name: sample for sample in stained_controls(27)}
    pe, apc = samples["PE stained"], samples["APC stained"]
    exchanged = [replace(pe, name="APC"), replace(apc, name="PE"), samples["Unstained"]]
    with pytest.raises(CompensationError, match=r"control PE of PE-A: .* too few to tell"):
        estimate(exchanged, control_limits)
    # PerCP-Cy5.5 named PE: it is seen there as well, much less than where it belongs
    tandem = [replace(samples["PerCP-Cy5.5 stained"], name="PE-Cy7"), samples["Unstained"]]
    assert "as bright or brighter in PerCP-Cy5-5-A" in messages(estimate(tandem, control_limits))


def test_controls_of_other_voltages_are_noticed(stained_controls, control_limits):
    samples = stained_controls(28)
    names = [c.detector for c in samples[0].channels]
    keywords = {f"$P{n}N": name for n, name in enumerate(names, 1)}
    keywords |= {f"$P{n}V": "500" for n in range(1, len(names) + 1)}
    other = keywords | {f"$P{names.index('PE-A') + 1}V": "520"}
    said = [replace(s, keywords=other if n == 2 else keywords) for n, s in enumerate(samples)]
    estimated = estimate(said, control_limits)
    assert "FITC-A: other settings than the first control: PE-A at 520 V" in messages(estimated)
    assert estimated.spillover.settings["PE-A"] == "500"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: replace(s, compensated=True), "is compensated already"),
        (lambda s: replace(s, scale=Scale.RELATIVE), "is not linear"),
        (lambda s: replace(s, events=s.events[:0]), "its 0 usable events are not clearly two"),
        (lambda s: replace(s, events=s.events[:1]), "its 1 usable events are not clearly two"),
        (lambda s: replace(s, events=np.full_like(s.events, np.nan)), "its 0 usable events"),
        (
            lambda s: replace(s, channels=s.channels[:-1], events=s.events[:, :-1]),
            "control APC stained has no detector APC-H7-A",
        ),
    ],
    ids=["compensated", "relative", "none", "one", "nan", "detector"],
)
def test_a_control_that_gives_no_estimate_is_refused(
    stained_controls, control_limits, change, message
):
    samples = stained_controls(29, n_events=1000, unstained=False)
    if samples[0].channels[-1].kind is ChannelKind.TIME:
        samples = [replace(s, channels=s.channels[:-1], events=s.events[:, :-1]) for s in samples]
    controls = assign_controls(samples, control_limits).controls
    apc = next(n for n, c in enumerate(controls) if c.detector == "APC-A")
    broken = [
        replace(c, sample=change(c.sample)) if n == apc else c for n, c in enumerate(controls)
    ]
    with pytest.raises(CompensationError, match=message):
        estimate_spillover(broken, None, control_limits)


def test_no_control_gives_no_matrix(control_limits):
    with pytest.raises(CompensationError, match="no single-stain control"):
        estimate_spillover([], None, control_limits)


@pytest.mark.parametrize(
    ("how", "unstained", "message"),
    [
        ({"percent": 100.0, "granulocytes": 0.0}, False, "no unstained control tells which"),
        ({"level": 2.0}, True, "brighter than the unstained control, .* too few to tell"),
        ({"percent": 0.0}, True, "too few to tell"),
        ({"percent": 3.0, "n_events": 1000}, True, "too few to tell"),
    ],
)
def test_a_control_without_two_populations_is_refused(
    stained_controls, control_limits, how, unstained, message
):
    with pytest.raises(CompensationError, match=message):
        estimate(stained_controls(31, unstained=unstained, **how), control_limits)


def test_positive_cells_without_any_negative_are_refused(stained_controls, control_limits):
    stained = stained_controls(32, percent=100.0, granulocytes=0.0)
    blank = replace(stained[-1], events=stained[-1].events[:60])
    far = blank.events.copy()
    far[:, 0] += 200_000  # scatters unlike any cell
    controls = assign_controls(stained[:-1], control_limits).controls
    estimated = estimate_spillover(controls, replace(blank, events=far), control_limits)
    assert "only 60 negative events" in messages(estimated)
    assert "few negative events scatter like" in messages(estimated)


@pytest.mark.parametrize("percent", [-1, 101])
def test_an_impossible_stain_is_refused(percent):
    with pytest.raises(SimulationError, match="not in 0 to 100"):
        Stain(percent=percent)
