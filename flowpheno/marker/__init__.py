"""Marker names: one spelling for each antigen, and how to find it in a channel's name."""

from __future__ import annotations

from flowpheno.marker.antigen import (
    CONTROL_POPULATIONS,
    DYES,
    REFERENCES,
    Antigen,
    CutoffKind,
    Localisation,
    Marker,
    Mode,
    Role,
    combined,
)
from flowpheno.marker.channel import ChannelName, canonical_marker, resolve_channel
from flowpheno.marker.context import by_context
from flowpheno.marker.spelling import spelling
from flowpheno.marker.vocabulary import Vocabulary, Word, WordKind

__all__ = [
    "CONTROL_POPULATIONS",
    "DYES",
    "REFERENCES",
    "Antigen",
    "ChannelName",
    "CutoffKind",
    "Localisation",
    "Marker",
    "Mode",
    "Role",
    "Vocabulary",
    "Word",
    "WordKind",
    "by_context",
    "canonical_marker",
    "combined",
    "resolve_channel",
    "spelling",
]
