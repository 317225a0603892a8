"""Time and memory of reading, as multiples of `numpy.fromfile` and of the event matrix.

Run by ``pytest -n0 tests/benchmarks/bench_reading.py`` with the dependency groups *test* and
*bench*; the default test command does not collect it. Every timed read follows a plain read of
the same bytes. The closing table gives the ratio of the best times, which other work on the
machine disturbs least, and of each pair the median and the range. What misses its target fails.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.big_files import KINDS, MEMORY_TARGET, N_EVENTS
from tests.benchmarks.readers import READERS, why_not
from tests.fcs.fcs_bytes import float_file

ROOT = Path(__file__).parents[2]
NUMPY = "numpy to float32"
CANNOT = {("FlowIO", 24), (NUMPY, 24)}
TIMED = [
    pytest.param(kind, reader, id=f"{kind}-{reader}")
    for kind in KINDS
    for reader in (*READERS, NUMPY)
    if (reader, KINDS[kind].bits) not in CANNOT
]


def skip_absent(reader):
    reason = why_not(reader)
    if reason is not None:
        pytest.skip(reason)


@pytest.mark.parametrize(("kind", "reader"), TIMED)
def test_time(benchmark, big_file, tabulate, kind, reader):
    path, how, plain = big_file(kind), KINDS[kind], []
    if reader != NUMPY:
        skip_absent(reader)
    read = READERS.get(reader, how.read_as_float32)

    def read_plainly():
        begin = time.perf_counter()
        how.read_plainly(path)
        plain.append(time.perf_counter() - begin)

    benchmark.group = kind
    rounds, warm = (3, 0) if reader in {"FlowIO", "fcsparser"} else (15, 2)
    events = benchmark.pedantic(
        read, (path,), setup=read_plainly, rounds=rounds, warmup_rounds=warm
    )
    assert events.shape == (N_EVENTS, how.n_parameters)
    timed = benchmark.stats.stats.data
    plain = plain[-len(timed) :]
    ratios = [one / other for one, other in zip(timed, plain, strict=True)]
    best = min(timed) / min(plain)
    benchmark.extra_info["times numpy.fromfile"] = best
    tabulate(kind, reader, "time / numpy.fromfile", ratios, best=best, target=how.target)
    if reader == "flowpheno":
        assert best <= how.target


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
    more = {"best": ratio, "target": MEMORY_TARGET}
    tabulate(kind, reader, "peak memory / matrix", [ratio], **more)
    if reader == "flowpheno":
        assert ratio <= MEMORY_TARGET
