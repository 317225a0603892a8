"""The scale of computation: in proportion to the channel's range."""

import numpy as np
import pytest

from flowpheno.sample import Channel, ChannelKind, Scale
from flowpheno.transform import Asinh, Linear, working_transform


@pytest.mark.parametrize(
    ("kind", "top", "expected"),
    [
        (ChannelKind.FLUORESCENCE, 262_144, Asinh(150)),
        (ChannelKind.FLUORESCENCE, 1024, Asinh(150 / 256)),
        (ChannelKind.FLUORESCENCE, 0, Asinh(150)),
        (ChannelKind.MASS, 4096, Asinh(5)),
        (ChannelKind.SCATTER, 1024, Linear(1024)),
        (ChannelKind.TIME, 262_144, Linear(262_144)),
        (ChannelKind.OTHER, -1, Linear(262_144)),
    ],
)
def test_each_kind_of_channel_has_its_scale(kind, top, expected):
    channel = Channel(detector="x", kind=kind, range=top)
    assert working_transform(channel, Scale.LINEAR) == expected
    assert working_transform(channel, Scale.RELATIVE) == Linear(1.0)


@pytest.mark.parametrize("gain", [0.2, 5.0, 1 / 256])
def test_a_shift_in_decades_does_not_depend_on_the_range(gain):
    x = np.array([300.0, 30_000.0])
    near, far = (
        working_transform(Channel(detector="x", range=262_144 * g), Scale.LINEAR).apply(x * g)
        for g in (1.0, gain)
    )
    np.testing.assert_allclose(near, far)
