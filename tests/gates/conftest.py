"""Samples of a few events, stated as they are."""

import numpy as np
import pytest

from flowpheno.sample import Channel, ChannelKind, Measure, Sample


@pytest.fixture
def make_sample():
    """Make a sample of named columns; a test states only what it is about."""

    def make(columns, **options):
        kinds = {"FSC": ChannelKind.SCATTER, "SSC": ChannelKind.SCATTER, "Tim": ChannelKind.TIME}
        channels = tuple(
            Channel(
                detector=name,
                kind=kinds.get(name[:3], ChannelKind.FLUORESCENCE),
                measure=Measure.HEIGHT if name.endswith("-H") else Measure.AREA,
                label=options.get("labels", {}).get(name, ""),
                marker=options.get("markers", {}).get(name),
            )
            for name in columns
        )
        events = np.column_stack([np.asarray(v, np.float32) for v in columns.values()])
        options = {k: v for k, v in options.items() if k not in {"labels", "markers"}}
        return Sample(name="made", channels=channels, events=events, **options)

    return make
