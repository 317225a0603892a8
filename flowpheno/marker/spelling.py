"""Spellings: what of a name counts, and what instruments wrap around it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

PulseMeasure: TypeAlias = Literal["area", "height", "width"]
"""Property of the pulse, in the words of `flowpheno.sample.Measure`."""

MEASURES: dict[str, PulseMeasure] = {"A": "area", "H": "height", "W": "width"}
"""Property of the pulse by its first letter."""

_JOINTS = frozenset("+/&,;|")
_GREEK = str.maketrans(
    {
        "\N{GREEK SMALL LETTER ALPHA}": "a",
        "\N{GREEK SMALL LETTER BETA}": "b",
        "\N{GREEK SMALL LETTER GAMMA}": "g",
        "\N{GREEK SMALL LETTER DELTA}": "d",
        "\N{GREEK SMALL LETTER EPSILON}": "e",
        "\N{GREEK SMALL LETTER KAPPA}": "kappa",
        "\N{GREEK SMALL LETTER LAMDA}": "lambda",
        "\N{GREEK SMALL LETTER MU}": "u",
    }
)
_TRADEMARKS = str.maketrans(dict.fromkeys("™®©℠"))
_ELEMENT = "(?:PD|RH|IN|LA|CE|PR|ND|SM|EU|GD|TB|DY|HO|ER|TM|YB|LU|PT|IR|BI|XE|BA|SN|TE|OS)"
_MASS = r"(?:7[5-9]|[89]\d|1\d\d|20\d)"
_CADMIUM = r"1(?:06|1[0-6])CD|CD1(?:06|1[0-6])(?=\)?DI)"  # CD112 is an antigen, Cd112Di a metal
_ISOTOPE = re.compile(
    rf"(?<![A-Z0-9])\(?(?:{_CADMIUM}|89Y|Y89|127I|I127|{_MASS}{_ELEMENT}|{_ELEMENT}{_MASS})"
    r"\)?(?:D[DI])?(?![A-Z0-9])"
)
_MASS_NUMBER = re.compile(r"^(?:89|1\d\d|20\d)[-_ ](?=[A-Z])")
_FILTER = re.compile(r"\d+(?:/\d+)*NM|\(?\b\d{3}[/-]\d{2,3}\b\)?|\(?\b\d{3}LP\b\)?")
_BEFORE_MEASURE = re.compile(r"(?<=\d{3}-\d{2})(?=[AHW]$)")  # "L3 450-50W"
_TITRE = re.compile(
    r"(?<=[\s_])\(?(?:1\s?[:/]\s?\d{1,4}|\d+(?:\.\d+)?\s?(?:UL|MICROL(?:IT(?:ER|RE)S?)?))\)?(?![A-Z0-9.])"
)
_BRACKETS = str.maketrans("<>", "  ")
_SECONDS = re.compile(r"^(TIME)\s*\(.*\)$")
_MEASURE = re.compile(r"(?:[-._](?:LOG|LIN)?_?|\s|(?<=LOG)|(?<=LIN))(A|H|W|AREA|HEIGHT|WIDTH)$")
_CD_SHARED = re.compile(
    r"(CDW?\d+[A-Z]?(?:\s*[+/&,]\s*|_(?=\d{1,2}(?!\d))))(?=\d)(?!7-?AAD|\d+\s*UL)"
)


class Squashed(NamedTuple):
    """A name without its separators.

    Attributes
    ----------
    key : str
        Letters and digits, upper case; ``.`` where a separator stood between two digits.
    gaps : frozenset of int
        Places in `key` before which a separator stood; both ends.
    joints : frozenset of int
        Those of them whose separator joins two reagents, such as ``+``.
    """

    key: str
    gaps: frozenset[int]
    joints: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrapped:
    """A name without what the instrument added to it.

    Attributes
    ----------
    text : str
        The rest, upper case.
    measure : str or None
        Property of the pulse; None if not said.
    mass : bool
        Whether an isotope was named.
    optical : bool
        Whether a laser or a filter was named: then a dye in the name is the detector's.
    """

    text: str
    measure: PulseMeasure | None
    mass: bool
    optical: bool


def spelling(name: str) -> str:
    """Reduce a spelling to what distinguishes it.

    Parameters
    ----------
    name : str
        Any text.

    Returns
    -------
    str
        Upper case without separators, ``.`` kept between two digits (``7.1`` is not ``71``).

    Examples
    --------
    >>> spelling("HLA-DR"), spelling("PerCP-Cy5.5"), spelling("7'1")
    ('HLADR', 'PERCPCY5.5', '7.1')
    """
    return squash(name).key


def clean(text: str) -> str:
    """Write a name in upper case, Greek letters spelled out, blanks single.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Without unprintable characters and trade marks.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_TRADEMARKS)).casefold()
    upper = plain.translate(_GREEK).upper()
    return " ".join("".join(c if c.isprintable() else " " for c in upper).split())


def squash(text: str) -> Squashed:
    """Take the separators out of a name, remembering where they stood.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    Squashed
        Empty if the text holds no letter or digit.
    """
    key: list[str] = []
    gaps, joints = {0}, set[int]()
    between = ""
    for character in clean(text):
        if not character.isalnum():
            between += character
            continue
        if between and key:
            gaps.add(len(key))
            if _JOINTS.intersection(between):
                joints.add(len(key))
            if key[-1].isdigit() and character.isdigit():
                key.append(".")
                gaps.add(len(key))
        between = ""
        key.append(character)
    gaps.add(len(key))
    return Squashed("".join(key), frozenset(gaps), frozenset(joints))


def unwrap(name: str) -> Unwrapped:
    """Take off a name what the instrument or the recipe added, and write ``CD7+19`` in full.

    That is isotope, laser, filter, titre and pulse measure.

    Parameters
    ----------
    name : str
        Any text.

    Returns
    -------
    Unwrapped
        What is left, and what was said.

    Examples
    --------
    >>> unwrap("CD34(Nd148)Di").mass, unwrap("488nm PE (580/30) LogH").text
    (True, 'PE LOG')
    >>> unwrap("CD7+19-H").text
    'CD7+CD19'
    """
    bare = _TITRE.sub(" ", _SECONDS.sub(r"\1", clean(name)).translate(_BRACKETS).strip())
    text, n_isotopes = _ISOTOPE.subn(" ", _BEFORE_MEASURE.sub("-", bare))
    text, n_masses = _MASS_NUMBER.subn("", text.strip())
    text, n_filters = _FILTER.subn(" ", text)
    text, measure = _split_measure(" ".join(text.split()))
    return Unwrapped(
        text=_spell_out(text),
        measure=measure,
        mass=n_isotopes + n_masses > 0,
        optical=n_filters > 0,
    )


def _split_measure(text: str) -> tuple[str, PulseMeasure | None]:
    found = _MEASURE.search(text)
    if not found or found.start() == 0:
        return text, None
    apart_by_blank = found.group(0).startswith(" ") and len(found.group(1)) == 1
    if apart_by_blank and not text.startswith(("FS", "SS")):
        return text, None  # "CD79 a" names an antigen, "FSC A" a measure
    return text[: found.start()], MEASURES[found.group(1)[0]]


def _spell_out(text: str) -> str:
    longer = _CD_SHARED.sub(r"\1CD", text)
    while longer != text:
        text, longer = longer, _CD_SHARED.sub(r"\1CD", longer)
    return text
