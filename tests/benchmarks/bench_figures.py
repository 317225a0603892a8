"""Time of a page of 12 plots of 10^6 events beside matplotlib's scatter and FlowKit's plot.

Run by ``python -m tests.benchmarks.bench_figures``; FlowKit takes part where it is installed.
Events are simulated. All draw two columns of the same events on a logicle scale: ours bins them
into a PNG of print size, with a population over them; matplotlib scatters them into a PNG; FlowKit
writes a Bokeh document with every event, which a browser has yet to draw, and by default one of
10,000 events only.
"""

from __future__ import annotations

import io
import sys
import time
from importlib.util import find_spec
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
N_OTHERS = 2  # of which the time of a page is reckoned
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


def pairs(n):
    return islice(permutations(range(len(MARKERS)), 2), n)


def ours(sample, whole, part):
    for x, y in pairs(N_PLOTS):
        plot = density2d(
            sample, Marker(MARKERS[x]), Marker(MARKERS[y]), parent=whole, overlays=(part,)
        )
        assert plot.counts.sum() == sample.n_events
        yield png_of(draw_density(plot))


def scattered(sample):
    for x, y in pairs(N_OTHERS):
        figure = Figure(figsize=(4, 4))
        axes = figure.subplots()
        places = [axis_of(sample, c).position(sample.events[:, c]) for c in (x, y)]
        axes.scatter(*places, s=1, linewidths=0)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=200)
        yield buffer.getvalue()


def flowkit_sample(sample):
    import flowkit  # noqa: PLC0415 - only where it is installed

    names = [channel.detector for channel in sample.channels]
    theirs = flowkit.Sample(sample.events, sample_id="simulated", channel_labels=names)
    theirs.apply_transform(flowkit.transforms.LogicleTransform(262_144, 0.5, 4.5, 0))
    return theirs


def of_flowkit(theirs, *, subsample):
    from bokeh.embed import file_html  # noqa: PLC0415 - comes with FlowKit
    from bokeh.resources import INLINE  # noqa: PLC0415 - comes with FlowKit

    for x, y in pairs(N_OTHERS):
        names = [f"{MARKERS[column]}-A" for column in (x, y)]
        figure = theirs.plot_scatter(*names, subsample=subsample)
        yield file_html(figure, INLINE).encode()


def seconds(pictures):
    start = time.perf_counter()
    assert all(len(picture) > 1000 for picture in pictures)
    return time.perf_counter() - start


def main():
    sample = simulated()
    whole = Population(name="events", parent="", mask=np.ones(N_EVENTS, dtype=bool))
    blasts = sample.events[:, 0] > 10_000
    part = Population(name="blasts", parent="events", mask=blasts)
    next(ours(sample, whole, part))  # what is compiled or read once is not counted
    binned = seconds(ours(sample, whole, part))
    others = {"matplotlib scatter": seconds(scattered(sample))}
    if find_spec("flowkit") is not None:
        theirs = flowkit_sample(sample)  # scaled beforehand: not counted
        others["FlowKit, all events"] = seconds(of_flowkit(theirs, subsample=False))
        others["FlowKit, 10,000 events"] = seconds(of_flowkit(theirs, subsample=True))
    sys.stdout.write(f"{N_PLOTS} plots of {N_EVENTS:,} events: {binned:.2f} s\n")
    for name, taken in others.items():
        page = taken * N_PLOTS / N_OTHERS
        sys.stdout.write(
            f"{name}: {page:.1f} s (from {N_OTHERS} plots), {page / binned:.1f} times as long\n"
        )


if __name__ == "__main__":
    main()
