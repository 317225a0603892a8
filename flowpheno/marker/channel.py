"""What the two names of a channel say it measures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from flowpheno.marker.antigen import Marker, Role, combined
from flowpheno.marker.spelling import MEASURES, PulseMeasure, spelling, squash, unwrap
from flowpheno.marker.stained import settled, stained
from flowpheno.marker.vocabulary import Word, WordKind
from flowpheno.marker.words import NOISE, nearest_names, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flowpheno.marker.vocabulary import Vocabulary

Kind: TypeAlias = Literal["scatter", "fluorescence", "mass", "time", "other"]
"""What a channel measures, in the words of `flowpheno.sample.ChannelKind`."""

_LONGEST_NAME = 80
_LONGEST_SPELLED = 1000  # beyond it a label is not even spelled out; a hostile one has megabytes
_COMPENSATED = re.compile(r"^(?:COMP|FJCOMP)[-_ ]", re.IGNORECASE)
_EMPTY = re.compile(r"(?:/*|0|X{3,}|N/?A|NULL|NONE|UNUSED)", re.IGNORECASE)
_SILENT = {WordKind.FLUOROCHROME, WordKind.MEASURE, WordKind.NOISE}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelName:
    """What the name of a channel says.

    Attributes
    ----------
    marker : Marker or None
        Canonical; ``"CD66c+CD123"`` for two reagents read by one detector; ``"FSC"`` or ``"SSC"``
        for scatter; None if nothing is stained or the name is not understood.
    parts : tuple of Marker
        What `marker` is made of: one antigen, several if combined, none if unknown.
    fluorochrome : str or None
        Canonical; None if not named.
    kind : str
        What the channel measures.
    measure : str
        Area, height or width; area where the name does not say.
    nearest : tuple of str
        Known names that resemble one that is not understood; empty if none does.
    recognised : bool
        Whether the name is understood, be it that nothing is stained.
    labelled : bool
        Whether the marker was read from the label (``$PnS``), not from the detector.
    candidates : tuple of Marker
        What a name that is not clear may mean, as ``IgM`` does; empty for every other.
    """

    marker: Marker | None = None
    parts: tuple[Marker, ...] = ()
    fluorochrome: str | None = None
    kind: Kind = "fluorescence"
    measure: PulseMeasure = "area"
    nearest: tuple[str, ...] = ()
    recognised: bool = True
    labelled: bool = False
    candidates: tuple[Marker, ...] = ()


@lru_cache(maxsize=4096)  # the files of a folder name their channels alike
def resolve_channel(
    detector: str, label: str, vocabulary: Vocabulary, *, suggesting: bool = True
) -> ChannelName:
    """Say what a channel measures, from its two names.

    The label (``$PnS``) counts before the detector (``$PnN``). What is not understood whole is
    not understood: the marker is None and the nearest known names are given, never a guess.

    Parameters
    ----------
    detector : str
        ``$PnN``, or ``"detector :: label"`` as column names have it.
    label : str
        ``$PnS``; empty if absent.
    vocabulary : Vocabulary
        The names that are known.
    suggesting : bool
        Whether to look for known names that resemble one that is not understood, which is slow.

    Returns
    -------
    ChannelName
        What is known.
    """
    if "::" in detector:
        detector, _, joined = detector.partition("::")
        label = joined if _says_nothing(label) else label
    detector = _COMPENSATED.sub("", detector.strip())
    label = "" if _says_nothing(label) else label.strip()
    by_detector = _read(detector, vocabulary, suggesting=suggesting)
    if not label or _is_spelled_alike(label, detector):
        return _as_channel(by_detector, by_detector, labelled=bool(label))
    by_label = _read(label, vocabulary, suggesting=suggesting)
    if by_detector.has(WordKind.SCATTER) or by_detector.has(WordKind.TIME):
        return _as_channel(by_detector, by_detector, labelled=False)
    if by_label.understood and not by_label.names_something:
        return _as_channel(by_detector, by_label, labelled=False)
    other = {
        name for name in by_detector.antigens if vocabulary.antigens[name].role is Role.ANTIGEN
    }
    if by_label.antigens and not other <= set(by_label.antigens):
        both = _names([by_label.antigens, by_detector.antigens])
        return _as_channel(_Reading(nearest=both), by_detector, labelled=True)
    return _as_channel(by_label, by_detector, labelled=True)


def canonical_marker(name: str, vocabulary: Vocabulary) -> Marker | None:
    """Spell a marker typed by a person the one way the package knows it.

    Parameters
    ----------
    name : str
        Such as ``"cd 10"``, ``"HLA-DR"`` or ``"CD66c+CD123"``.
    vocabulary : Vocabulary
        The names that are known.

    Returns
    -------
    Marker or None
        Canonical name; None if it is not understood.
    """
    return _as_channel(_read(name, vocabulary), _Reading(), labelled=True).marker


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What one of the two names of a channel says."""

    words: tuple[Word, ...] = ()
    antigens: tuple[Marker, ...] = ()
    measure: PulseMeasure | None = None
    mass: bool = False
    nearest: tuple[str, ...] = ()
    understood: bool = False

    def has(self, kind: WordKind) -> bool:
        return any(word.kind is kind for word in self.words)

    @property
    def candidates(self) -> tuple[Marker, ...]:
        """Meanings of the only reagent that is named, if it is not clear which."""
        kinds = (WordKind.ANTIGEN, WordKind.UNCLEAR, WordKind.SCATTER)
        reagents = [word for word in self.words if word.kind in kinds]
        if self.understood or len(reagents) != 1:
            return ()
        return tuple(Marker(name) for name in reagents[0].meanings)

    def first(self, kind: WordKind) -> str | None:
        found = (word.meanings[0] for word in self.words if word.kind is kind and word.meanings)
        return next(found, None)

    @property
    def names_something(self) -> bool:
        """Whether it says more than a dye, a detector or a measure."""
        return self.mass or any(word.kind not in _SILENT for word in self.words)


