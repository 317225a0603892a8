"""Small simulated marrows for the command line, written once."""

import numpy as np
import pytest

from flowpheno.cli import main
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation import (
    Background,
    BlastRequest,
    load_specification,
    simulate_tube,
    write_simulated,
)


@pytest.fixture(scope="session")
def write_marrow():
    """Writer of simulated marrows; a test states only what it is about."""
    specification, tubes = load_specification(), builtin_tubes()

    def write(path, *, percent=0.0, tube="lineage_full", seed=3, events=4000):
        path.parent.mkdir(parents=True, exist_ok=True)
        simulated = simulate_tube(
            specification,
            tubes[tube],
            rng=np.random.default_rng(seed),
            n_events=events,
            background=Background(state="steady_child"),
            blasts=BlastRequest(fraction=percent / 100, archetype="common") if percent else None,
            name=path.stem,
        )
        write_simulated(path, simulated)
        return path

    return write


@pytest.fixture(scope="session")
def leukemic(tmp_path_factory, write_marrow):
    return write_marrow(tmp_path_factory.mktemp("marrow") / "leukemic.fcs", percent=60)


@pytest.fixture(scope="session")
def normal(tmp_path_factory, write_marrow):
    return write_marrow(tmp_path_factory.mktemp("marrow") / "normal.fcs", events=2000)


@pytest.fixture(scope="session")
def results(tmp_path_factory, leukemic):
    """Results folder of the leukemic marrow."""
    out = tmp_path_factory.mktemp("results")
    assert main(["classify", str(leukemic), "--out", str(out), "--no-report"]) == 0
    return out


@pytest.fixture
def one_line(capsys):
    """Assert that what was said on stderr is one line of flowpheno's own, and give it."""

    def read():
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1
        assert lines[0].startswith("flowpheno: ")
        return lines[0]

    return read
