from __future__ import annotations

import numpy as np
import pytest

from flowpheno.panel.tubes import builtin_tubes
from flowpheno.sample import ChannelKind, Measure
from flowpheno.simulation import Artefacts, Instrument, load_specification, simulate_tube

SPECIFICATION = load_specification()
TUBES = builtin_tubes()
DYED = [name for name, tube in TUBES.items() if tube.has_fluorochromes]


def simulated(tube="aieop_bfm_8c", *, artefacts=None, instrument=None, seed=1, n=5_000):
    return simulate_tube(
        SPECIFICATION,
        TUBES[tube],
        rng=np.random.default_rng(seed),
        n_events=n,
        artefacts=artefacts,
        instrument=instrument,
    )


def column(result, marker, measure=Measure.AREA):
    return result.sample.events[:, result.sample.column(marker, measure)]


@pytest.mark.parametrize("tube", DYED)
def test_channels_are_those_of_the_tube(tube):
    sample = simulated(tube, n=50).sample
    definition = TUBES[tube]
    fluorescence = [c for c in sample.channels if c.kind is ChannelKind.FLUORESCENCE]
    assert sample.markers == definition.markers
    assert [c.detector for c in fluorescence] == [c.detector for c in definition.channels]
    assert [c.fluorochrome for c in fluorescence] == [c.fluorochrome for c in definition.channels]
    assert [c.label for c in fluorescence] == [c.marker or "" for c in definition.channels]
    scatter = [c.detector for c in sample.channels if c.kind is ChannelKind.SCATTER]
    assert scatter == list(definition.scatter)
    assert sample.channels[-1].kind is ChannelKind.TIME
    assert sample.keywords["FLOWPHENO SIMULATED"] == "TRUE"


def test_a_tube_without_time_has_no_time_channel():
    tube = TUBES["tube_494"].model_copy(update={"time": None})
    sample = simulate_tube(SPECIFICATION, tube, rng=np.random.default_rng(0), n_events=50).sample
    assert all(c.kind is not ChannelKind.TIME for c in sample.channels)


def test_doublets_are_low_and_wide():
    result = simulated(artefacts=Artefacts(doublets=0.2, margin=0.0))
    ratio = column(result, "FSC", Measure.HEIGHT) / column(result, "FSC")
    width = column(result, "FSC", Measure.WIDTH)
    pair, single = result.labels == "doublet", result.nucleated
    inside = column(result, "FSC") < 262_143
    assert np.median(ratio[pair & inside]) == pytest.approx(0.60, abs=0.005)
    assert np.median(ratio[single]) == pytest.approx(0.93, abs=0.005)
    assert np.std(ratio[single]) == pytest.approx(0.02, abs=0.002)
    assert np.median(width[pair]) > 1.4 * np.median(width[single])


def test_margin_events_are_recorded_at_the_range():
    result = simulated(artefacts=Artefacts(margin=0.02, clog=False))
    beyond = result.labels == "margin"
    assert beyond.any()
    assert (column(result, "FSC")[beyond] == 262_143).all()
    assert (column(result, "SSC")[beyond] == 262_143).all()
    assert result.sample.events.max() <= 262_143


def test_time_ascends_in_ticks():
    result = simulated(n=5_000)
    time = result.sample.events[:, -1]
    assert (np.diff(time) >= 0).all()
    assert time[-1] == pytest.approx(len(time) / 2_500 / 0.01, rel=0.01)
    assert result.sample.keywords["$TIMESTEP"] == "0.01"


def test_drift_is_seen_in_fluorescence_not_in_scatter():
    result = simulated(artefacts=Artefacts(drift_log10=0.3, clog=False), n=20_000)
    cells = result.labels == "gran_mature"
    half = len(cells) // 2
    first, last = cells.copy(), cells.copy()
    first[half:], last[:half] = False, False
    cd45, ssc = column(result, "CD45"), column(result, "SSC")
    shift = np.log10(np.median(cd45[last]) / np.median(cd45[first]))
    assert shift == pytest.approx(0.15, abs=0.02)
    assert np.median(ssc[last]) == pytest.approx(np.median(ssc[first]), rel=0.03)


def test_a_clog_dims_every_channel():
    artefacts = Artefacts(clog=True, drift_log10=0.0)
    result = simulated(artefacts=artefacts, n=30_000)
    assert 0.015 <= result.clogged.mean() <= 0.085
    cells = result.labels == "gran_mature"
    for marker in ("FSC", "SSC", "CD45"):
        values = column(result, marker)
        ratio = np.median(values[cells & result.clogged]) / np.median(
            values[cells & ~result.clogged]
        )
        assert ratio == pytest.approx(0.6, abs=0.03)


def test_another_cytometer_amplifies_and_has_another_range():
    gains = {"KrO-A": 3.0, "FSC": 2.0}
    plain, other = (
        simulated(instrument=instrument, artefacts=Artefacts(clog=False))
        for instrument in (Instrument(), Instrument(gains=gains, range_max=1_048_575))
    )
    cells = plain.labels == "T"
    np.testing.assert_array_equal(plain.labels, other.labels)
    ratio = np.median(column(other, "CD45")[cells]) / np.median(column(plain, "CD45")[cells])
    assert ratio == pytest.approx(3.0, rel=0.02)
    np.testing.assert_allclose(column(other, "FSC")[cells], 2 * column(plain, "FSC")[cells])
    assert other.sample.channels[0].range == 1_048_576


def test_dna_dye_marks_what_has_a_nucleus():
    result = simulated()
    inverse = np.linalg.inv(result.sample.spillover.matrix)
    columns = [result.sample.column(m) for m in TUBES["aieop_bfm_8c"].markers]
    compensated = result.sample.events[:, columns] @ inverse
    syto = compensated[:, TUBES["aieop_bfm_8c"].markers.index("SYTO")]
    assert np.percentile(syto[result.labels == "debris"], 99) < 1_000
    assert np.percentile(syto[result.nucleated & ~result.clogged], 1) > 10_000
