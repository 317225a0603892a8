"""The scale that gates and shifts are computed on, for each kind of channel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flowpheno.sample import ChannelKind, Scale
from flowpheno.transform.asinh import Asinh
from flowpheno.transform.linear import Linear

if TYPE_CHECKING:
    from flowpheno.sample import Channel
    from flowpheno.transform.base import Transform

FLUORESCENCE_COFACTOR = 150.0
REFERENCE_RANGE = 262_144.0
"""Full scale on which the cofactor of fluorescence is stated."""
MASS_COFACTOR = 5.0


def working_transform(channel: Channel, scale: Scale) -> Transform:
    """Choose the scale of computation of a channel.

    Parameters
    ----------
    channel : Channel
        What it measures, and its full scale.
    scale : Scale
        What the numbers of the sample mean.

    Returns
    -------
    Transform
        Asinh with a cofactor of 150 on an 18-bit scale, in proportion on others, for
        fluorescence; asinh(x/5) for ion counts; the identity for data on a relative scale, which
        are transformed already; linear for everything else.
    """
    if scale is Scale.RELATIVE:
        return Linear(1.0)
    if channel.kind in {ChannelKind.FLUORESCENCE, ChannelKind.MASS}:
        return Asinh(cofactor_of(channel))
    return Linear(_full_scale(channel))


def cofactor_of(channel: Channel) -> float:
    """Find the cofactor of the asinh scale of a stained channel: the noise of one with its range.

    Parameters
    ----------
    channel : Channel
        Fluorescence or mass; its range is the full scale of the values, see
        `flowpheno.transform.full_scale`.

    Returns
    -------
    float
        150 on an 18-bit scale, in proportion on others; 5 for ion counts.
    """
    if channel.kind is ChannelKind.MASS:
        return MASS_COFACTOR
    return FLUORESCENCE_COFACTOR * _full_scale(channel) / REFERENCE_RANGE


def _full_scale(channel: Channel) -> float:
    known = math.isfinite(channel.range) and channel.range > 0
    return channel.range if known else REFERENCE_RANGE