def _is_spelled_alike(label: str, detector: str) -> bool:
    if max(len(label), len(detector)) > _LONGEST_SPELLED:
        return False
    return spelling(label) == spelling(detector)


def _says_nothing(label: str) -> bool:
    if len(label) > _LONGEST_SPELLED:
        return False
    kept = "".join(character for character in label if character.isalnum() or character == "/")
    return _EMPTY.fullmatch(kept) is not None


def _read(name: str, vocabulary: Vocabulary, *, suggesting: bool = True) -> _Reading:
    """Read one name."""
    if len(name) > _LONGEST_NAME:
        return _Reading()
    bare = unwrap(name)
    squashed = squash(bare.text)
    if not squashed.key:  # nothing but an isotope or a filter
        return _Reading(mass=bare.mass, measure=bare.measure, understood=bare.mass or bare.optical)
    rows = [settled(row, vocabulary) for row in split_words(squashed, vocabulary)]
    found = {stained(row, vocabulary) for row in rows}
    words = rows[0] if rows else ()
    unclear = [word for word in words if word.kind is WordKind.UNCLEAR]
    antigens = None if len(found) != 1 or unclear else found.pop()
    if antigens is None:  # not understood, or in more than one way
        candidates = _names([*found, *(word.meanings for word in unclear)])
        return _Reading(
            words=words if unclear else (),
            measure=bare.measure,
            mass=bare.mass,
            nearest=candidates or (nearest_names(bare.text, vocabulary) if suggesting else ()),
        )
    return _Reading(
        words=words,
        antigens=_antibodies(antigens, vocabulary) if bare.optical else antigens,
        measure=bare.measure or _measure(words),
        mass=bare.mass,
        understood=True,
    )


def _measure(words: Sequence[Word]) -> PulseMeasure | None:
    said = (word.meanings[0] for word in words if word.kind is WordKind.MEASURE)
    return next((MEASURES[name[0].upper()] for name in said), None)


def _antibodies(antigens: Sequence[Marker], vocabulary: Vocabulary) -> tuple[Marker, ...]:
    """Leave out dyes: detectors and filters are often named after one that was not used."""
    return tuple(name for name in antigens if vocabulary.antigens[name].role is Role.ANTIGEN)


def _names(groups: Iterable[Sequence[str] | None]) -> tuple[str, ...]:
    return tuple(sorted({str(name) for names in groups for name in names or ()}))


def _as_channel(main: _Reading, other: _Reading, *, labelled: bool) -> ChannelName:
    """Turn the reading that decides, helped out by the other one, into a channel's name."""
    scatter = main.first(WordKind.SCATTER)
    marker = combined(main.antigens) if main.antigens else Marker(scatter) if scatter else None
    return ChannelName(
        marker=marker if main.understood else None,
        parts=main.antigens,
        fluorochrome=main.first(WordKind.FLUOROCHROME) or other.first(WordKind.FLUOROCHROME),
        kind=_kind(main, mass=main.mass or other.mass),
        measure=other.measure or main.measure or "area",
        nearest=main.nearest,
        recognised=main.understood,
        labelled=labelled and bool(main.antigens),
        candidates=main.candidates,
    )


def _kind(reading: _Reading, *, mass: bool) -> Kind:
    if reading.antigens:
        return "mass" if mass else "fluorescence"
    side = reading.has(WordKind.UNCLEAR) and not {"FSC", "SSC"}.isdisjoint(reading.nearest)
    if reading.has(WordKind.SCATTER) or side:
        return "scatter"
    if reading.has(WordKind.TIME):
        return "time"
    only_measure = reading.has(WordKind.MEASURE) and {w.kind for w in reading.words} <= _SILENT
    if reading.has(WordKind.OTHER) or (only_measure and _is_bare(reading)):
        return "other"
    return "mass" if mass else "fluorescence"


def _is_bare(reading: _Reading) -> bool:
    """Whether no detector and no dye is named: "Width" alone."""
    return NOISE not in reading.words and not reading.has(WordKind.FLUOROCHROME)
