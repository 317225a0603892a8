"""Names of channels and cytometers in words that are known, so that they cannot name a person."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from flowpheno.marker import WordKind, resolve_channel, spelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flowpheno.marker import ChannelName, Vocabulary
    from flowpheno.panel.deidentify import DeidentifyRules
    from flowpheno.sample import Channel

UNKNOWN = "unknown"
_TIME = "Time"
_SHORTEST = 3
_NOTHING_STAINED = ("", "empty", "isotype")
"""Labels of channels that stain nothing."""


def safe_names(
    channels: Sequence[Channel], rules: DeidentifyRules, vocabulary: Vocabulary
) -> tuple[Channel, ...]:
    """Give channels names that say what they measure and nothing else.

    A detector stays where the vocabulary understands the whole of it and it is no longer, nor has
    a longer row of digits, than the rules allow; else it is called ``P7`` after its place. A label
    is spelled anew from canonical words, such as ``CD3 FITC``; where it is not understood it
    becomes the detector.

    Parameters
    ----------
    channels : sequence of Channel
        As read.
    rules : DeidentifyRules
        How long names and rows of digits may be.
    vocabulary : Vocabulary
        Names that are known.

    Returns
    -------
    tuple of Channel
        The same but for detectors and labels; detectors are unique.
    """
    detectors = [_detector(channel.detector, rules, vocabulary) for channel in channels]
    named: list[Channel] = []
    for n, (channel, detector) in enumerate(zip(channels, detectors, strict=True), start=1):
        new = detector
        if not new or detectors.count(detector) > 1:
            new = f"P{n}"
            while new in detectors:
                new += "x"
        label = _label(channel, new, vocabulary)
        named.append(replace(channel, detector=new, label=label))
    return tuple(named)


def canonical_label(channel: Channel) -> str:
    """Spell what a channel stains in canonical words.

    Parameters
    ----------
    channel : Channel
        Stains something, whoever said so: FCS 3.2 has keywords besides the two names.

    Returns
    -------
    str
        Such as ``"CD19 PE"``; empty if nothing known is stained.
    """
    if channel.marker is None:
        return ""
    return f"{channel.marker} {channel.fluorochrome or ''}".strip()


def cytometer_model(written: str, models: Sequence[str]) -> str:
    """Find the model that ``$CYT`` names.

    Parameters
    ----------
    written : str
        May hold serial numbers and places as well.
    models : sequence of str
        Models that are known.

    Returns
    -------
    str
        The longest that is named, as `models` spells it; ``unknown`` if none is.

    Examples
    --------
    >>> cytometer_model("LSR-II no. 7, St. Anna", ["LSR II", "LSR"])
    'LSR II'
    """
    found = [model for model in models if spelling(model) in spelling(written)]
    return max(found, key=len, default=UNKNOWN)


def _detector(written: str, rules: DeidentifyRules, vocabulary: Vocabulary) -> str:
    """Give a detector that may stay; empty if it may not."""
    said = resolve_channel(written, "", vocabulary)
    too_long = len(written) > rules.longest_name or not written.isascii()
    if not said.recognised or too_long or not written.isprintable():
        return ""
    if re.search(rf"[0-9]{{{rules.longest_digits + 1}}}", written):
        return ""
    if said.kind == "time" and spelling(written) != spelling(written.partition("(")[0]):
        return _TIME  # "Time (10.24 sec.)": anything may stand in the brackets
    return written


def _label(channel: Channel, detector: str, vocabulary: Vocabulary) -> str:
    """Spell a label anew so that it means the same."""
    meant = resolve_channel(channel.detector, channel.label, vocabulary)
    if channel.marker not in {None, meant.marker}:
        return canonical_label(channel)
    if channel.label in {"", channel.detector}:
        return detector if channel.label else ""
    if not meant.recognised:
        return detector
    candidates = _candidates(channel.label, meant, vocabulary)
    return next(
        (
            label
            for label in candidates
            if _same(resolve_channel(detector, label, vocabulary), meant)
        ),
        detector,
    )


def _candidates(label: str, meant: ChannelName, vocabulary: Vocabulary) -> Iterator[str]:
    """Labels of canonical words, the most telling first."""
    alone = resolve_channel(label, "", vocabulary)
    marker = str(meant.marker or "")
    measured = f"-{alone.measure[0].upper()}"
    control = "" if marker else _control(label, vocabulary)
    if control:
        yield f"{control} {alone.fluorochrome or ''}".strip()
    if alone.fluorochrome:
        yield f"{marker} {alone.fluorochrome}".strip()
        yield f"{marker} {alone.fluorochrome}{measured}".strip()
    if marker:
        yield marker
        yield f"{marker}{measured}"
    yield from _NOTHING_STAINED


def _control(label: str, vocabulary: Vocabulary) -> str:
    """Find the word that calls a reagent a control, such as ``IGG1``; empty if none does."""
    words = [
        word
        for word, said in vocabulary.words.items()
        if said.kind is WordKind.CONTROL and len(word) >= _SHORTEST and word in spelling(label)
    ]
    return max(words, key=len, default="")


def _same(one: ChannelName, other: ChannelName) -> bool:
    """Whether two names mean one channel."""
    return (one.marker, one.kind, one.measure, one.fluorochrome) == (
        other.marker,
        other.kind,
        other.measure,
        other.fluorochrome,
    )
