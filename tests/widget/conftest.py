"""A tube to draw on."""

import numpy as np
import pytest

import flowpheno as fp
from flowpheno.sample import Channel, ChannelKind
from flowpheno.widget.state import start


@pytest.fixture(scope="session")
def tube():
    """Two clouds in CD19 against CD10, half of the events each; time goes on."""
    rng = np.random.default_rng(1)
    n = 4000
    low = np.arange(n) < n // 2
    columns = [
        rng.normal(100_000, 10_000, n),
        rng.normal(40_000, 5_000, n),
        np.where(low, rng.normal(0, 100, n), 10 ** rng.normal(4, 0.1, n)),
        np.where(low, rng.normal(0, 100, n), 10 ** rng.normal(4.2, 0.1, n)),
        np.arange(n),
    ]
    channels = (
        Channel(detector="FSC-A", kind=ChannelKind.SCATTER, marker="FSC"),
        Channel(detector="SSC-A", kind=ChannelKind.SCATTER, marker="SSC"),
        Channel(detector="PE-A", marker="CD10", fluorochrome="PE"),
        Channel(detector="APC-A", marker="CD19", fluorochrome="APC"),
        Channel(detector="Time", kind=ChannelKind.TIME),
    )
    events = np.column_stack(columns).astype(np.float32)
    return fp.Sample(name="tube <1>", channels=channels, events=events, compensated=True)


@pytest.fixture
def state(tube):
    """CD19 against CD10, no gates."""
    return start(tube, "CD19", "CD10")
