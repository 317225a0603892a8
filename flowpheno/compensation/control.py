"""Single-stain controls: which file is the control of which detector."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import CompensationError
from flowpheno.marker import spelling
from flowpheno.sample import ChannelKind, Measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flowpheno.compensation.limits import ControlLimits
    from flowpheno.sample import Channel, Sample

_TUBE_KEYWORDS = ("TUBE NAME", "TUBE_NAME", "$SMNO", "SAMPLE ID")
_PIECES = re.compile(r"[^\W_]+")
_MEASURE = re.compile(r"[-._ ][AHW]$", re.IGNORECASE)
_TOP, _MIDDLE = 99, 50
_UNSTAINED = "unstained"


class FoundBy(StrEnum):
    """What told the detector of a control."""

    TABLE = "table"
    FILE_NAME = "file name"
    TUBE_NAME = "tube name"
    LABEL = "label"  # the one detector of the file that has a $PnS
    BRIGHTEST = "brightest detector"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Control:
    """A sample stained by one dye.

    Attributes
    ----------
    sample : Sample
        Its events, not compensated.
    detector : str
        ``$PnN`` of the detector the dye belongs to.
    found_by : FoundBy
        What told it.
    """

    sample: Sample
    detector: str
    found_by: FoundBy = FoundBy.TABLE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlSet:
    """The controls of one cytometer setting.

    Attributes
    ----------
    controls : tuple of Control
        One for each dye.
    unstained : Sample or None
        Events without any dye.
    """

    controls: tuple[Control, ...]
    unstained: Sample | None = None


def assign_controls(
    samples: Sequence[Sample],
    limits: ControlLimits,
    *,
    table: Mapping[str, str] | None = None,
) -> ControlSet:
    """Tell which sample is the control of which detector.

    A table counts first, then the name of the file, the name of its tube, its only label, its
    brightest detector. Names may be those of the detector, its fluorochrome or its marker.

    Parameters
    ----------
    samples : sequence of Sample
        Controls, named as their files.
    limits : ControlLimits
        Parameters.
    table : mapping of str to str or None
        Name of a sample to its detector, or to ``"unstained"``.

    Returns
    -------
    ControlSet
        In the order of the detectors in the first sample.

    Raises
    ------
    CompensationError
        If there is no control, two samples are controls of one detector or unstained, a detector
        is not known, or the table names a sample that is not there.
    """
    said = table or {}
    strangers = sorted(set(said) - {sample.name for sample in samples})
    if strangers:
        raise CompensationError(f"no control is called {', '.join(strangers)}")
    unstained: list[Sample] = []
    controls: list[Control] = []
    for sample in samples:
        if _is_unstained(sample, limits, said.get(sample.name)):
            unstained.append(sample)
        else:
            controls.append(_control(sample, said.get(sample.name)))
    if len(unstained) > 1:
        names = ", ".join(sample.name for sample in unstained)
        raise CompensationError(f"more than one unstained control: {names}")
    if not controls:
        raise CompensationError("no single-stain control")
    _refuse_twins(controls)
    order = [channel.detector for channel in fluorescence_of(controls[0].sample)]
    controls.sort(key=lambda c: order.index(c.detector) if c.detector in order else len(order))
    return ControlSet(controls=tuple(controls), unstained=unstained[0] if unstained else None)


def fluorescence_of(sample: Sample) -> tuple[Channel, ...]:
    """List the channels spill is looked for in.

    Parameters
    ----------
    sample : Sample
        A control.

    Returns
    -------
    tuple of Channel
        Areas of fluorescence; heights where no area of fluorescence was recorded.
    """
    lit = [channel for channel in sample.channels if channel.kind is ChannelKind.FLUORESCENCE]
    areas = tuple(channel for channel in lit if channel.measure is Measure.AREA)
    return areas or tuple(channel for channel in lit if channel.measure is Measure.HEIGHT)


def brightest_detector(sample: Sample) -> str:
    """Tell in which detector the brightest events stand out most.

    Parameters
    ----------
    sample : Sample
        A control.

    Returns
    -------
    str
        ``$PnN``; the first of equals.

    Raises
    ------
    CompensationError
        If the sample has no fluorescence, or no event with finite values.
    """
    names = [channel.detector for channel in fluorescence_of(sample)]
    columns = [i for i, c in enumerate(sample.channels) if c.detector in names]
    values = sample.events[:, columns]
    values = values[np.isfinite(values).all(axis=1)]
    if not values.size:
        raise CompensationError(f"control {sample.name}: no fluorescence of any event")
    top, middle = np.percentile(values, [_TOP, _MIDDLE], axis=0)
    # a control that is all positive has a bright middle; one that is not has a bright top
    return sample.channels[columns[int(np.argmax(np.maximum(top, middle)))]].detector


def _is_unstained(sample: Sample, limits: ControlLimits, said: str | None) -> bool:
    if said is not None:
        return spelling(said) == spelling(_UNSTAINED)
    names = (sample.name, *(sample.keywords.get(keyword, "") for keyword in _TUBE_KEYWORDS))
    return any(_says(name, word) for name in names for word in limits.unstained_words)


def _control(sample: Sample, said: str | None) -> Control:
    channels = fluorescence_of(sample)
    if said is not None:
        meant = [c for c in channels if spelling(said) in {spelling(n) for n in _names_of(c)}]
        if len(meant) != 1:
            raise CompensationError(f"control {sample.name}: {said} is no one detector of it")
        return Control(sample=sample, detector=meant[0].detector)
    tubes = [sample.keywords.get(keyword, "") for keyword in _TUBE_KEYWORDS]
    for found_by, texts in ((FoundBy.FILE_NAME, [sample.name]), (FoundBy.TUBE_NAME, tubes)):
        detector = next(filter(None, (_named_in(text, channels) for text in texts)), None)
        if detector is not None:
            return Control(sample=sample, detector=detector, found_by=found_by)
    labelled = [c for c in channels if c.label and spelling(c.label) != spelling(c.detector)]
    if len(labelled) == 1:
        return Control(sample=sample, detector=labelled[0].detector, found_by=FoundBy.LABEL)
    detector = brightest_detector(sample)
    return Control(sample=sample, detector=detector, found_by=FoundBy.BRIGHTEST)


def _names_of(channel: Channel) -> Iterator[str]:
    """Names by which a person calls a detector."""
    yield channel.detector
    yield _MEASURE.sub("", channel.detector)
    for name in (channel.fluorochrome, channel.label, channel.marker):
        if name:
            yield name


def _named_in(text: str, channels: Sequence[Channel]) -> str | None:
    """Find the detector a text names; the longest name counts: PE-Cy7 is not PE."""
    found = [
        (len(spelling(name)), channel.detector)
        for channel in channels
        for name in _names_of(channel)
        if _says(text, name)
    ]
    longest = max((length for length, _ in found), default=0)
    detectors = {detector for length, detector in found if length == longest}
    return detectors.pop() if len(detectors) == 1 else None


def _says(text: str, name: str) -> bool:
    """Whether a text holds a name as a row of whole words."""
    words = [word.upper() for word in _PIECES.findall(text)]
    wanted = "".join(word.upper() for word in _PIECES.findall(name))
    if not wanted:
        return False
    return any(
        "".join(words[first:last]) == wanted
        for first in range(len(words))
        for last in range(first + 1, len(words) + 1)
    )


def _refuse_twins(controls: Sequence[Control]) -> None:
    by_detector: dict[str, list[str]] = {}
    for control in controls:
        by_detector.setdefault(control.detector, []).append(control.sample.name)
    twins = [f"{d}: {', '.join(names)}" for d, names in by_detector.items() if len(names) > 1]
    if twins:
        raise CompensationError(f"more than one control of a detector: {'; '.join(twins)}")
