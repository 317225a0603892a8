"""FlowJo's biexponential scale."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from flowpheno.errors import TransformError
from flowpheno.transform.curve import Biexponential, Mirrored, falling_rate

_LN10 = math.log(10)
_NARROWEST, _WIDEST = 0.5, 3.0  # decades of the linear region; FlowJo takes the first beyond them


@dataclass(frozen=True, slots=True)
class Biex(Mirrored):
    """Biexponential scale of FlowJo: 0 to 1 over its channels.

    Attributes
    ----------
    top : float
        Largest intensity, FlowJo's maximum range.
    positive : float
        Decades above zero.
    negative : float
        Additional decades below zero.
    width : float
        Width basis, negative: the linear region ends about there.
    channels : int
        Channels of the scale; FlowJo places zero on a whole one.
    curve : Curve
        The scale as it is computed.

    References
    ----------
    .. [1] FlowJo documentation, biexponential transform; checked against a table that FlowJo
       wrote.
    """

    top: float = 262_144.0
    positive: float = 4.418540
    negative: float = 0.0
    width: float = -10.0
    channels: int = 4096
    curve: Biexponential = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        finite = all(map(math.isfinite, (self.top, self.positive, self.negative, self.width)))
        if not (finite and self.top > 0 and self.positive > 0 and self.width < 0):
            raise TransformError(
                f"biex: top {self.top}, positive {self.positive}, width {self.width} must be "
                "above 0, above 0, below 0"
            )
        if self.channels < 2:  # noqa: PLR2004 - a scale has two ends
            raise TransformError(f"biex: {self.channels} channels are no scale")
        object.__setattr__(self, "curve", self._solve())

    def _solve(self) -> Biexponential:

        linear = math.log10(-self.width)
        linear = linear if _NARROWEST <= linear <= _WIDEST else _NARROWEST
        extra = max(self.negative, 0.0) + linear / 2
        decades = self.positive - linear / 2
        if decades <= 0:
            raise TransformError(
                f"biex: {self.positive} decades do not hold a width of {self.width}"
            )
        zero = min(int(extra * self.channels / (extra + decades)), self.channels // 2)
        if zero > 0:
            decades = extra * self.channels / zero
        w = linear / (2 * decades)
        b = _LN10 * decades
        d = falling_rate(b, w)
        a = self.top / math.exp(b)
        c = a * math.exp((b + d) * (w + extra / decades))
        share = self.channels / (self.channels + 1)  # FlowJo divides by one channel more
        b, d, place = b * share, d * share, zero / self.channels
        f = c * math.exp(-d * place) - a * math.exp(b * place)
        return Biexponential(a, b, c, d, f, place)
