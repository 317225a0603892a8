from __future__ import annotations

import numpy as np
import pytest

from flowpheno.errors import SimulationError
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation import (
    NO_ARTEFACTS,
    Background,
    BlastRequest,
    draw_composition,
    draw_patient,
    load_specification,
    simulate_tube,
)

SPECIFICATION = load_specification()
TUBES = builtin_tubes()
MRD = TUBES["euroflow_bcp_all_mrd_t1"]


def simulated(tube=MRD, *, seed=1, n=20_000, **options):
    return simulate_tube(
        SPECIFICATION, tube, rng=np.random.default_rng(seed), n_events=n, **options
    )


def compensated(result):
    sample = result.sample
    names = [c.detector for c in sample.channels]
    columns = [names.index(detector) for detector in sample.spillover.detectors]
    return sample.events[:, columns] @ np.linalg.inv(sample.spillover.matrix)


def test_the_same_seed_gives_the_same_tube():
    one, again, other = (simulated(seed=seed, n=2_000) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.sample.events, again.sample.events)
    np.testing.assert_array_equal(one.labels, again.labels)
    assert one.sample.events.shape != other.sample.events.shape


def test_sample_is_observed_light():
    result = simulated(n=100)
    assert not result.sample.compensated
    assert result.sample.events.dtype == np.float32
    assert not result.sample.events.flags.writeable
    assert result.sample.name == "simulated"


@pytest.mark.parametrize("name", ["T", "B_mature", "gran_mature", "mono", "myeloblast"])
def test_medians_after_exact_compensation_are_those_of_the_specification(name):
    result = simulated(n=100_000, artefacts=NO_ARTEFACTS)
    medians = np.median(compensated(result)[result.labels == name], axis=0)
    kind = SPECIFICATION.populations[name]
    background = 10 ** (kind.af or 2.0) - 100
    for channel, median in zip(MRD.channels, medians, strict=True):
        if len(channel.antigens) > 1 or channel.marker not in kind.m:
            continue
        shifts = result.truth.composition.shifts[name][channel.marker]
        shifts += result.truth.staining_shifts[channel.detector]
        expected = 10 ** (kind.m[channel.marker][0] + shifts) + background
        assert np.log10(median / expected) == pytest.approx(0, abs=0.05)


def test_unstained_cells_lie_around_zero():
    result = simulated(artefacts=NO_ARTEFACTS)
    cd19 = compensated(result)[result.labels == "T", MRD.markers.index("CD19")]
    assert np.median(cd19) == pytest.approx(0, abs=10)
    assert 50 < cd19.std() < 160


def test_population_shares():
    result = simulated(n=100_000, blasts=BlastRequest(fraction=0.05, archetype="common"))
    assert result.nucleated.sum() == result.truth.n_nucleated == 100_000
    fractions = result.truth.composition.fractions
    for name, share in fractions.items():
        found = np.mean(result.labels[result.nucleated] == name)
        assert found == pytest.approx(share, abs=5 * np.sqrt(share / 100_000) + 1e-9)


@pytest.mark.parametrize("fraction", [0.0, 0.0005, 0.5, 1.0])
def test_blasts_are_a_share_of_nucleated_singlets(fraction):
    result = simulated(blasts=BlastRequest(fraction=fraction, archetype="common"))
    assert result.truth.n_blasts == result.blasts.sum()
    sd = np.sqrt(fraction * (1 - fraction) / 20_000)
    assert result.truth.blast_fraction == pytest.approx(fraction, abs=5 * sd)


@pytest.mark.parametrize("archetype", SPECIFICATION.blasts)
def test_every_leukaemia_can_be_simulated_in_a_wide_tube(archetype):
    request = BlastRequest(fraction=0.5, archetype=archetype)
    result = simulated(TUBES["lineage_full"], n=2_000, blasts=request)
    assert np.isfinite(result.sample.events).all()
    assert result.blasts.sum() > 800


@pytest.mark.parametrize("state", SPECIFICATION.hematogones.mixtures)
def test_maturation_is_known_for_hematogones_only(state):
    result = simulated(background=Background(state=state))
    hematogones = result.origin == "hematogone"
    np.testing.assert_array_equal(np.isfinite(result.maturation), hematogones)


def test_one_patient_in_two_specimens_and_one_specimen_in_two_tubes():
    rng = np.random.default_rng(9)
    patient = draw_patient(SPECIFICATION, "common", rng=rng, expressed=["CD34"])
    request = BlastRequest(fraction=0.7, patient=patient)
    sites = [simulated(seed=seed, blasts=request, artefacts=NO_ARTEFACTS) for seed in (1, 2)]
    cd34 = [
        np.log10(np.median(compensated(s)[s.blasts, MRD.markers.index("CD34")])) for s in sites
    ]
    assert cd34[0] == pytest.approx(cd34[1], abs=0.25)
    composition = draw_composition(SPECIFICATION, Background(), request, rng=rng)
    for name in ("euroflow_bcp_all_mrd_t1", "euroflow_bcp_all_mrd_t2"):
        result = simulated(TUBES[name], composition=composition, n=100)
        assert result.truth.composition is composition


def test_no_events():
    result = simulated(n=0)
    assert result.sample.n_events == 0
    assert np.isnan(result.truth.blast_fraction)


def test_a_negative_number_of_events_is_refused():
    with pytest.raises(SimulationError, match="cannot simulate -1 events"):
        simulated(n=-1)


def test_two_answers_to_one_question_are_refused():
    rng = np.random.default_rng(0)
    composition = draw_composition(SPECIFICATION, Background(), rng=rng)
    with pytest.raises(SimulationError, match="composition says already"):
        simulated(composition=composition, background=Background())
