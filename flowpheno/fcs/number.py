"""Numbers as files write them; what is none is None, never an exception."""

from __future__ import annotations

import math
import re

_INTEGER = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
_BLANKS = " \t\r\n\0"
_LONGEST = 64


def parse_integer(text: str | None) -> int | None:
    """Read a whole number.

    Parameters
    ----------
    text : str or None
        Digits with blanks around them.

    Returns
    -------
    int or None
        None if `text` is anything else, or longer than 20 digits.

    Examples
    --------
    >>> parse_integer("  0083411 "), parse_integer("1e3"), parse_integer("")
    (83411, None, None)
    """
    stripped = (text or "").strip(_BLANKS)
    return int(stripped) if _INTEGER.fullmatch(stripped) else None


def parse_number(text: str | None) -> float | None:
    """Read a finite decimal number.

    Parameters
    ----------
    text : str or None
        A number with a decimal point, blanks around it.

    Returns
    -------
    float or None
        None if `text` is anything else, not finite, or longer than 64 characters.

    Examples
    --------
    >>> parse_number(" 4.0"), parse_number("nan"), parse_number("0,5")
    (4.0, None, None)
    """
    stripped = (text or "").strip(_BLANKS)
    if len(stripped) > _LONGEST or not _NUMBER.fullmatch(stripped):
        return None
    number = float(stripped)
    return number if math.isfinite(number) else None
