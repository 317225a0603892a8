"""Events whose scatter says that they are not one intact cell of known size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.gating.anchor import SSC
from flowpheno.marker import Marker
from flowpheno.qc.saturation import saturated
from flowpheno.statistics import robust_sd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMask
    from flowpheno.gating.anchor import Anchors
    from flowpheno.gating.decades import Decades
    from flowpheno.gating.limits import GatingLimits
    from flowpheno.sample import Sample

FSC = Marker("FSC")
SCATTER_STEPS = ("off_scale", "condensed")
"""What `odd_scatter` tells; populations may leave it out, the denominator never does."""


def odd_scatter(
    sample: Sample, decades: Decades, anchors: Anchors, limits: GatingLimits
) -> Mapping[str, EventMask]:
    """Find events off the scale of both scatters, and cells that shrank.

    They stay in the denominator: a percentage must not depend on the voltage of a scatter
    detector. A gate drawn on scatter leaves them out, as they cannot be seen in it.

    Parameters
    ----------
    sample : Sample
        The tube.
    decades : Decades
        The same in decades.
    anchors : Anchors
        Its lymphocytes.
    limits : GatingLimits
        Parameters.

    Returns
    -------
    mapping of str to EventMask
        ``"off_scale"``: at the limit of forward and of side scatter. ``"condensed"``: smaller
        than most lymphocytes, and far more granular for their size: dying cells. Empty where
        one scatter was not measured, or only ranks are known.
    """
    if FSC not in decades or not sample.has(SSC) or decades.relative:
        return {}
    full = [
        saturated(sample.events[:, column], sample.channels[column].range)
        for column in (sample.column(FSC), sample.column(SSC))
    ]
    size = decades.of(FSC)
    granularity = decades.of(SSC) - size
    home = granularity[anchors.lymphocytes].astype(np.float64)
    border = float(np.median(home)) + limits.condensed_sd * robust_sd(home)
    small = size < np.median(size[anchors.lymphocytes])
    return {
        "off_scale": np.asarray(full[0] & full[1]),
        "condensed": np.asarray(small & (granularity > border)),
    }
