"""Fixtures used by more than one test module."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from flowpheno.aberrancy.template import build_template
from flowpheno.panel.definitions import load_definitions
from flowpheno.pipeline.normals import gate_cells
from tests.marrows import NORMAL_STATES, gated_tube, simulated_marrow

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.gating import GatedTube
    from flowpheno.panel.definitions import Definitions
    from flowpheno.sample import Sample
    from flowpheno.simulation import SimulatedTube


settings.register_profile("flowpheno", deadline=None)  # speed is measured in benchmarks only
settings.load_profile("flowpheno")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of real files; tests that need it skip where it is absent."""
    fallback = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("FLOWPHENO_DATA", fallback))
    if not folder.is_dir():
        pytest.skip("real files are not here: set FLOWPHENO_DATA to the folder that holds them")
    return folder


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    """The definitions that come with flowpheno."""
    return load_definitions()


@pytest.fixture(scope="session")
def make_tube() -> Callable[..., GatedTube]:
    """Make a gated tube of invented populations, their intensities given one by one."""
    return gated_tube


@pytest.fixture(scope="session")
def simulate() -> Callable[..., SimulatedTube]:
    """Simulate a marrow; the same arguments give the same one, made once."""
    return simulated_marrow


@pytest.fixture(scope="session")
def gate(definitions: Definitions) -> Callable[[Sample], GatedTube]:
    """Take a sample from raw events to gated populations."""
    return partial(gate_cells, definitions=definitions)


@pytest.fixture(scope="session")
def normal(gate: Callable[[Sample], GatedTube]) -> Callable[..., GatedTube]:
    """Gate one small simulated normal marrow of the MRD tube."""

    def of_number(number: int, **options: Any) -> GatedTube:
        state = NORMAL_STATES[number % len(NORMAL_STATES)]
        options = {"n_events": 12_000, **options}
        return gate(simulated_marrow(12_000 + number, state=state, **options).sample)

    return of_number


@pytest.fixture(scope="session")
def normals(normal: Callable[..., GatedTube]) -> dict[str, GatedTube]:
    """Six small normal marrows."""
    return {f"normal_{number}": normal(number) for number in range(6)}


@pytest.fixture(scope="session")
def template(normals: dict[str, GatedTube], definitions: Definitions) -> NormalTemplate:
    """A template of six small normal marrows."""
    return build_template("small", normals, definitions.aberrancy, seed=1)
