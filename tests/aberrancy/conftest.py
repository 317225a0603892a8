"""Normal marrows and templates of them, simulated, made once."""

from __future__ import annotations

import pytest

from flowpheno.aberrancy.template import build_template

STATES = ("steady_child", "regenerating", "early_regen", "steady_adult")


@pytest.fixture(scope="session")
def normal(simulate, gate):
    """Gate one simulated normal marrow."""

    def of_number(number, *, n_events=15_000, **options):
        state = STATES[number % len(STATES)]
        return gate(simulate(12_000 + number, state=state, n_events=n_events, **options).sample)

    return of_number


@pytest.fixture(scope="session")
def normals(normal):
    """Six small normal marrows."""
    return {f"normal_{number}": normal(number) for number in range(6)}


@pytest.fixture(scope="session")
def template(normals, definitions):
    """A template of them."""
    return build_template("small", normals, definitions.aberrancy, seed=1)
