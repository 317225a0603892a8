"""Tubes of FlowCytometryTools: made of values, and what was done to one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from flowpheno.errors import TableError
from flowpheno.exchange.shim import import_flowcytometrytools
from flowpheno.exchange.tables import tables_from_tube

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from flowpheno.exchange.state import Tube

_ARGUMENTS = {"hlog": ("b", "r", "d"), "tlog": ("th", "r", "d"), "glog": ("l",)}
_ALIASES = {"hyperlog": "hlog"}
_OF_RANGE = frozenset({"hlog", "tlog"})  # as spelled: no alias has its decades taken from $PnR


class Measurement(Protocol):
    """What a tube of FlowCytometryTools shows; any object that does can be read."""

    @property
    def ID(self) -> object:  # noqa: N802 - their name
        """Name of the tube."""

    @property
    def data(self) -> pd.DataFrame:
        """One row an event."""

    @property
    def meta(self) -> Mapping[str, Any] | None:
        """Keywords as fcsparser gives them."""

    @property
    def channels(self) -> pd.DataFrame | None:
        """Channels as fcsparser gives them under ``_channels_``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTransform:
    """A transform that a tube says was applied.

    Attributes
    ----------
    name : str
        ``"hlog"``, ``"tlog"`` or ``"glog"``.
    columns : tuple of str
        To which columns.
    parameters : mapping of str to float
        Those that were given or follow from ``$PnR``.
    inverse : bool
        Whether it was applied backwards.
    """

    name: str
    columns: tuple[str, ...]
    parameters: Mapping[str, float]
    inverse: bool


def measurement_from_tube(tube: Tube, name: str) -> Measurement:
    """Make a tube of FlowCytometryTools.

    Parameters
    ----------
    tube : Tube
        Linear events and what describes them.
    name : str
        Its ``ID``.

    Returns
    -------
    Measurement
        An ``FCMeasurement`` that holds data and keywords, without a file.

    Raises
    ------
    MissingPackageError
        If FlowCytometryTools is not installed.
    """
    package = import_flowcytometrytools()
    meta, frame = tables_from_tube(tube, reformat_meta=True)
    made = package.FCMeasurement(ID=name, readdata=False, readmeta=False)
    made.set_meta(meta)
    made.set_data(frame)
    result: Measurement = made
    return result


def full_meta(measurement: Measurement) -> dict[str, Any]:
    """Gather what a tube says of its channels.

    Parameters
    ----------
    measurement : Measurement
        A tube.

    Returns
    -------
    dict
        Its keywords, with the table of its channels.
    """
    meta = dict(measurement.meta or {})
    channels = measurement.channels
    if "_channels_" not in meta and channels is not None:
        meta["_channels_"] = channels
    return meta


def recorded_transforms(measurement: Measurement) -> tuple[RecordedTransform, ...] | None:
    """Read from the history of a tube how its values were transformed.

    Parameters
    ----------
    measurement : Measurement
        A tube; steps that wait in its queue count, since its data show them.

    Returns
    -------
    tuple of RecordedTransform or None
        In the order they were applied, empty if none was; None if the tube keeps no history.

    Raises
    ------
    TableError
        If one cannot be undone: a function of the user's own, or linear rescaling.
    """
    history: Sequence[tuple[str, Mapping[str, Any]]] | None
    history = getattr(measurement, "history", None)
    if history is None:
        return None
    steps = [*history, *getattr(measurement, "queue", ())]
    return tuple(_read_step(step, measurement) for name, step in steps if name == "transform")


def _read_step(step: Mapping[str, Any], measurement: Measurement) -> RecordedTransform:
    asked = step["transform"]
    given = dict(step)
    if not isinstance(asked, str):  # an object of theirs, or any function
        given |= {"args": getattr(asked, "args", ()), **getattr(asked, "kwargs", {})}
        given |= {"direction": getattr(asked, "direction", "forward"), "auto_range": False}
        asked = getattr(asked, "tname", None) or "a function of your own"
    spelled = asked.lower()
    name = _ALIASES.get(spelled, spelled)
    if name not in _ARGUMENTS:
        raise TableError(
            f"{measurement.ID}: {asked} cannot be undone: give `transforms`, or "
            "scale=Scale.RELATIVE to use the values as ranks"
        )
    wanted = step.get("channels")
    wanted = measurement.data.columns if wanted is None else wanted
    columns = (wanted,) if isinstance(wanted, str) else tuple(str(column) for column in wanted)
    parameters = dict(zip(_ARGUMENTS[name], given.get("args") or (), strict=False))
    parameters |= {key: float(given[key]) for key in _ARGUMENTS[name] if key in given}
    if asked in _OF_RANGE and given.get("auto_range", True) and "d" not in parameters:
        parameters["d"] = _decades(measurement, columns)
    inverse = given.get("direction", "forward") == "inverse"
    return RecordedTransform(name=name, columns=columns, parameters=parameters, inverse=inverse)


def _decades(measurement: Measurement, columns: Sequence[str]) -> float:
    """Decades of full scale, as FlowCytometryTools takes them: of the first channel."""
    meta = full_meta(measurement)
    table = meta.get("_channels_")
    names = meta.get("_channel_names_") or (() if table is None else tuple(table["$PnS"]))
    if table is None or "$PnR" not in table or len(names) != len(table):
        raise TableError(f"{measurement.ID}: the decades of its transform are not recorded")
    tops = dict(zip(names, table["$PnR"], strict=True))
    first = next((name for name in names if name in columns), None)
    if first is None or not float(tops[first]) > 0:
        raise TableError(f"{measurement.ID}: the decades of its transform are not recorded")
    return math.log10(float(tops[first]))
