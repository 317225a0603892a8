"""Channels of a tube: each marker to one column, every doubt said."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.marker import by_context, resolve_channel, spelling
from flowpheno.reading.stated import said_by_keywords
from flowpheno.sample import Channel, ChannelKind, Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.marker import ChannelName, Marker, Vocabulary
    from flowpheno.reading.stated import StatedChannel

_STAGE = "reading.channels"
_SHOWN = 40
_MOST_SUGGESTED = 256  # channels: no instrument has more, and each suggestion takes a while


def name_channels(
    names: Sequence[tuple[str, str]],
    vocabulary: Vocabulary,
    *,
    stated: Sequence[StatedChannel] | None = None,
) -> tuple[tuple[Channel, ...], tuple[Finding, ...]]:
    """Name the channels of a tube.

    Parameters
    ----------
    names : sequence of (str, str)
        ``$PnN`` and ``$PnS`` of each channel.
    vocabulary : Vocabulary
        Names that are known.
    stated : sequence of StatedChannel or None
        What the file says of each channel in so many words; None if it says nothing.

    Returns
    -------
    tuple of Channel
        One for each name, in order. A marker that two area channels claim is given to neither,
        unless one of them is clearly meant.
    tuple of Finding
        Names not understood or only by what else is stained, markers claimed twice, heights that
        stand in for an area.
    """
    suggesting = len(names) <= _MOST_SUGGESTED
    resolved = [
        resolve_channel(detector, label, vocabulary, suggesting=suggesting)
        for detector, label in names
    ]
    if stated is not None:
        resolved = [
            said_by_keywords(*both, vocabulary) for both in zip(stated, resolved, strict=True)
        ]
    alone, resolved = resolved, list(by_context(resolved, vocabulary))
    channels = [_channel(*both, said) for both, said in zip(names, resolved, strict=True)]
    unmapped = [*_unmapped(channels, resolved), *_settled(channels, alone)]
    channels, promoted = _promote_heights(channels)
    channels, ambiguous = _disambiguate(channels, resolved)
    return tuple(channels), (*unmapped, *promoted, *ambiguous)


def _channel(detector: str, label: str, said: ChannelName) -> Channel:
    return Channel(
        detector=detector,
        marker=said.marker,
        kind=ChannelKind(said.kind),
        measure=Measure(said.measure),
        fluorochrome=said.fluorochrome,
        label=label.strip(),
    )


def _unmapped(channels: Sequence[Channel], resolved: Sequence[ChannelName]) -> list[Finding]:
    """Say which names are not understood; height and width of one name once."""
    findings: dict[str, Finding] = {}
    for channel, said in zip(channels, resolved, strict=True):
        if said.recognised:
            continue
        names = dict.fromkeys(name[:_SHOWN] for name in (channel.detector, channel.label) if name)
        shown = " :: ".join(names)
        hint = f"; known names that resemble it: {', '.join(said.nearest)}" if said.nearest else ""
        findings.setdefault(
            channel.label or channel.detector,
            Finding(
                code=ReasonCode.CHANNEL_UNMAPPED,
                severity=Severity.WARNING if said.nearest else Severity.NOTE,
                stage=_STAGE,
                message=f"channel {shown!r} is not understood and not used{hint}",
            ),
        )
    return list(findings.values())


def _settled(channels: Sequence[Channel], alone: Sequence[ChannelName]) -> list[Finding]:
    """Say which names were understood by what else the tube stains."""
    return [
        Finding(
            code=ReasonCode.METADATA_DERIVED,
            severity=Severity.NOTE,
            stage=_STAGE,
            message=f"channel {(channel.label or channel.detector)[:_SHOWN]!r} is taken for "
            f"{channel.marker}, as another channel of the tube stains "
            f"{' and '.join(name for name in said.candidates if name != channel.marker)}",
        )
        for channel, said in zip(channels, alone, strict=True)
        if channel.marker is not None and not said.recognised
    ]


def _promote_heights(channels: list[Channel]) -> tuple[list[Channel], list[Finding]]:
    """Take the height for the area of what was recorded as height only (FACSCalibur)."""
    areas = {c.marker for c in channels if c.measure is Measure.AREA}
    alone = [
        c.marker is not None and c.measure is Measure.HEIGHT and c.marker not in areas
        for c in channels
    ]
    if not any(alone):
        return channels, []
    taken = [
        replace(c, measure=Measure.AREA) if is_alone else c
        for c, is_alone in zip(channels, alone, strict=True)
    ]
    which = ", ".join(
        str(c.marker) for c, is_alone in zip(channels, alone, strict=True) if is_alone
    )
    message = f"recorded as pulse height only, used in place of the area: {which}"
    finding = Finding(
        code=ReasonCode.METADATA_DERIVED, severity=Severity.NOTE, stage=_STAGE, message=message
    )
    return taken, [finding]


def _disambiguate(
    channels: list[Channel], resolved: Sequence[ChannelName]
) -> tuple[list[Channel], list[Finding]]:
    """Leave each marker to one area channel at most; never average."""
    claims: defaultdict[Marker, list[int]] = defaultdict(list)
    for index, channel in enumerate(channels):
        if channel.marker is not None and channel.measure is Measure.AREA:
            claims[channel.marker].append(index)
    decided, findings = list(channels), []
    for marker, indices in claims.items():
        if len(indices) == 1:
            continue
        kept = _clearly_meant(indices, channels, resolved)
        for index in indices:
            if index != kept:
                decided[index] = replace(channels[index], marker=None)
        findings.append(
            _claimed_twice(marker, [channels[i].detector for i in indices], kept, channels)
        )
    return decided, findings


def _claimed_twice(
    marker: Marker, detectors: Sequence[str], kept: int | None, channels: Sequence[Channel]
) -> Finding:
    shown = ", ".join(detector[:_SHOWN] for detector in detectors)
    used = (
        "none of them is used" if kept is None else f"{channels[kept].detector[:_SHOWN]} is used"
    )
    return Finding(
        code=ReasonCode.CHANNEL_AMBIGUOUS,
        severity=Severity.WARNING if kept is None else Severity.NOTE,
        stage=_STAGE,
        message=f"{marker} is claimed by {len(detectors)} channels ({shown}): {used}",
        value=len(detectors),
    )


def _clearly_meant(
    indices: Sequence[int], channels: Sequence[Channel], resolved: Sequence[ChannelName]
) -> int | None:
    """Choose the only labelled one, or the better scale of one signal recorded on two."""
    labelled = [index for index in indices if resolved[index].labelled]
    if len(labelled) == 1:
        return labelled[0]
    spelled = {index: spelling(channels[index].detector) for index in indices}
    bare = {s.replace("LOG", "").replace("LIN", "") for s in spelled.values()}
    if len(bare) > 1:
        return None
    is_scatter = channels[indices[0]].kind is ChannelKind.SCATTER
    better = [index for index, s in spelled.items() if ("LOG" in s) is not is_scatter]
    return better[0] if len(better) == 1 else None
