"""Stained channels on a logicle or asinh scale, and how that is remembered."""

from __future__ import annotations

from dataclasses import fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.errors import TransformError
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.sample import ChannelKind, Scale
from flowpheno.transform import Logicle, working_transform
from flowpheno.writing.keywords import TRANSFORM, own_keywords, without_values

if TYPE_CHECKING:
    from flowpheno.sample import Channel, Sample
    from flowpheno.transform import Transform

_STAINED = frozenset({ChannelKind.FLUORESCENCE, ChannelKind.MASS})


class DisplayScale(StrEnum):
    """Scales that events can be written on."""

    LOGICLE = "logicle"
    ASINH = "asinh"


def scale_sample(sample: Sample, scaling: DisplayScale) -> Sample:
    """Put the fluorescence and mass channels of a sample on a scale.

    Scatter, time and what is neither stay linear. The scale of each column stands in the keyword
    ``FLOWPHENO PnTRANSFORM``, such as ``logicle T=262144.0 W=0.5 M=4.5 A=0.0``, from which the
    linear values can be had again up to rounding.

    Parameters
    ----------
    sample : Sample
        Linear intensities; compensated, if they are to be.
    scaling : DisplayScale
        Logicle runs from the full scale of the channel (T) to 1, with W, M and A of Gating-ML's
        example; asinh is the scale gates are computed on.

    Returns
    -------
    Sample
        On `Scale.RELATIVE`, without a matrix where it was not applied: it fits linear values
        only, and a finding says that these cannot be compensated any more.

    Raises
    ------
    TransformError
        If the sample is not linear.
    """
    if sample.scale is not Scale.LINEAR:
        raise TransformError(f"{sample.name}: the values are not linear and cannot be transformed")
    events = np.array(sample.events, np.float32)
    channels = list(sample.channels)
    keywords = own_keywords(sample)
    scaled = {n for n, channel in enumerate(channels) if channel.kind in _STAINED}
    keywords = without_values(keywords, {n + 1 for n in scaled})
    for n in sorted(scaled):
        transform = _transform(channels[n], scaling)
        events[:, n] = transform.apply(events[:, n])
        top = float(transform.apply(np.array([channels[n].range]))[0])
        channels[n] = replace(channels[n], range=top)
        keywords[TRANSFORM.format(n + 1)] = spell_transform(transform)
    lost = sample.spillover is not None and not sample.compensated
    return replace(
        sample,
        channels=tuple(channels),
        events=freeze(events),
        spillover=None if lost else sample.spillover,
        scale=Scale.RELATIVE,
        keywords=MappingProxyType(keywords),
        findings=(*sample.findings, *([_not_compensated()] if lost else [])),
    )


def spell_transform(transform: Transform) -> str:
    """Spell a scale with its parameters.

    Parameters
    ----------
    transform : Transform
        Asinh or logicle.

    Returns
    -------
    str
        Exact to the bit.

    Examples
    --------
    >>> spell_transform(Logicle(T=1024.0))
    'logicle T=1024.0 W=0.5 M=4.5 A=0.0'
    """
    parameters = [
        f"{field.name}={float(getattr(transform, field.name))!r}"
        for field in fields(transform)  # type: ignore[arg-type] # both are dataclasses
        if field.init
    ]
    return " ".join([type(transform).__name__.lower(), *parameters])


def _transform(channel: Channel, scaling: DisplayScale) -> Transform:
    match scaling:
        case DisplayScale.LOGICLE:
            return Logicle(T=channel.range)
        case DisplayScale.ASINH:
            return working_transform(channel, Scale.LINEAR)
        case _ as unreachable:
            assert_never(unreachable)


def _not_compensated() -> Finding:
    message = (
        "transformed without having been compensated: the matrix of the file fits linear values "
        "only and is left out"
    )
    return Finding(
        code=ReasonCode.COMP_MATRIX_MISSING,
        severity=Severity.WARNING,
        stage="writing.scaling",
        message=message,
    )
