"""A stained tube: its events and what each channel measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flowpheno.errors import MarkerNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from flowpheno.arrays import EventMatrix
    from flowpheno.exchange.measurement import Measurement
    from flowpheno.exchange.state import Tube
    from flowpheno.fcs.spillover import Spillover
    from flowpheno.finding import Finding
    from flowpheno.marker import Marker
    from flowpheno.origin import Origin


class ChannelKind(StrEnum):
    """What a channel measures."""

    SCATTER = "scatter"
    FLUORESCENCE = "fluorescence"
    MASS = "mass"
    TIME = "time"
    OTHER = "other"  # event length, barcodes, beads, counters


class Measure(StrEnum):
    """Which property of the pulse a channel holds."""

    AREA = "area"
    HEIGHT = "height"
    WIDTH = "width"


class Scale(StrEnum):
    """What the numbers of a sample mean."""

    LINEAR = "linear"  # proportional to light or ion counts
    RELATIVE = "relative"  # rescaled per file (0-1 quantiles): ranks only


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One column of the event matrix.

    Attributes
    ----------
    detector : str
        Detector name, ``$PnN``, such as ``"FL2-A"`` or ``"PE-A"``.
    marker : Marker or None
        What the channel stains, canonical; combined reagents are ``"CD66c+CD123"``, a DNA dye is
        ``"SYTO"``, a dead-cell dye ``"VIABILITY"``; for scatter ``"FSC"`` or ``"SSC"``; None if
        nothing known is stained.
    kind : ChannelKind
        What it measures.
    measure : Measure
        Area, height or width of the pulse; area where the name does not say.
    fluorochrome : str or None
        Canonical fluorochrome, such as ``"PE-Cy7"``; None if not known.
    label : str
        ``$PnS`` as written; empty if absent.
    range : float
        ``$PnR``: the detector's full scale, on the scale of the events.
    """

    detector: str
    marker: Marker | None = None
    kind: ChannelKind = ChannelKind.FLUORESCENCE
    measure: Measure = Measure.AREA
    fluorochrome: str | None = None
    label: str = ""
    range: float = 262144.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, repr=False)
