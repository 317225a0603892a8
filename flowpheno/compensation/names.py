"""Which channels the names of a matrix mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.errors import CompensationError
from flowpheno.marker import spelling
from flowpheno.sample import ChannelKind, Measure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flowpheno.sample import Channel, Sample


def detectors_meant(sample: Sample, names: Sequence[str], source: str) -> tuple[str, ...]:
    """Find the detectors that the names of a matrix mean.

    A name may be a detector (``$PnN``), a label (``$PnS``), a marker or a fluorochrome; if it is
    none as it is written, then without regard to case, blanks and signs: R makes ``FITC.A`` of
    ``FITC-A``. Where it means an area and its height or width, it means the area.

    Parameters
    ----------
    sample : Sample
        The tube.
    names : sequence of str
        Names of rows and columns.
    source : str
        What the matrix came from.

    Returns
    -------
    tuple of str
        ``$PnN`` of each name, in order.

    Raises
    ------
    CompensationError
        If a name means no channel or several, or two names mean one.
    """
    meant = [_meant(sample.channels, name) for name in names]
    missing = [name for name, found in zip(names, meant, strict=True) if not found]
    if missing:
        raise CompensationError(
            f"{sample.name}: the matrix of {source} names detectors that are not in the "
            f"file: {', '.join(missing)}"
        )
    detectors = tuple(found[0] for found in meant)
    doubtful = [name for name, found in zip(names, meant, strict=True) if len(found) > 1]
    doubtful += [name for name, d in zip(names, detectors, strict=True) if detectors.count(d) > 1]
    if doubtful:
        raise CompensationError(
            f"{sample.name}: the matrix of {source} does not name each detector once: "
            f"{', '.join(dict.fromkeys(doubtful))}"
        )
    return detectors


def _meant(channels: Sequence[Channel], name: str) -> list[str]:
    """Detectors a name means, by the strictest reading that finds any."""
    if any(channel.detector == name for channel in channels):
        return [name]
    lit = [channel for channel in channels if channel.kind is ChannelKind.FLUORESCENCE]
    for read in (str, spelling):
        for found in (
            _called(channels if read is spelling else (), name, read, lambda c: (c.detector,)),
            _called(lit, name, read, lambda c: (c.label, str(c.marker or ""))),
            _called(lit, name, read, lambda c: (c.fluorochrome or "",)),
        ):
            if found:
                return found
    return []


def _called(
    channels: Sequence[Channel],
    name: str,
    read: Callable[[str], str],
    names_of: Callable[[Channel], tuple[str, ...]],
) -> list[str]:
    """Detectors of the channels called so; of an area and its height, the area."""
    wanted = read(name)
    found = [c for c in channels if wanted and wanted in {read(n) for n in names_of(c)}]
    areas = [channel for channel in found if channel.measure is Measure.AREA]
    return [channel.detector for channel in (areas or found)]
