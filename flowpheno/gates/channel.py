"""Which channel of a sample a gate means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.errors import GateError
from flowpheno.marker import spelling
from flowpheno.sample import Measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowpheno.sample import Channel, Sample


def find_channel(sample: Sample, name: str, *, gate: str) -> int:
    """Find the column of a channel.

    Parameters
    ----------
    sample : Sample
        The tube.
    name : str
        Detector (``$PnN``), else label (``$PnS``), else marker; if it is none as it is written,
        then without regard to case and signs. Of an area and its height or width, the area.
    gate : str
        Id of the gate that asks.

    Returns
    -------
    int
        Index into the columns of the events.

    Raises
    ------
    GateError
        If there is no such channel, or the name does not tell two apart.
    """
    for read in (str, spelling):
        for called in (_detector, _label, _marker):
            found = _called(sample, name, read, called)
            if len(found) > 1:
                names = ", ".join(sample.channels[index].detector for index in found)
                raise GateError(
                    f"gate {gate}: {name} means more than one channel of {sample.name}: {names}"
                )
            if found:
                return found[0]
    there = ", ".join(channel.detector for channel in sample.channels)
    raise GateError(f"gate {gate}: {sample.name} has no channel {name}; it has {there}")


def _detector(channel: Channel) -> str:
    return channel.detector


def _label(channel: Channel) -> str:
    return channel.label


def _marker(channel: Channel) -> str:
    return str(channel.marker or "")


def _called(
    sample: Sample, name: str, read: Callable[[str], str], called: Callable[[Channel], str]
) -> list[int]:
    """Columns of that name; of an area and its height, the area."""
    wanted = read(name)
    found = [i for i, c in enumerate(sample.channels) if wanted and read(called(c)) == wanted]
    areas = [index for index in found if sample.channels[index].measure is Measure.AREA]
    return areas if 0 < len(areas) < len(found) else found
