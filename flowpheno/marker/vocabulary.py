"""Every name flowpheno knows, as words that a channel's name is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.marker.antigen import Antigen, Marker


class WordKind(StrEnum):
    """What a word of a channel's name is."""

    ANTIGEN = "antigen"
    FLUOROCHROME = "fluorochrome"
    SCATTER = "scatter"
    TIME = "time"
    OTHER = "other"  # barcode, event length, autofluorescence, empty
    CONTROL = "control"  # isotype, FMO: whatever else is named is not stained
    INSIDE = "inside"  # cytoplasmic
    OUTSIDE = "outside"  # at the surface
    CLONE = "clone"  # of an antibody: says nothing of its own, and contradicts another antigen
    UNCLEAR = "unclear"  # means one of several
    MEASURE = "measure"
    NOISE = "noise"


class Word(NamedTuple):
    """One known word.

    Attributes
    ----------
    kind : WordKind
        What it is.
    meanings : tuple of str
        Canonical name; several if the word is unclear, none for noise.
    """

    kind: WordKind
    meanings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocabulary:
    """Every name flowpheno knows.

    Attributes
    ----------
    antigens : mapping of Marker to Antigen
        By canonical name; holds the dyes ``"SYTO"`` and ``"VIABILITY"`` too.
    fluorochromes : mapping of str to tuple of str
        Canonical name to other spellings.
    words : mapping of str to Word
        Spelling, as `spelling` gives it, to what it means.
    inside : mapping of Marker to Marker
        Surface antigen to its cytoplasmic staining, where both exist.
    joined : frozenset of str
        Spellings that a sign such as ``/`` may stand in, though elsewhere it joins two reagents.
    longest : int
        Length of the longest spelling.
    """

    antigens: Mapping[Marker, Antigen]
    fluorochromes: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Word]
    inside: Mapping[Marker, Marker] = field(default_factory=lambda: MappingProxyType({}))
    joined: frozenset[str] = frozenset()
    longest: int = 0
