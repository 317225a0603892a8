"""What the numbers of an event table may mean: light, ranks, channel numbers, ion counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TableError
from flowpheno.sample import Scale

if TYPE_CHECKING:
    import numpy.typing as npt

_LINEAR_NAME = re.compile(r"\blin(ear)?\b", re.IGNORECASE)
_WRITTEN = re.compile(r"log(?:\s*:\s*(\d+(?:\.\d+)?)\s*/\s*(\d+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChannels:
    """Numbers that count the channels of a logarithmic amplifier.

    Attributes
    ----------
    decades : float
        That all channels span.
    channels : int
        How many there are.

    Raises
    ------
    ValueError
        If either is not positive.

    Notes
    -----
    ``10 ** (decades * x / channels)``, as ``$PnE`` of FCS 2.0 to 3.2 defines it; channel 0, at
    which all that is darker lies too, is 1.
    """

    decades: float = 4.0
    channels: int = 1024

    def __post_init__(self) -> None:
        if not self.decades > 0 or self.channels < 1:
            raise ValueError("decades and channels must be positive")

    def linear(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Undo the amplifier.

        Parameters
        ----------
        values : array of float32
            Channel numbers, any shape.

        Returns
        -------
        array of float32
            Proportional to light, same shape.

        Raises
        ------
        TableError
            If a value is below 0 or far beyond the channels there are: it is no channel number.
        """
        if values.size and (values.min() < 0 or values.max() > self.channels):
            raise TableError(
                f"values from {values.min():g} to {values.max():g} are no channel numbers of "
                f"{self.channels}"
            )
        exponent = values.astype(np.float64) * (self.decades / self.channels)
        return np.power(10.0, exponent).astype(np.float32)

    def applies_to(self, name: str) -> bool:
        """Say whether a column went through the amplifier.

        Parameters
        ----------
        name : str
            Name of the column.

        Returns
        -------
        bool
            False where the name says that it is linear, such as ``"FS Lin"``.
        """
        return _LINEAR_NAME.search(name) is None


@dataclass(frozen=True, slots=True)
class IonCounts:
    """Numbers that count ions: mass cytometry, of which a table's columns say nothing."""


TableScale = Scale | LogChannels | IonCounts
"""What the numbers of an event table may mean."""


def parse_scale(text: str) -> TableScale:
    """Read what the numbers of tables mean.

    Parameters
    ----------
    text : str
        ``"linear"``, ``"relative"``, ``"mass"``, ``"log"`` or ``"log:4/1024"`` (decades and
        channels).

    Returns
    -------
    Scale or LogChannels or IonCounts
        What is meant.

    Raises
    ------
    TableError
        If it is something else.
    """
    written = _WRITTEN.fullmatch(text.strip())
    try:
        if written is None:
            word = text.strip().lower()
            return IonCounts() if word == "mass" else Scale(word)
        if written[1] is None:
            return LogChannels()
        return LogChannels(decades=float(written[1]), channels=int(written[2]))
    except ValueError as error:
        raise TableError(
            f"a scale is linear, relative, mass, log or log:DECADES/CHANNELS, not {text!r}"
        ) from error
