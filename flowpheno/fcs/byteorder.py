"""``$BYTEORD``: in which order the bytes of a value stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from flowpheno.errors import FcsError, UnsupportedFcsError
from flowpheno.fcs.number import parse_integer
from flowpheno.fcs.parameters import DataType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from flowpheno.fcs.parameters import Parameter

_LONGEST_WORD = 8


def parse_byte_order(
    keywords: Mapping[str, str], parameters: Sequence[Parameter], *, at: int = 0
) -> tuple[int, ...]:
    """Read ``$BYTEORD``.

    Parameters
    ----------
    keywords : mapping of str to str
        Keywords of the data set.
    parameters : sequence of Parameter
        At least one.
    at : int
        Position of the data set in the file, for error messages.

    Returns
    -------
    tuple of int
        Significance of each byte in file order, 1 for the least; ``(1,)`` where it does not
        matter.

    Raises
    ------
    FcsError
        If it matters and is missing or no order.
    UnsupportedFcsError
        If a mixed order does not say how to read a value of another width.
    """
    widths = {p.width for p in parameters if p.data_type is not DataType.CHARACTERS}
    written = keywords.get("$BYTEORD", "")
    order = tuple(parse_integer(part) or 0 for part in written.split(",")[: _LONGEST_WORD + 1])
    length = len(order)
    if length < 2 or length > _LONGEST_WORD or set(order) != set(range(1, length + 1)):  # noqa: PLR2004 - one byte has no order
        if widths <= {1}:
            return (1,)
        problem = f"$BYTEORD is {written[:24]!r}; an order of bytes such as 1,2,3,4 expected"
        raise FcsError(problem, segment="TEXT", offset=at)
    if not is_plain(order) and widths - {1, length}:
        problem = f"$BYTEORD {written} with values of {sorted(widths)} bytes"
        raise UnsupportedFcsError(problem, segment="TEXT", offset=at)
    return order


def is_plain(byte_order: tuple[int, ...]) -> bool:
    """Tell whether bytes stand in ascending or descending significance.

    Parameters
    ----------
    byte_order : tuple of int
        Significance of each byte in file order.

    Returns
    -------
    bool
        False for a mixed order such as ``(3, 4, 1, 2)``.
    """
    return byte_order in (tuple(sorted(byte_order)), tuple(sorted(byte_order, reverse=True)))


def endianness(byte_order: tuple[int, ...]) -> Literal["<", ">"]:
    """Give numpy's sign of a plain order.

    Parameters
    ----------
    byte_order : tuple of int
        Ascending or descending.

    Returns
    -------
    str
        ``"<"`` if the least significant byte comes first, else ``">"``.
    """
    return "<" if byte_order[0] == 1 else ">"


def least_first(byte_order: tuple[int, ...], width: int) -> npt.NDArray[np.intp]:
    """Find the bytes of a value, the least significant first.

    Parameters
    ----------
    byte_order : tuple of int
        Significance of each byte in file order.
    width : int
        Bytes of the value; a plain order serves any width.

    Returns
    -------
    ndarray of int
        Places of the bytes, shape ``(width,)``.
    """
    if not is_plain(byte_order) and len(byte_order) == width:
        return np.argsort(byte_order)
    places = np.arange(width)
    return places if endianness(byte_order) == "<" else places[::-1]
