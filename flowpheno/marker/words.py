"""A name as a row of known words.

A name counts only if every part of it is a known word, so that ``CD103`` is never read as
``CD10`` followed by something.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from flowpheno.marker.spelling import squash
from flowpheno.marker.vocabulary import Word, WordKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowpheno.marker.spelling import Squashed
    from flowpheno.marker.vocabulary import Vocabulary

NOISE = Word(WordKind.NOISE)
"""A word that says nothing."""

_TITRE = re.compile(r"\dUL")
_DETECTOR = re.compile(r"(?:FL|[BVRYGU]L?|UV|NUV|YG|L|VIOLET)\d{1,3}(?:\.\d{3}\.\d{2}[AHW]?)?")
_PIECES = re.compile(r"[\s_\-+/&,;|()]+")
_COST_OF_A_WORD = 2
_MOST_WAYS = 8
_SHORT = 2
_MOST_NEAREST = 3
_RESEMBLES = 0.65
_GLUED = {WordKind.FLUOROCHROME, WordKind.NOISE, WordKind.SCATTER, WordKind.MEASURE}


class _Ways(NamedTuple):
    """The cheapest ways to read a name up to some place."""

    cost: int
    rows: tuple[tuple[Word, ...], ...]


def split_words(text: Squashed, vocabulary: Vocabulary) -> tuple[tuple[Word, ...], ...]:
    """Split a name into known words, the simplest ways only.

    Fewest words first, then the way that best follows the separators that were written.

    Parameters
    ----------
    text : Squashed
        A name.
    vocabulary : Vocabulary
        The words that are known.

    Returns
    -------
    tuple of tuple of Word
        Equally simple ways; none if a part of the name is unknown.
    """
    end = len(text.key)
    best: list[_Ways | None] = [None] * (end + 1)
    best[0] = _Ways(0, ((),))
    for begin in range(end):
        ways = best[begin]
        if ways is None:
            continue
        if text.key[begin] == ".":
            best[begin + 1] = _cheapest(best[begin + 1], ways)
        for stop, word in _words_at(text, begin, vocabulary):
            broken = sum(begin < gap < stop and text.key[gap] != "." for gap in text.gaps)
            cost = ways.cost + _COST_OF_A_WORD + broken + (stop not in text.gaps)
            longer = _Ways(cost, tuple((*row, word) for row in ways.rows))
            best[stop] = _cheapest(best[stop], longer)
    last = best[end]
    return () if last is None else last.rows


def nearest_names(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Find known names that resemble what a name holds besides dyes and noise.

    Parameters
    ----------
    text : str
        A name that is not understood.
    vocabulary : Vocabulary
        The words that are known.

    Returns
    -------
    tuple of str
        Canonical names, the most similar first; none if nothing resembles it.
    """
    pieces = [squash(piece).key for piece in _PIECES.split(text)]
    words = vocabulary.words
    clones = [p for p in pieces if p in words and words[p].kind is WordKind.CLONE]
    rest = "".join(p for p in pieces if p not in words or _is_name(words[p]))
    close = _close(rest, tuple(key for key, word in words.items() if _is_name(word)))
    return tuple(dict.fromkeys(n for key in (*clones, *close) for n in words[key].meanings))


@lru_cache(maxsize=1024)
def _close(word: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Find similar words; slow, and the files of a folder name their channels alike."""
    return tuple(get_close_matches(word, known, n=_MOST_NEAREST, cutoff=_RESEMBLES))


def _cheapest(known: _Ways | None, new: _Ways) -> _Ways:
    if known is None or new.cost < known.cost:
        return new
    if new.cost > known.cost:
        return known
    return _Ways(new.cost, tuple(dict.fromkeys(known.rows + new.rows))[:_MOST_WAYS])


def _words_at(text: Squashed, begin: int, vocabulary: Vocabulary) -> Iterator[tuple[int, Word]]:
    """Every word that begins at a place, with its end."""
    titre = _TITRE.match(text.key, begin)
    if titre and begin:
        yield titre.end(), NOISE
    if begin not in text.gaps and text.key[begin - 1 : begin + 1].isdecimal():
        return  # "CD103" is not CD10 and a 3
    detector = _DETECTOR.match(text.key, begin) if _may_be_detector(text, begin) else None
    if detector and _is_free(detector.group(), vocabulary):
        yield detector.end(), NOISE
    for stop in range(begin + 1, min(len(text.key), begin + vocabulary.longest) + 1):
        word = vocabulary.words.get(text.key[begin:stop])
        if word is not None and _may_stand(text, begin, stop, vocabulary):
            yield stop, word


def _is_free(detector: str, vocabulary: Vocabulary) -> bool:
    """Whether a detector's name has no other meaning where it stands first: V450 is a dye."""
    word = vocabulary.words.get(detector)
    return word is None or word.kind is WordKind.CLONE


def _may_be_detector(text: Squashed, begin: int) -> bool:
    return begin == 0 or text.key.startswith("VIOLET", begin)


def _may_stand(text: Squashed, begin: int, stop: int, vocabulary: Vocabulary) -> bool:
    """Whether a word may stand here: "K" only apart, an antibody never across a "+"."""
    key = text.key[begin:stop]
    word = vocabulary.words[key]
    apart = begin in text.gaps and stop in text.gaps
    if word.kind is WordKind.CLONE:  # follows its antigen, and is not joined to it
        return apart and begin > 0 and begin not in text.joints
    if stop - begin <= _SHORT and word.kind not in _GLUED:
        return apart
    if word.kind is not WordKind.ANTIGEN or key in vocabulary.joined:
        return True
    return not any(begin < joint < stop for joint in text.joints)


def _is_name(word: Word) -> bool:
    return word.kind in {WordKind.ANTIGEN, WordKind.UNCLEAR}
