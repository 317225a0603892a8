"""Dyes of DNA and of dead cells, on the scale on which both are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.transform.working import working_transform

if TYPE_CHECKING:
    from flowpheno.arrays import EventMatrix
    from flowpheno.marker import Marker
    from flowpheno.sample import Sample
    from flowpheno.transform.base import Transform

_LN10 = np.log(10)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dye:
    """Light of a dye.

    Attributes
    ----------
    decades : EventMatrix
        Decades above the detector's noise, shape ``(n_events,)``.
    full_scale : float
        The detector's range, linear.
    transform : Transform
        From linear values to natural logarithms.
    """

    decades: EventMatrix
    full_scale: float
    transform: Transform

    def intensity(self, decades: float) -> float:
        """Give the linear intensity of a border.

        Parameters
        ----------
        decades : float
            Where.

        Returns
        -------
        float
            Compensated linear intensity.
        """
        return float(self.transform.invert(np.array([decades * _LN10]))[0])


def dye_of(sample: Sample, marker: Marker) -> Dye:
    """Scale the channel of a dye.

    Parameters
    ----------
    sample : Sample
        Compensated.
    marker : Marker
        ``"SYTO"`` or ``"VIABILITY"``.

    Returns
    -------
    Dye
        Its light.

    Raises
    ------
    MarkerNotFoundError
        If the tube has no such dye.
    """
    column = sample.column(marker)
    channel = sample.channels[column]
    transform = working_transform(channel, sample.scale)
    values = transform.apply(sample.events[:, column]) / np.float32(_LN10)
    return Dye(
        decades=np.asarray(values, np.float32), full_scale=channel.range, transform=transform
    )
