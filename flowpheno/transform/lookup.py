"""The forward map of a scale for single precision: a table read by the bits of the number.

The exponent and the first bits of the mantissa of ``|x| + offset`` say which node is meant; the
rest of the mantissa how far beyond it. No logarithm, no search, and every finite number has its
node, so that nothing is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from flowpheno.errors import TransformError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from flowpheno.arrays import Values

BOUND = 2e-7
"""Largest error of a table, as a share of the scale; of the position, beyond the scale."""

MANTISSA_BITS = 9
SHIFT = 23 - MANTISSA_BITS
LOW_BITS = (1 << SHIFT) - 1
_BLOCK = 1 << 15
_OCTAVES, _EVERY = 16, 16  # of the intervals, how many tell the error
_EXPECTED = 0.6  # the rest is the rounding of the position itself
_OFFSETS = 2.0 ** np.arange(24, -60, -1)


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A tabulated scale.

    Attributes
    ----------
    offset : float32
        Added to the size of a value, so that the nodes about zero are equally spaced.
    first : int
        Bits of the first node.
    position : ndarray of float32
        Position of each node, shape ``(n,)``.
    slope : ndarray of float32
        Rise from each node to the next, for one unit of intensity, shape ``(n,)``.
    zero : float32
        Position of intensity 0; below it the scale is mirrored.
    """

    offset: np.float32
    first: int
    position: npt.NDArray[np.float32]
    slope: npt.NDArray[np.float32]
    zero: np.float32

    def apply(self, events: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Read positions off the table.

        Parameters
        ----------
        events : ndarray of float32
            Linear intensities, any shape.

        Returns
        -------
        ndarray of float32
            Same shape; what is not finite stays what it is.
        """
        values = np.asarray(events, np.float32, order="C")
        scaled = np.empty(values.shape, np.float32)
        flat_in, flat_out = values.reshape(-1), scaled.reshape(-1)
        with np.errstate(invalid="ignore", over="ignore"):
            for start in range(0, flat_in.size, _BLOCK):  # a block stays in the cache
                part = slice(start, start + _BLOCK)
                flat_out[part] = self._read(flat_in[part])
        return scaled

    def _read(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        size = np.abs(x) + self.offset
        bits = size.view(np.uint32)
        node = np.minimum((bits >> SHIFT).astype(np.intp) - self.first, len(self.position) - 1)
        left = (bits & np.uint32(0xFFFFFFFF ^ LOW_BITS)).view(np.float32)
        y = self.position[node] + (size - left) * self.slope[node]
        y = np.where(x < 0, np.float32(2) * self.zero - y, y)
        return np.where(np.isfinite(x), y, x)


@lru_cache(maxsize=256)
def lookup_of(
    scale: Hashable, zero: float, exact: Callable[..., Values], *, span: float = 1.0
) -> Lookup:
    """Tabulate a scale that is odd about the place of zero.

    Parameters
    ----------
    scale : hashable
        Whatever `exact` takes as its first argument.
    zero : float
        Position of intensity 0.
    exact : callable
        ``exact(scale, intensity)``: positions of finite intensities that are not negative.
    span : float
        Length of the scale, of which `BOUND` is a share.

    Returns
    -------
    Lookup
        With the largest offset whose error stays within `BOUND`.

    Raises
    ------
    TransformError
        If no table is that good: the scale is steeper about zero than single precision can tell.
    """
    position = partial(exact, scale)
    for offset in _OFFSETS:
        if _expected_error(position, float(offset), span) <= _EXPECTED * BOUND:
            return _tabulate(position, zero, float(offset))
    raise TransformError(f"{scale}: too steep about zero for single precision")


def _expected_error(position: Callable[[Values], Values], offset: float, span: float) -> float:
    """Estimate the error of a table from some of its intervals, as a share of the scale.

    Straight lines between nodes are worst half way; about zero, the sum of size and offset is
    rounded.
    """
    left = offset * 2.0 ** (np.arange(0, _OCTAVES << MANTISSA_BITS, _EVERY) / 2.0**MANTISSA_BITS)
    right = left * (1 + 2.0**-MANTISSA_BITS)
    low, middle, high = (position(z - offset) for z in (left, (left + right) / 2, right))
    bent = np.abs(middle - (low + high) / 2).max()
    rounded = (high - low).max() * 2.0 ** (MANTISSA_BITS - 24)
    return float(bent + rounded) / span


def _tabulate(position: Callable[[Values], Values], zero: float, offset: float) -> Lookup:
    first = int(np.float32(offset).view(np.uint32)) >> SHIFT
    last = int(np.float32(np.inf).view(np.uint32)) >> SHIFT
    bits = np.arange(first, last, dtype=np.uint32) << np.uint32(SHIFT)
    size = bits.view(np.float32).astype(np.float64)
    exact = position(np.maximum(size - offset, 0.0))
    slope = np.diff(exact) / np.diff(size)
    return Lookup(
        offset=np.float32(offset),
        first=first,
        position=exact.astype(np.float32),
        slope=np.append(slope, slope[-1]).astype(np.float32),
        zero=np.float32(zero),
    )
