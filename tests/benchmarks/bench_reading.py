"""Time and memory of reading, as multiples of `numpy.fromfile` and of the event matrix.

Run by ``pytest tests/benchmarks/bench_reading.py`` with the dependency groups *test* and *bench*;
the default test command does not collect it. Every timed read follows a plain read of the same
bytes, so that a slow moment of the machine falls on both; ratios are taken pair by pair. What
misses its target fails.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.big_files import KINDS, MEMORY_TARGET, N_EVENTS
from tests.benchmarks.readers import READERS, why_not
from tests.fcs.fcs_bytes import float_file

ROOT = Path(__file__).parents[2]
CANNOT = {("FlowIO", 24)}
TIMED = [
    pytest.param(kind, reader, id=f"{kind}-{reader}")
    for kind in KINDS
    for reader in READERS
    if (reader, KINDS[kind].bits) not in CANNOT
]


def skip_absent(reader):
    reason = why_not(reader)
    if reason is not None:
        pytest.skip(reason)


@pytest.mark.parametrize(("kind", "reader"), TIMED)
def test_time(benchmark, big_file, tabulate, kind, reader):
    skip_absent(reader)
    path, how, plain = big_file(kind), KINDS[kind], []

    def read_plainly():
        begin = time.perf_counter()
        how.read_plainly(path)
        plain.append(time.perf_counter() - begin)

    benchmark.group = kind
    ours = reader.startswith("flowpheno")
    rounds, warm = (15, 2) if ours else (3, 0)
    events = benchmark.pedantic(
        READERS[reader], (path,), setup=read_plainly, rounds=rounds, warmup_rounds=warm
    )
    assert events.shape == (N_EVENTS, how.n_parameters)
    timed = benchmark.stats.stats.data
    ratios = [one / other for one, other in zip(timed, plain[-len(timed) :], strict=True)]
    benchmark.extra_info["times numpy.fromfile"] = float(np.median(ratios))
    tabulate(kind, reader, "time / numpy.fromfile", ratios, how.target)
    if reader == "flowpheno":
        assert np.median(ratios) <= how.target


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no process status here")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", ["numpy.fromfile", *READERS])
def test_peak_memory(big_file, tmp_path, tabulate, kind, reader):
    if (reader, KINDS[kind].bits) in CANNOT:
        pytest.skip(f"{reader} cannot read them")
    if reader != "numpy.fromfile":
        skip_absent(reader)
    small = tmp_path / "small.fcs"
    small.write_bytes(float_file([[1.0, 2.0]]))
    command = [sys.executable, "-m", "tests.benchmarks.peak_memory", reader, kind]
    command += [str(small), str(big_file(kind))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    ratio = int(done.stdout) / KINDS[kind].matrix_bytes
    tabulate(kind, reader, "peak memory / matrix", [ratio], MEMORY_TARGET)
    if reader == "flowpheno":
        assert ratio <= MEMORY_TARGET
