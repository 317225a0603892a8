"""Tubes: which reagent is read by which detector, one YAML file for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from flowpheno.marker import Marker
from flowpheno.panel.conditions import check_marker
from flowpheno.panel.files import builtin_directory, check_name, load_definition
from flowpheno.panel.vocabulary import builtin_vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

ScatterName = Literal["FSC-A", "FSC-H", "FSC-W", "SSC-A", "SSC-H", "SSC-W"]
"""Scatter channels a tube can record."""


class TubeChannel(BaseModel):
    """One fluorescence detector of a tube.

    Attributes
    ----------
    detector : str
        ``$PnN``, such as ``"PE-A"``; empty where the source names no fluorochrome either.
    fluorochrome : str or None
        Such as ``"PE-Cy7"``; None, and written so, where the source does not say.
    marker : str or None
        Canonical name, ``"CD66c+CD123"`` where two reagents share the channel, ``"SYTO"`` or
        ``"VIABILITY"`` for dyes; None where the detector was recorded with nothing stained.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    detector: str = ""
    fluorochrome: str | None = Field(min_length=1)
    marker: str | None

    @field_validator("marker")
    @classmethod
    def _know_each_antigen(cls, value: str | None, info: ValidationInfo) -> str | None:
        for name in () if value is None else value.split("+"):
            check_marker(name, info)
        return value

    @model_validator(mode="after")
    def _read_each_dye(self) -> TubeChannel:
        if self.fluorochrome is not None and not self.detector:
            raise ValueError("a fluorochrome is read by a detector: name it")
        if self.fluorochrome is None and self.marker is None:
            raise ValueError("neither a fluorochrome nor a marker")
        return self

    @property
    def antigens(self) -> tuple[Marker, ...]:
        """What the channel stains, each reagent of a combination on its own."""
        return tuple(Marker(name) for name in (self.marker or "").split("+") if name)


class Tube(BaseModel):
    """A stained tube: reagents and scatter channels in the order of the file.

    Attributes
    ----------
    name : str
        Such as ``"euroflow_bcp_all_mrd_t1"``; the stem of its file.
    reference : str
        Where the panel was published.
    tag : {"V", "C", "K+", "K", "K-", "P"}
        How sure the source is: V read, C computed, K known and not re-read, P project default.
    note : str
        What a user must know; empty if nothing.
    scatter : tuple of str
        Scatter channels recorded, in order; empty where the source names markers alone.
    channels : tuple of TubeChannel
        Fluorescence detectors, in order.
    time : str or None
        Name of the time channel, recorded last; None if there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    reference: str = Field(min_length=10)
    tag: Literal["V", "C", "K+", "K", "K-", "P"]
    note: str = ""
    scatter: tuple[ScatterName, ...]
    channels: tuple[TubeChannel, ...] = Field(min_length=1)
    time: str | None = "Time"

    @field_validator("channels")
    @classmethod
    def _stain_each_marker_once(cls, value: tuple[TubeChannel, ...]) -> tuple[TubeChannel, ...]:
        counts = Counter(marker for channel in value for marker in channel.antigens)
        if twice := sorted(marker for marker, n in counts.items() if n > 1):
            raise ValueError(f"stained in two channels: {', '.join(twice)}")
        return value

    @model_validator(mode="after")
    def _name_each_detector_once(self) -> Tube:
        detectors = (channel.detector for channel in self.channels if channel.detector)
        names = [*self.scatter, *detectors, self.time]
        if twice := sorted(str(name) for name, n in Counter(names).items() if n > 1):
            raise ValueError(f"two channels are named {', '.join(twice)}")
        if self.has_fluorochromes and not self.scatter:
            raise ValueError("a tube whose fluorochromes are known has scatter channels")
        return self

    @property
    def has_fluorochromes(self) -> bool:
        """Whether every channel has one; where the source names markers alone none has."""
        return all(channel.fluorochrome is not None for channel in self.channels)

    @property
    def markers(self) -> tuple[Marker, ...]:
        """What the fluorescence channels stain, combinations as one name, in order."""
        return tuple(Marker(c.marker) for c in self.channels if c.marker is not None)

    @property
    def antigens(self) -> frozenset[Marker]:
        """What is stained, each reagent of a combination on its own."""
        return frozenset(marker for channel in self.channels for marker in channel.antigens)


def load_tube(path: Path, *, markers: Collection[Marker] | None = None) -> Tube:
    """Read one tube definition.

    Parameters
    ----------
    path : Path
        A YAML file.
    markers : collection of Marker or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

    Returns
    -------
    Tube
        The tube.

    Raises
    ------
    PanelError
        If the file does not define a tube, or its name is not the stem of the file.
    """
    known = builtin_vocabulary().antigens if markers is None else markers
    context = {"markers": frozenset(known)}
    return load_definition(path, Tube, context=context, check=check_name(path))


def builtin_tubes(directory: Path | None = None) -> dict[str, Tube]:
    """Read every tube of a folder of definitions.

    Parameters
    ----------
    directory : Path or None
        Folder that holds ``tubes/``; None for the definitions that come with flowpheno.

    Returns
    -------
    dict of str to Tube
        By name, sorted; empty if the folder holds none.

    Raises
    ------
    PanelError
        If one of the files does not define a tube.
    """
    folder = (directory or builtin_directory()) / "tubes"
    return {path.stem: load_tube(path) for path in sorted(folder.glob("*.yaml"))}
