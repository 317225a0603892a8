"""Simulated single-stain controls."""

import numpy as np
import pytest

from flowpheno.errors import SimulationError
from flowpheno.marker import Marker
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.sample import ChannelKind
from flowpheno.simulation import Instrument, Stain, load_specification, simulate_control


@pytest.mark.parametrize(
    "tube", [name for name, tube in builtin_tubes().items() if tube.has_fluorochromes]
)
def test_every_tube_has_controls_of_its_own_columns(tube):
    of_tube = builtin_tubes()[tube]
    detector = of_tube.channels[0].detector
    rng = np.random.default_rng(1)
    sample = simulate_control(load_specification(), of_tube, detector, rng=rng, n_events=50)
    assert sample.n_events == 50
    lit = [c.detector for c in sample.channels if c.kind is ChannelKind.FLUORESCENCE]
    assert lit == [channel.detector for channel in of_tube.channels]
    assert sample.keywords["FLOWPHENO SIMULATED"] == "TRUE"
    assert sample.spillover is None


def test_the_stained_share_and_level_are_as_asked():
    tube = builtin_tubes()["tube_494"]
    sample = simulate_control(
        load_specification(),
        tube,
        "PE-A",
        rng=np.random.default_rng(2),
        n_events=20_000,
        stain=Stain(level=4.5, percent=40, granulocytes=25),
    )
    light = sample.events[:, sample.column(Marker("CD10"))]
    assert np.mean(light > 3000) == pytest.approx(0.75 * 0.4, abs=0.01)
    assert np.log10(np.median(light[light > 3000])) == pytest.approx(4.5, abs=0.02)


def test_the_same_seed_gives_the_same_control_and_range_is_kept():
    tube = builtin_tubes()["tube_494"]

    def make():
        return simulate_control(
            load_specification(),
            tube,
            "PE-A",
            rng=np.random.default_rng(3),
            n_events=500,
            stain=Stain(level=5.5),
            instrument=Instrument(range_max=100_000),
        ).events

    np.testing.assert_array_equal(make(), make())
    assert make().max() == 100_000


def test_an_unknown_detector_is_refused():
    with pytest.raises(SimulationError, match="has no detector BV999-A"):
        simulate_control(
            load_specification(),
            builtin_tubes()["tube_494"],
            "BV999-A",
            rng=np.random.default_rng(4),
        )
