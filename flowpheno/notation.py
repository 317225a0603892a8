"""Read a typed phenotype, such as ``"CD10++ CD19+ CD20 (partial), cyCD79a pos, TdT-"``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from flowpheno.errors import NotationError
from flowpheno.marker import Marker, canonical_marker, resolve_channel
from flowpheno.phenotype import Call, MarkerCall, Phenotype, Qualifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowpheno.marker import Vocabulary

_MAXIMUM_CHARACTERS = 5000
_LONGEST_NAME = 40

_CALLS = {
    Call.POSITIVE: "+ pos positive int intermediate mod moderate",
    Call.NEGATIVE: "- -- neg negative absent",
    Call.BORDERLINE: "+/- -/+ ± borderline equivocal",
    Call.NOT_REPORTED: "nd n.d. not_done not_reported not_stained",
    Call.NOT_EVALUABLE: "not_evaluable",
}
_QUALIFIERS = {
    Qualifier.BRIGHT: "++ +++ bright strong high hi str",
    Qualifier.DIM: "dim weak low lo",
    Qualifier.PARTIAL: "partial part subset",
    Qualifier.HETEROGENEOUS: "heterogeneous het variable",
}


class _State(NamedTuple):
    """What a sign or word says of a marker."""

    call: Call
    qualifier: Qualifier | None = None


_STATES: dict[str, _State] = {
    **{word.replace("_", " "): _State(c) for c, words in _CALLS.items() for word in words.split()},
    **{w: _State(Call.POSITIVE, q) for q, words in _QUALIFIERS.items() for w in words.split()},
}
_STATE = re.compile(
    "|".join(
        re.escape(word) + (r"(?![a-z0-9])" if word[-1].isalpha() else "")
        for word in sorted(_STATES, key=len, reverse=True)
    ),
    re.IGNORECASE,
)
_DASHES = str.maketrans(dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}", "-"))
_CLAUSE = re.compile(r"[,;\n](?![^()]*\))")
_BETWEEN = re.compile(r"(?:[\s/.]|\band\b)+", re.IGNORECASE)
_SIGN_INSIDE = re.compile(r"[+()]|-[\s/-]")
_GAP = re.compile(r"[\s-]")
_OPEN_WORDS = re.compile(r"[a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Item:
    """A marker with what was said of it; `loose` if the last word may belong to the next one."""

    marker: Marker
    states: tuple[_State, ...]
    loose: bool = False


def parse_phenotype(text: str, vocabulary: Vocabulary, *, population: str = "typed") -> Phenotype:
    """Read a phenotype as it stands in a report.

    Signs (``+ ++ - +/-``) and words (``pos``, ``neg``, ``dim``, ``bright``, ``partial``, ...)
    stand behind their marker, glued or apart, or before it (``partial CD20``); markers are
    separated by blanks, commas or semicolons. A word that says how bright a marker is also
    answers the intensity criterion of WHO-HAEM5; a bare ``+`` leaves it open.

    Parameters
    ----------
    text : str
        The phenotype.
    vocabulary : Vocabulary
        The names that are known.
    population : str
        Name of the population it is the phenotype of.

    Returns
    -------
    Phenotype
        The calls; what is not in the text was not reported. No calls for an empty text.

    Raises
    ------
    NotationError
        If a name is not a marker, nothing is said of a marker, or two things are.
    """
    if len(text) > _MAXIMUM_CHARACTERS:
        raise NotationError(
            f"a phenotype of {len(text)} characters; at most {_MAXIMUM_CHARACTERS}"
        )
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    calls: dict[Marker, MarkerCall] = {}
    for clause in _CLAUSE.split(plain):
        for item in _lend_words(_items(clause, vocabulary)):
            call = _call(item)
            if calls.setdefault(item.marker, call) != call:
                raise NotationError(f"{item.marker} is given twice, and not alike")
    return Phenotype(population=population, calls=calls)


def _items(clause: str, vocabulary: Vocabulary) -> list[_Item]:
    """Split a clause into markers with their states; leading words go to the first marker."""
    items: list[_Item] = []
    before: list[_State] = []
    for token, is_word in _tokens(clause, vocabulary):
        if isinstance(token, _State):
            if items:
                last = items[-1]
                items[-1] = replace(last, states=(*last.states, token), loose=is_word)
            else:
                before.append(token)
        else:
            items.append(_Item(token, tuple(before)))
            before = []
    if before:
        raise NotationError(f"{clause.strip()!r} names no marker")
    return items


def _lend_words(items: list[_Item]) -> list[_Item]:
    """Give a marker without a state the word before it: ``CD10+ partial CD20``."""
    settled = list(items)
    for i in range(len(settled) - 1, 0, -1):
        giver = settled[i - 1]
        if not settled[i].states and giver.loose and len(giver.states) > 1:
            settled[i] = replace(settled[i], states=giver.states[-1:])
            settled[i - 1] = replace(giver, states=giver.states[:-1], loose=False)
    return settled


def _tokens(clause: str, vocabulary: Vocabulary) -> Iterator[tuple[Marker | _State, bool]]:
    """Give markers and states in order, with whether it is a word outside of parentheses."""
    place, depth = 0, 0
    while place < len(clause):
        if gap := _BETWEEN.match(clause, place):
            place = gap.end()
        elif clause[place] in "(),;":
            depth += {"(": 1, ")": -1}.get(clause[place], 0)
            place += 1
        elif state := _STATE.match(clause, place):
            word = " ".join(state.group().lower().split())
            yield _STATES[word], depth == 0 and _OPEN_WORDS.match(word) is not None
            place = state.end()
        else:
            marker, place = _name(clause, place, vocabulary)
            yield marker, False


def _name(clause: str, begin: int, vocabulary: Vocabulary) -> tuple[Marker, int]:
    """Read the longest marker name that a state, a gap or the end follows."""
    longest = min(len(clause), begin + _LONGEST_NAME)
    ends = [end for end in range(longest, begin, -1) if _may_end(clause, end)]
    followed = [end for end in ends if _STATE.match(clause, end)]
    for end in [*followed, *(end for end in ends if end not in followed)]:
        name = clause[begin:end]
        marker = canonical_marker(name, vocabulary)
        if marker is not None and _is_one_name(name, marker, vocabulary):
            return marker, end
    token = re.split(r"[\s,;()]", clause[begin:], maxsplit=1)[0]
    bare = token.rstrip("+-/.") or token
    nearest = resolve_channel("", bare, vocabulary).nearest
    hint = f"; did you mean {', '.join(nearest)}?" if nearest else ""
    raise NotationError(f"{bare!r} is not a marker flowpheno knows{hint}")


def _is_one_name(name: str, marker: Marker, vocabulary: Vocabulary) -> bool:
    """Whether a name is not two: only ``A/B`` names two reagents of one channel on purpose."""
    if _SIGN_INSIDE.search(name):
        return False
    if "+" in marker:
        return "/" in name
    first = _GAP.split(name, maxsplit=1)[0]  # "CD10-CD10" is CD10 twice, "HLA-DR" is one name
    return first == name or canonical_marker(first, vocabulary) != marker


def _may_end(clause: str, end: int) -> bool:
    """Whether a name can end here: behind a letter or digit, before anything but one."""
    if not clause[end - 1].isalnum():
        return False
    return end == len(clause) or not clause[end].isalnum() or _STATE.match(clause, end) is not None


def _call(item: _Item) -> MarkerCall:
    if not item.states:
        raise NotationError(f"{item.marker}: say whether it is positive (+) or negative (-)")
    calls = {state.call for state in item.states}
    qualifiers = tuple(dict.fromkeys(s.qualifier for s in item.states if s.qualifier is not None))
    if len(calls) > 1 or {Qualifier.BRIGHT, Qualifier.DIM} <= set(qualifiers):
        raise NotationError(f"{item.marker} is given twice, and not alike")
    strong = {Qualifier.BRIGHT: True, Qualifier.DIM: False}
    return MarkerCall(
        marker=item.marker,
        call=calls.pop(),
        qualifiers=qualifiers,
        strong=next((strong[q] for q in qualifiers if q in strong), None),
    )
