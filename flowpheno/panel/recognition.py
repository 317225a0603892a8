"""Which tube of the definitions a file is, told by its markers and fluorochromes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flowpheno.panel.files import builtin_directory
from flowpheno.panel.limits import load_limits
from flowpheno.sample import ChannelKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from flowpheno.marker import Marker
    from flowpheno.panel.tubes import Tube, TubeChannel
    from flowpheno.sample import Channel

_STAINED = frozenset({ChannelKind.FLUORESCENCE, ChannelKind.MASS})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionLimits:
    """When a file is a tube.

    Attributes
    ----------
    source : str
        Citation or tag.
    least_score : float
        Score from which a file is a tube.
    other_dye : float
        What a marker counts that is stained with another fluorochrome, 0 to 1.
    same_band : tuple of tuple of str
        Groups of fluorochromes that stand in for each other and count in full.
    """

    source: str
    least_score: float
    other_dye: float
    same_band: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.least_score <= 1 or not 0 <= self.other_dye <= 1:
            raise ValueError("least_score and other_dye are shares")
        counts = Counter(dye for group in self.same_band for dye in group)
        if twice := sorted(dye for dye, n in counts.items() if n > 1):
            raise ValueError(f"same_band: in two groups: {', '.join(twice)}")

    def band(self, fluorochrome: str) -> str:
        """Give what stands for a fluorochrome in comparisons.

        Parameters
        ----------
        fluorochrome : str
            Canonical name.

        Returns
        -------
        str
            The first of its group, or itself.
        """
        groups = (group for group in self.same_band if fluorochrome in group)
        return next((group[0] for group in groups), fluorochrome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """The tube that a file resembles most.

    Attributes
    ----------
    tube : str
        Its name; empty where the file names no marker, or no tube shares one.
    score : float
        0 to 1: markers in common, of all that the file or the tube holds.
    recognised : bool
        Whether that is enough.
    missing, extra : tuple of Marker
        Markers of the tube that the file lacks, and the other way round.
    other_dye : tuple of Marker
        Markers in another fluorochrome; one that the file or the tube does not say is no other.
    variant : tuple of Marker
        Markers in a fluorochrome that stands in for that of the tube, which is no difference.
    tied : tuple of str
        Other tubes with the same score.
    """

    tube: str
    score: float
    recognised: bool
    missing: tuple[Marker, ...] = ()
    extra: tuple[Marker, ...] = ()
    other_dye: tuple[Marker, ...] = ()
    variant: tuple[Marker, ...] = ()
    tied: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.tube:
            return "not recognised: no marker of a known tube is named"
        text = f"{self.tube} ({self.score:.2f})"
        if not self.recognised:
            text = f"not recognised; nearest {text}"
        differences = {
            "missing": self.missing,
            "besides": self.extra,
            "other dye": self.other_dye,
            "variant dye": self.variant,
            "as well": self.tied,
        }
        said = [f"{word}: {', '.join(names)}" for word, names in differences.items() if names]
        return "; ".join([text, *said])


def load_recognition_limits(directory: Path | None = None) -> RecognitionLimits:
    """Read when a file is a tube.

    Parameters
    ----------
    directory : Path or None
        Folder that holds ``recognition.yaml``; None for that which comes with flowpheno.

    Returns
    -------
    RecognitionLimits
        The limits.

    Raises
    ------
    PanelError
        If the file does not say them.
    """
    return load_limits((directory or builtin_directory()) / "recognition.yaml", RecognitionLimits)


def recognise(
    channels: Iterable[Channel], tubes: Mapping[str, Tube], limits: RecognitionLimits
) -> Recognition:
    """Tell which tube some channels are.

    Parameters
    ----------
    channels : iterable of Channel
        Of one sample; combined reagents are one marker, as in the definitions.
    tubes : mapping of str to Tube
        By name.
    limits : RecognitionLimits
        When a file is a tube.

    Returns
    -------
    Recognition
        The best of them, the first by name among equals.
    """
    stained = {
        c.marker: c.fluorochrome for c in channels if c.kind in _STAINED and c.marker is not None
    }
    found = [_compare(stained, name, tubes[name], limits) for name in sorted(tubes)]
    best = max(found, key=lambda one: one.score, default=None)
    if best is None or best.score == 0:
        return Recognition(tube="", score=0.0, recognised=False, extra=tuple(sorted(stained)))
    tied = tuple(one.tube for one in found if one is not best and one.score == best.score)
    return replace(best, tied=tied)


def _compare(
    stained: Mapping[Marker, str | None], name: str, tube: Tube, limits: RecognitionLimits
) -> Recognition:
    dyes = {marker: c.fluorochrome for marker, c in zip(tube.markers, _read(tube), strict=True)}
    common = [marker for marker in dyes if marker in stained]
    unlike = {
        marker: limits.band(dye) != limits.band(own)
        for marker in common
        if (dye := stained[marker]) and (own := dyes[marker]) and dye != own
    }
    other = [marker for marker, apart in unlike.items() if apart]
    both = len(dyes.keys() | stained.keys())
    counted = len(common) - (1 - limits.other_dye) * len(other)
    score = counted / both if both else 0.0
    return Recognition(
        tube=name,
        score=score,
        recognised=score >= limits.least_score,
        missing=tuple(m for m in dyes if m not in stained),
        extra=tuple(sorted(m for m in stained if m not in dyes)),
        other_dye=tuple(other),
        variant=tuple(marker for marker, apart in unlike.items() if not apart),
    )


def _read(tube: Tube) -> list[TubeChannel]:
    """Channels with something stained, in the order of `Tube.markers`."""
    return [c for c in tube.channels if c.marker is not None]
