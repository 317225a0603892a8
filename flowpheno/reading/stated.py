"""What FCS 3.2 says of a channel in so many words, before its names are read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flowpheno.fcs.parameters import Signal
from flowpheno.marker import resolve_channel

if TYPE_CHECKING:
    from flowpheno.fcs.parameters import Parameter
    from flowpheno.marker import ChannelName, Vocabulary
    from flowpheno.marker.spelling import PulseMeasure

_KINDS: dict[Signal, dict[str, Any]] = {
    Signal.FORWARD_SCATTER: {"kind": "scatter", "marker": "FSC", "parts": ("FSC",)},
    Signal.SIDE_SCATTER: {"kind": "scatter", "marker": "SSC", "parts": ("SSC",)},
    Signal.RAW_FLUORESCENCE: {"kind": "fluorescence"},
    Signal.UNMIXED_FLUORESCENCE: {"kind": "fluorescence"},
    Signal.MASS: {"kind": "mass"},
    Signal.TIME: {"kind": "time", "marker": None, "parts": ()},
    Signal.INDEX: {"kind": "other", "marker": None, "parts": ()},
    Signal.CLASSIFICATION: {"kind": "other", "marker": None, "parts": ()},
    Signal.ELECTRONIC_VOLUME: {"kind": "other", "marker": None, "parts": ()},
}
_MEASURES: dict[str, PulseMeasure] = {"area": "area", "height": "height", "width": "width"}
_WITHOUT_NAME = {kind["kind"] for kind in _KINDS.values()} - {"fluorescence", "mass"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedChannel:
    """Keywords of FCS 3.2 about a channel.

    Attributes
    ----------
    signal : Signal or None
        ``$PnTYPE``.
    feature, analyte, tag : str
        ``$PnFEATURE``, ``$PnANALYTE``, ``$PnTAG``; empty if absent.
    """

    signal: Signal | None = None
    feature: str = ""
    analyte: str = ""
    tag: str = ""


def stated_by(parameter: Parameter) -> StatedChannel:
    """Take what a parameter says of itself.

    Parameters
    ----------
    parameter : Parameter
        Of any version of FCS.

    Returns
    -------
    StatedChannel
        Says nothing before FCS 3.2.
    """
    return StatedChannel(
        signal=parameter.signal,
        feature=parameter.feature,
        analyte=parameter.analyte,
        tag=parameter.tag,
    )


def said_by_keywords(
    stated: StatedChannel, named: ChannelName, vocabulary: Vocabulary
) -> ChannelName:
    """Let what is stated complete, and where it contradicts overrule, what was read from names.

    Parameters
    ----------
    stated : StatedChannel
        Keywords of FCS 3.2.
    named : ChannelName
        What ``$PnN`` and ``$PnS`` say.
    vocabulary : Vocabulary
        Names that are known.

    Returns
    -------
    ChannelName
        The analyte of the keyword counts before that of the names; an analyte that is not
        understood is not replaced by a guess.
    """
    said = named
    if stated.analyte:
        said = resolve_channel(stated.tag, stated.analyte, vocabulary)
        said = replace(said, measure=named.measure)
    elif stated.tag and said.fluorochrome is None:
        dye = resolve_channel(stated.tag, "", vocabulary).fluorochrome
        said = replace(said, fluorochrome=dye)
    if stated.signal is not None:
        changes = _KINDS[stated.signal]
        if changes["kind"] in _WITHOUT_NAME:
            changes = changes | {"nearest": (), "recognised": True}
        said = replace(said, **changes)
    measure = _MEASURES.get(stated.feature.lower())
    return said if measure is None else replace(said, measure=measure)
