"""A whole tube on its scales, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.sample import Measure
from flowpheno.transform.fused import scaled_events

if TYPE_CHECKING:
    import pandas as pd

    from flowpheno.sample import Channel, Sample
    from flowpheno.transform.base import Transform


def transform_sample(sample: Sample, scale: Transform | None = None) -> pd.DataFrame:
    """Put the events of a tube on the scales they are looked at.

    Parameters
    ----------
    sample : Sample
        Compensated, linear intensities.
    scale : Transform or None
        Scale of every fluorescence and mass channel; None for the one gates are computed on
        (asinh, cofactor in proportion to the channel's range).

    Returns
    -------
    DataFrame
        One row an event, in file order; one column a channel, named by its marker (``"CD10"``,
        ``"SSC"``), by its detector where that is not unique; scatter as a share of full scale,
        time as recorded. No rows for a sample without events.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    events = scaled_events(sample, scale, compensated=False)
    return pd.DataFrame(events, columns=_names(sample.channels))


def _names(channels: tuple[Channel, ...]) -> list[str]:
    """Marker where one area channel has it; detector, made unique by its place, else."""
    names: list[str] = []
    for index, channel in enumerate(channels):
        wanted = channel.detector
        if channel.marker is not None and channel.measure is Measure.AREA:
            wanted = channel.marker
        if wanted in names:
            wanted = channel.detector
        names.append(wanted if wanted not in names else f"{wanted} ({index + 1})")
    return names
