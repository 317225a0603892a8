"""Time of a page of 12 plots of 10^6 events beside matplotlib's scatter, in the same run.

Run by ``python -m tests.benchmarks.bench_figures``. Events are simulated. Both draw the same two
columns of the same events on a logicle scale into a PNG of the same size and resolution; ours
bins them, with a population drawn over them.
"""

from __future__ import annotations

import io
import sys
import time
from itertools import islice, permutations

import numpy as np
from matplotlib.figure import Figure

from flowpheno.marker import Marker
from flowpheno.plotdata import axis_of, density2d
from flowpheno.population import Population
from flowpheno.report.figures import draw_density
from flowpheno.report.page import png_of
from flowpheno.sample import Channel, ChannelKind, Sample

N_EVENTS = 1_000_000
N_PLOTS = 12
N_SCATTERS = 2  # of which the time of a page is reckoned
MARKERS = ("CD10", "CD19", "CD20", "CD34", "CD45")


def simulated():
    rng = np.random.default_rng(9)
    high = rng.random((N_EVENTS, len(MARKERS))) < 0.4
    events = np.where(high, 10 ** rng.normal(4, 0.3, high.shape), rng.normal(0, 200, high.shape))
    channels = tuple(
        Channel(detector=f"{m}-A", marker=Marker(m), kind=ChannelKind.FLUORESCENCE, range=262_144)
        for m in MARKERS
    )
    return Sample(name="simulated", channels=channels, events=events.astype(np.float32))


def ours(sample, whole, part):
    for x, y in islice(permutations(map(Marker, MARKERS), 2), N_PLOTS):
        plot = density2d(sample, x, y, parent=whole, overlays=(part,))
        assert plot.counts.sum() == sample.n_events
        yield png_of(draw_density(plot))


def scattered(sample):
    for x, y in islice(permutations(range(len(MARKERS)), 2), N_SCATTERS):
        figure = Figure(figsize=(4, 4))
        axes = figure.subplots()
        places = [axis_of(sample, c).position(sample.events[:, c]) for c in (x, y)]
        axes.scatter(*places, s=1, linewidths=0)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=150)
        yield buffer.getvalue()


def seconds(pictures):
    start = time.perf_counter()
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    return time.perf_counter() - start


def main():
    sample = simulated()
    whole = Population(name="events", parent="", mask=np.ones(N_EVENTS, dtype=bool))
    blasts = sample.events[:, 0] > 10_000
    part = Population(name="blasts", parent="events", mask=blasts)
    next(ours(sample, whole, part))  # what is compiled or read once is not counted
    binned = seconds(ours(sample, whole, part))
    plain = seconds(scattered(sample)) * N_PLOTS / N_SCATTERS
    sys.stdout.write(
        f"{N_PLOTS} plots of {N_EVENTS:,} events: binned {binned:.2f} s, scatter {plain:.1f} s "
        f"(from {N_SCATTERS}), {plain / binned:.1f} times as long\n"
    )


if __name__ == "__main__":
    main()
