"""Tubes with few channels, and matrices."""

import numpy as np
import pytest

from flowpheno.compensation import CompensationLimits, SpilloverLimits
from flowpheno.fcs.spillover import Spillover
from flowpheno.marker import Marker
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.limits import load_limits
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.qc import QcLimits
from flowpheno.sample import Channel, ChannelKind, Sample
from flowpheno.simulation import Stain, load_specification, simulate_control
from flowpheno.simulation.instrument import spill_matrix

DYES = {"FITC-A": "CD20", "PE-A": "CD10", "APC-A": "CD19"}
MATRIX = ((1.0, 0.2, 0.0), (0.05, 1.0, 0.1), (0.0, 0.02, 1.0))


@pytest.fixture(scope="session")
def limits() -> SpilloverLimits:
    """Limits as shipped."""
    return load_limits(builtin_directory() / "qc.yaml", QcLimits).spillover


@pytest.fixture
def spillover():
    """Matrix of three dyes."""
    return Spillover(detectors=tuple(DYES), matrix=np.array(MATRIX), source="$SPILLOVER")


@pytest.fixture
def dyed_tube():
    """Tube of three dyes and forward scatter, before them or between them."""

    def make(light, *, detectors=tuple(DYES), scatter_at=0, **more):
        light = np.asarray(light, np.float32)
        channels = [
            Channel(detector=name, marker=Marker(DYES[name]), label=DYES[name])
            for name in detectors
        ]
        channels.insert(
            scatter_at,
            Channel(detector="FSC-A", marker=Marker("FSC"), kind=ChannelKind.SCATTER),
        )
        events = np.insert(light, scatter_at, 1000, axis=1)
        return Sample(name="tube", channels=tuple(channels), events=events, **more)

    return make


@pytest.fixture(scope="session")
def control_limits():
    """Limits of controls as shipped."""
    return load_limits(builtin_directory() / "compensation.yaml", CompensationLimits).controls


@pytest.fixture(scope="session")
def unmixing_limits():
    """Limits of unmixing as shipped."""
    return load_limits(builtin_directory() / "compensation.yaml", CompensationLimits).unmixing


@pytest.fixture(scope="session")
def stained_controls():
    """Simulated controls of every dye of a tube, unstained last."""
    specification, tube = load_specification(), builtin_tubes()["euroflow_bcp_all_mrd_t1"]

    def make(seed, *, n_events=3000, unstained=True, **how):
        rng = np.random.default_rng(seed)
        detectors = [channel.detector for channel in tube.channels] + [None] * unstained
        return [
            simulate_control(
                specification, tube, d, rng=rng, n_events=n_events, stain=Stain(**how)
            )
            for d in detectors
        ]

    return make


@pytest.fixture(scope="session")
def true_spill():
    """The matrix behind `stained_controls`."""
    return spill_matrix(load_specification(), builtin_tubes()["euroflow_bcp_all_mrd_t1"])
