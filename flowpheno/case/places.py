"""Which site of the map the words of a report name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.case.values import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIDES = ("bilateral", "left", "right", "midline")
_BEHIND = {"posterior": True, "anterior": False}


def find_place(
    text: str, words: Mapping[str, tuple[str, ...]], *, laterality: str = ""
) -> Place | None:
    """Find a site on the map.

    Parameters
    ----------
    text : str
        Such as ``"posterior left ilium"``.
    words : mapping of str to tuple of str
        Each place of the map, to the words that name it, lower case.
    laterality : str
        Side, where it is stated apart; the words of `text` stand before it.

    Returns
    -------
    Place or None
        The place whose word comes first; None if there is none.

    Examples
    --------
    >>> find_place("posterior left ilium", {"ilium": ("ilium", "iliac")})
    Place(name='ilium', side='left', posterior=True)
    """
    said = text.casefold()
    found = [
        (said.find(word), name)
        for name, spellings in words.items()
        for word in spellings
        if word in said
    ]
    if not found:
        return None
    return Place(
        name=min(found)[1],
        side=next((side for side in _SIDES if side in said), laterality),
        posterior=next((behind for word, behind in _BEHIND.items() if word in said), None),
    )
