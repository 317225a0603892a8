"""Tubes of pulses and dyes, given channel by channel."""

import numpy as np
import pytest

from flowpheno.marker import Marker
from flowpheno.sample import Channel, ChannelKind, Measure, Sample

_SCATTER = {"FSC", "SSC"}
_MEASURES = {"A": Measure.AREA, "H": Measure.HEIGHT, "W": Measure.WIDTH}


def _channel(name, top):
    if name == "Time":
        return Channel(detector=name, kind=ChannelKind.TIME, range=top)
    stem, _, measure = name.partition("-")
    kind = ChannelKind.SCATTER if stem in _SCATTER else ChannelKind.FLUORESCENCE
    return Channel(
        detector=name,
        marker=Marker(stem),
        kind=kind,
        measure=_MEASURES[measure or "A"],
        range=top,
    )


@pytest.fixture(scope="session")
def qc_tube():
    """Tube of named channels: ``FSC-A``, ``SSC-A``, ``Time``, and markers as ``CD19``."""

    def make(top=262_144.0, columns=None, **named):
        columns = {**(columns or {}), **named}
        events = np.stack([np.asarray(v, np.float32) for v in columns.values()], axis=1)
        channels = tuple(_channel(name, top) for name in columns)
        return Sample(name="tube", channels=channels, events=events, compensated=True)

    return make


@pytest.fixture(scope="session")
def qc_limits(definitions):
    """Limits as shipped."""
    return definitions.qc
