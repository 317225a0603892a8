# ruff: noqa: T201 - the closing table is printed
"""Read, compensate and logicle against FlowKit and FlowIO + FlowUtils, on one file in one run.

The peers live in an environment of their own, as FlowKit does not share ours::

    python3.11 -m venv peers && peers/bin/pip install "flowkit>=1.3"
    FLOWPHENO_PEERS=$PWD/peers/bin/python pytest -n0 tests/benchmarks/bench_pipeline.py

Every round runs each system once, in a fresh process. The closing table gives the ratio of the
best times and of the medians.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from flowpheno.fcs.spillover import Spillover
from flowpheno.fcs.writer import write_fcs

SCRIPT = Path(__file__).with_name("pipeline_systems.py")
N_CHANNELS = 20
ROUNDS = 5
TARGETS = {"FlowKit": 12.0, "FlowIO + FlowUtils": 9.0}
MEMORY_TARGET = 2.5


def write_tube(path, n_events):
    """Two scatters and 18 dyes that spill; half of the events are negative for each."""
    rng = np.random.default_rng(41)
    shape = (n_events, N_CHANNELS)
    negative = rng.normal(100, 300, shape)
    events = np.where(rng.random(shape) < 0.5, negative, 10 ** rng.uniform(2, 5.3, shape))
    names = ["FSC-A", "SSC-A", *(f"FL{n}-A" for n in range(3, N_CHANNELS + 1))]
    matrix = np.eye(18) + rng.uniform(0, 0.15, (18, 18)) * (1 - np.eye(18))
    write_fcs(
        path,
        events.astype(np.float32),
        detectors=names,
        labels=[""] * N_CHANNELS,
        ranges=[262_144.0] * N_CHANNELS,
        spillover=Spillover(detectors=tuple(names[2:]), matrix=matrix, source="made"),
    )
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pipeline")
    sizes = {"small": 1000, "hundred": 100_000, "million": 1_000_000}
    return {name: write_tube(folder / f"{name}.fcs", n) for name, n in sizes.items()}


def run(system, path, small):
    python = sys.executable if system == "flowpheno" else os.environ["FLOWPHENO_PEERS"]
    command = [python, str(SCRIPT), system, str(path), str(small)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=SCRIPT.parents[2]
    )
    return json.loads(done.stdout)


@pytest.mark.skipif("FLOWPHENO_PEERS" not in os.environ, reason="FLOWPHENO_PEERS names no python")
def test_times_the_speed_of_the_peers(files, capsys):
    systems = ("flowpheno", *TARGETS)
    took = {system: [] for system in systems}
    sums = {}
    for _ in range(ROUNDS):
        for system in systems:
            result = run(system, files["million"], files["small"])
            took[system].append(result["seconds"])
            sums[system] = result["sum"]
    with capsys.disabled():
        print()
        for system in systems:
            best = min(took[system]) / min(took["flowpheno"])
            middle = median(took[system]) / median(took["flowpheno"])
            times = f"best {min(took[system]):6.2f} s, median {median(took[system]):6.2f} s"
            print(f"{system:20} {times}; {best:5.1f}x by best, {middle:5.1f}x by median")
    for system, target in TARGETS.items():
        assert sums[system] == pytest.approx(sums["flowpheno"], rel=1e-4)
        assert min(took[system]) >= target * min(took["flowpheno"])


def test_memory_is_a_small_multiple_of_the_matrix(files, capsys):
    grown = run("flowpheno", files["million"], files["small"])["bytes"]
    ratio = grown / (4e6 * N_CHANNELS)
    with capsys.disabled():
        print(f"\npeak memory {ratio:.2f} x the event matrix")
    assert ratio <= MEMORY_TARGET


def test_time_grows_with_the_events(files, capsys):
    few = min(run("flowpheno", files["hundred"], files["small"])["seconds"] for _ in range(3))
    many = min(run("flowpheno", files["million"], files["small"])["seconds"] for _ in range(3))
    with capsys.disabled():
        print(f"\nten times the events: {many / few:.1f} times the time")
    assert many / few <= 15
