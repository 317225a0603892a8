# ruff: noqa: PLC0415, T201 - each system is imported in its own process, and prints its answer
"""Read, compensate, logicle: each system in a process of its own, timed by itself.

``python pipeline_systems.py SYSTEM FILE SMALL_FILE`` prints seconds and the growth of the peak
memory in bytes, after a first run on a small file.
"""

import json
import sys
import time
from pathlib import Path


def flowpheno(path):
    from flowpheno.reading import read_fcs
    from flowpheno.transform import Logicle, scaled_events

    return scaled_events(read_fcs(path), Logicle())


def flowkit(path):
    import flowkit

    sample = flowkit.Sample(path)
    sample.apply_compensation(sample.metadata["spillover"])
    scale = flowkit.transforms.LogicleTransform(
        param_t=262144, param_w=0.5, param_m=4.5, param_a=0
    )
    sample.apply_transform(scale)
    return sample.get_events("xform")


def flowio(path):
    import flowio
    import flowutils

    data = flowio.FlowData(path)
    events = data.as_array(preprocess=False)
    indices = [n for n, label in enumerate(data.pnn_labels) if label.startswith("FL")]
    matrix, _ = flowutils.compensate.get_spill(data.text["spillover"])
    true = flowutils.compensate.compensate(events, matrix, indices)
    return flowutils.transforms.logicle(true, list(range(true.shape[1])), t=262144, w=0.5, m=4.5)


SYSTEMS = {"flowpheno": flowpheno, "FlowKit": flowkit, "FlowIO + FlowUtils": flowio}


def peak_bytes():
    """Highest resident memory of this process."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return 1024 * int(line.split()[1])
    raise RuntimeError("no VmHWM on this system")


if __name__ == "__main__":
    name, path, small = sys.argv[1:]
    run = SYSTEMS[name]
    run(small)
    before, begin = peak_bytes(), time.perf_counter()
    events = run(path)
    seconds = time.perf_counter() - begin
    grown = peak_bytes() - before
    print(json.dumps({"seconds": seconds, "bytes": grown, "sum": float(events[:, 5].sum())}))
