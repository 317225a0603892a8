"""Parameters of a scale from the data it shall show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TransformError
from flowpheno.transform.logicle import Logicle

if TYPE_CHECKING:
    from flowpheno.transform.base import Intensities

_QUANTILE = 0.05


def estimate_logicle(
    values: Intensities, *, top: float = 262_144.0, decades: float = 4.5
) -> Logicle:
    """Choose the linear region of a logicle scale so that negative values are in view.

    Parameters
    ----------
    values : array
        Compensated linear intensities of one channel, any shape.
    top : float
        Linear intensity of the top of the scale.
    decades : float
        Decades a logarithmic scale would have.

    Returns
    -------
    Logicle
        With ``W = (M - log10(T / |r|)) / 2``, where *r* is the 5th percentile of the negative
        values, between 0 and half of M; 0 without negative values.

    Raises
    ------
    TransformError
        If `top` or `decades` is not above 0.

    References
    ----------
    .. [1] Parks DR, Roederer M, Moore WA. A new "Logicle" display method avoids deceptive effects
       of logarithmic scaling for low signals and compensated data. Cytometry A.
       2006;69A:541-551.
    """
    if not (math.isfinite(top) and top > 0 and math.isfinite(decades) and decades > 0):
        raise TransformError(f"logicle: T {top} and M {decades} must be above 0")
    flat = np.asarray(values, np.float64).ravel()
    negative = flat[np.isfinite(flat) & (flat < 0)]
    if not negative.size:
        return Logicle(top, 0.0, decades, 0.0)
    reach = -float(np.quantile(negative, _QUANTILE))
    width = (decades - math.log10(top / reach)) / 2
    return Logicle(top, min(max(width, 0.0), decades / 2), decades, 0.0)
