"""What a row of known words says is stained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.marker.antigen import Localisation, Marker, natural_order
from flowpheno.marker.vocabulary import Word, WordKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flowpheno.marker.vocabulary import Vocabulary


def settled(words: Sequence[Word], vocabulary: Vocabulary) -> tuple[Word, ...]:
    """Say which of several an unclear word means, where another word says so.

    Parameters
    ----------
    words : sequence of Word
        A name, such as ``cyto IgM``.
    vocabulary : Vocabulary
        The names that are known.

    Returns
    -------
    tuple of Word
        The same words; those that are still unclear as they were.
    """
    kinds = {word.kind for word in words}
    inside, outside = WordKind.INSIDE in kinds, WordKind.OUTSIDE in kinds
    if inside == outside:
        return tuple(words)
    return tuple(_settle(word, vocabulary, inside=inside) for word in words)


def stained(words: Sequence[Word], vocabulary: Vocabulary) -> tuple[Marker, ...] | None:
    """Tell what a row of words says is stained.

    Parameters
    ----------
    words : sequence of Word
        A name.
    vocabulary : Vocabulary
        The names that are known.

    Returns
    -------
    tuple of Marker or None
        Canonical names in their natural order, none for a control; None if it makes no sense:
        a clone of another antigen, or an antigen said to be where it is not stained.
    """
    names = {Marker(word.meanings[0]) for word in words if word.kind is WordKind.ANTIGEN}
    kinds = {word.kind for word in words}
    if WordKind.CONTROL in kinds:
        return ()
    if WordKind.INSIDE in kinds:
        inside = {vocabulary.inside.get(name) for name in names}
        names = {name for name in inside if name is not None}
        if None in inside or not names:
            return None
    if WordKind.OUTSIDE in kinds and not (names and _all_outside(names, vocabulary)):
        return None
    clones = [word for word in words if word.kind is WordKind.CLONE]
    if not all(_binds(clone, names, vocabulary) for clone in clones):
        return None
    return tuple(sorted(names, key=natural_order))


def _settle(word: Word, vocabulary: Vocabulary, *, inside: bool) -> Word:
    if word.kind is not WordKind.UNCLEAR:
        return word
    meant = [n for n in word.meanings if n in vocabulary.antigens]
    meant = [n for n in meant if _is_outside(n, vocabulary) is not inside]
    return Word(WordKind.ANTIGEN, (meant[0],)) if len(meant) == 1 else word


def _binds(clone: Word, names: Iterable[Marker], vocabulary: Vocabulary) -> bool:
    """Whether a clone is one of an antigen that is named, at the surface or inside."""
    bound = {Marker(name) for name in clone.meanings}
    bound |= {vocabulary.inside[name] for name in bound if name in vocabulary.inside}
    return not bound.isdisjoint(names)


def _all_outside(names: Iterable[str], vocabulary: Vocabulary) -> bool:
    return all(_is_outside(name, vocabulary) for name in names)


def _is_outside(name: str, vocabulary: Vocabulary) -> bool:
    return vocabulary.antigens[Marker(name)].localisation is Localisation.SURFACE
