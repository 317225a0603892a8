"""One colour for each population, in every figure and on every page."""

from __future__ import annotations

import hashlib

GREY = "#767676"
"""Background, and text that is not the point; 4.5:1 on white."""

INK = "#1b1f24"
"""Lines and text."""

# After Okabe & Ito, moved apart until any two of a marrow are told apart with any common colour
# vision. The first word found in the name decides.
_BY_WORD = (
    ("non_b_blast", "#7a0c3c"),
    ("myeloblast", "#7a0c3c"),
    ("blast", "#d55e00"),
    ("aberrant", "#d55e00"),
    ("candidate", "#d55e00"),
    ("hematogone", "#009e73"),
    ("precursor", "#009e73"),
    ("plasma", "#4b1d77"),
    ("mature_b", "#0072b2"),
    ("b_mature", "#0072b2"),
    ("b_lineage", "#332288"),
    ("granulocyte", "#e3b50a"),
    ("gran", "#e3b50a"),
    ("monocyte", "#b86a98"),
    ("mono", "#b86a98"),
    ("eryth", "#5a2f05"),
    ("nk", "#44aa99"),
    ("lymph", "#5a9bd4"),
    ("t_cell", "#56b4e9"),
    ("nucleated", "#4f78b0"),
)
_LINEAGE = {"b": "B", "t": "T", "nk": "NK"}
_EXACT = {"t": "#56b4e9", "b": "#0072b2"}
_REST = ("#999933", "#117733", "#6699cc", "#aa4466", "#7a6a00", "#4477aa")


def colour_of(population: str) -> str:
    """Give a population its colour.

    Parameters
    ----------
    population : str
        Name of the population.

    Returns
    -------
    str
        ``#rrggbb``; the same for the same name in every run.
    """
    name = population.casefold().replace(" ", "_").replace("-", "_")
    if name in _EXACT:
        return _EXACT[name]
    for word, colour in _BY_WORD:
        if word in name:
            return colour
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return _REST[digest[0] % len(_REST)]


def plain_name(population: str) -> str:
    """Write an identifier as words.

    Parameters
    ----------
    population : str
        Such as ``"mature_b"``.

    Returns
    -------
    str
        Such as ``"mature B"``.
    """
    words = population.replace("_", " ").split(" ")
    return " ".join(_LINEAGE.get(word, word) for word in words)