class Sample:
    """Events of one tube, immutable.

    Attributes
    ----------
    name : str
        Identifier shown in reports; a file's stem unless a manifest says otherwise.
    channels : tuple of Channel
        One for each column.
    events : EventMatrix
        Linear intensities, shape ``(n_events, n_channels)``, float32, read-only.
    spillover : Spillover or None
        Matrix found in the file; None if there is none.
    compensated : bool
        Whether `events` are free of spillover already.
    scale : Scale
        What the numbers mean.
    keywords : mapping of str to str
        TEXT keywords of the file, upper case; may hold identifiers: never copied to a report.
    findings : tuple of Finding
        What reading and naming noticed.
    origin : Origin or None
        The input file; None for samples made in memory.
    version : str
        FCS version, such as ``"FCS3.0"``; empty if not from FCS.
    """

    name: str
    channels: tuple[Channel, ...]
    events: EventMatrix
    spillover: Spillover | None = None
    compensated: bool = False
    scale: Scale = Scale.LINEAR
    keywords: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()
    origin: Origin | None = None
    version: str = ""

    def __post_init__(self) -> None:
        if self.events.ndim != 2 or self.events.shape[1] != len(self.channels):  # noqa: PLR2004 - a matrix
            shape, n_channels = self.events.shape, len(self.channels)
            raise ValueError(f"events {shape} do not fit {n_channels} channels")
        self.events.flags.writeable = False

    def __repr__(self) -> str:  # no keywords: they may hold identifiers
        stained = ", ".join(self.markers) or "nothing known"
        state = "compensated" if self.compensated else "not compensated"
        return f"<Sample {self.name}: {self.n_events} events, {stained}; {state}, {self.scale}>"

    @property
    def sha256(self) -> str:
        """Hash of the input file; empty without one, or if it was changed since it was read."""
        return self.origin.sha256 if self.origin is not None else ""

    @property
    def n_events(self) -> int:
        """Number of events."""
        return len(self.events)

    @property
    def markers(self) -> tuple[Marker, ...]:
        """Markers stained, in channel order, area channels only, each once."""
        stained = (
            channel.marker
            for channel in self.channels
            if channel.marker is not None
            and channel.measure is Measure.AREA
            and channel.kind in {ChannelKind.FLUORESCENCE, ChannelKind.MASS}
        )
        return tuple(dict.fromkeys(stained))

    def column(self, marker: Marker, measure: Measure = Measure.AREA) -> int:
        """Find the column in which a marker (or scatter) was measured.

        Parameters
        ----------
        marker : Marker
            Canonical name; ``"FSC"`` and ``"SSC"`` for scatter.
        measure : Measure
            Which property of the pulse.

        Returns
        -------
        int
            Index into `channels` and into the columns of `events`; the first, where two channels
            hold the same (naming reports that as a finding).

        Raises
        ------
        MarkerNotFoundError
            If no channel stains the marker.
        """
        for index, channel in enumerate(self.channels):
            if channel.marker == marker and channel.measure is measure:
                return index
        stained = ", ".join(self.markers) or "nothing known"
        raise MarkerNotFoundError(
            f"{self.name}: no channel stains {marker} ({measure}); stained: {stained}"
        )

    def has(self, marker: Marker, measure: Measure = Measure.AREA) -> bool:
        """Tell whether a marker (or scatter) was measured.

        Parameters
        ----------
        marker : Marker
            Canonical name; ``"FSC"`` and ``"SSC"`` for scatter.
        measure : Measure
            Which property of the pulse.

        Returns
        -------
        bool
            Whether `column` would find it.
        """
        return any(c.marker == marker and c.measure is measure for c in self.channels)

    def to_fcsparser(self, *, reformat_meta: bool = False) -> tuple[dict[str, Any], pd.DataFrame]:
        """Give the tube as ``fcsparser.parse`` would; fcsparser itself is not needed.

        Parameters
        ----------
        reformat_meta : bool
            Whether keywords of channels go into the table ``_channels_``, as in fcsparser.

        Returns
        -------
        dict
            Keywords of the file, which may hold identifiers; those that describe the data are
            as for a file of linear floats. A matrix that was applied already is not called
            ``$SPILLOVER``.
        DataFrame
            A copy of the events; columns named by ``$PnS``, or ``$PnN``.

        Raises
        ------
        TableError
            If a detector of the spillover matrix holds a comma.
        """
        from flowpheno.exchange.tables import tables_from_tube  # noqa: PLC0415 - where needed

        return tables_from_tube(self._tube(), reformat_meta=reformat_meta)

    def to_fcmeasurement(self) -> Measurement:
        """Give the tube to FlowCytometryTools.

        Returns
        -------
        Measurement
            An ``FCMeasurement`` with the keywords and values of `to_fcsparser`.

        Raises
        ------
        MissingPackageError
            If FlowCytometryTools is not installed.
        """
        from flowpheno.exchange.measurement import measurement_from_tube  # noqa: PLC0415 - where needed

        return measurement_from_tube(self._tube(), self.name)

    def _tube(self) -> Tube:
        """Describe the events as a file would."""
        from flowpheno.exchange.columns import float_parameter  # noqa: PLC0415 - where needed
        from flowpheno.exchange.state import SCALE_KEYWORD, Tube  # noqa: PLC0415 - where needed

        return Tube(
            keywords={**self.keywords, SCALE_KEYWORD: self.scale.upper()},
            parameters=tuple(float_parameter(c.detector, c.label, c.range) for c in self.channels),
            events=self.events,
            spillover=self.spillover,
            compensated=self.compensated,
            version=self.version,
        )
