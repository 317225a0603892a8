"""Tubes as AnnData, with their layers, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from flowpheno.arrays import freeze
from flowpheno.compensation import compensate
from flowpheno.errors import TableError
from flowpheno.exchange.extra import import_extra
from flowpheno.fcs.spillover import Spillover
from flowpheno.marker import Marker
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.reading import name_channels
from flowpheno.reading.fcsparser import as_relative
from flowpheno.sample import Channel, ChannelKind, Measure, Sample, Scale
from flowpheno.transform import Logicle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from anndata import AnnData

    from flowpheno.arrays import EventMatrix
    from flowpheno.finding import Finding

RAW, COMPENSATED, TRANSFORMED = "raw", "compensated", "transformed"
_STAINED = frozenset({ChannelKind.FLUORESCENCE, ChannelKind.MASS})
_COLUMNS = ("detector", "marker", "fluorochrome", "kind", "measure", "label", "range")


def to_anndata(sample: Sample, *, keywords: Sequence[str] = ()) -> AnnData:
    """Give a tube to anndata, the table of single-cell analysis.

    Parameters
    ----------
    sample : Sample
        Any; one that is compensated already has no layer of raw values.
    keywords : sequence of str
        Keywords of the file to copy into ``uns["keywords"]``. None by default: any of them can
        name a person or a place.

    Returns
    -------
    AnnData
        ``X`` and ``layers``: ``"raw"`` as recorded; ``"compensated"`` where there is a matrix;
        ``"transformed"``, those on the logicle scale of each stained channel (W 0.5, M 4.5, A 0;
        T its full scale), other channels linear, absent on a relative scale. ``X`` is the last of
        them. ``var`` describes the channels, ``uns`` holds ``spillover``, ``scale`` and
        ``compensated`` (whether ``"compensated"`` is there).

    Raises
    ------
    MissingPackageError
        If anndata is not installed.
    CompensationError
        If the matrix of the sample cannot be used.
    """
    anndata = import_extra("anndata", "anndata")
    import pandas as pd  # noqa: PLC0415 - slow to import

    layers = _layers(sample)
    described = [
        (c.detector, str(c.marker or ""), c.fluorochrome or "", *_kinds(c), c.label, c.range)
        for c in sample.channels
    ]
    detectors = pd.Index([c.detector for c in sample.channels], dtype=object)
    made: AnnData = anndata.AnnData(
        X=list(layers.values())[-1].copy(),
        obs=pd.DataFrame(index=pd.RangeIndex(sample.n_events).astype(str)),
        var=pd.DataFrame(described, columns=list(_COLUMNS), index=detectors),
        uns=_unstructured(sample, keywords, compensated=COMPENSATED in layers),
        layers=layers,
    )
    return made


def from_anndata(adata: AnnData, *, name: str = "anndata", scale: Scale | None = None) -> Sample:
    """Make a sample of AnnData.

    Parameters
    ----------
    adata : AnnData
        Of `to_anndata`, also with events or channels left out; or any table of events whose
        ``var_names`` name channels.
    name : str
        What to call the sample; it is not in `adata`.
    scale : Scale or None
        What the numbers of a table mean that `to_anndata` did not make.

    Returns
    -------
    Sample
        Of the layer ``"raw"``, else ``"compensated"``, else of ``X``; with the matrix and the
        channels that `to_anndata` wrote.

    Raises
    ------
    TableError
        If nothing says what the numbers mean, or they are transformed.
    """
    uns: Mapping[str, Any] = adata.uns
    said = uns.get("scale") if scale is None else scale
    if said is None:
        raise TableError("uns holds no scale: say what the numbers mean by `scale`")
    layer = next((name for name in (RAW, COMPENSATED) if name in adata.layers), None)
    if layer is None and TRANSFORMED in adata.layers:
        raise TableError("only transformed values are there; raw or compensated ones are needed")
    channels, findings = _channels(adata)
    sample = Sample(
        name=name,
        channels=channels,
        events=_events(adata.X if layer is None else adata.layers[layer]),
        spillover=_spillover(uns.get("spillover"), channels),
        compensated=layer != RAW and bool(uns.get("compensated", False)),
        findings=findings,
    )
    return as_relative(sample) if Scale(said) is Scale.RELATIVE else sample


def _layers(sample: Sample) -> dict[str, EventMatrix]:
    """Values at each stage, the last one last; copies, since AnnData may be written to."""
    layers: dict[str, EventMatrix] = {}
    if sample.compensated:
        layers[COMPENSATED] = np.array(sample.events)
    else:
        layers[RAW] = np.array(sample.events)
    ready = compensate(sample)
    if ready.compensated:
        layers[COMPENSATED] = np.array(ready.events)
    if sample.scale is Scale.LINEAR:
        layers[TRANSFORMED] = _transformed(ready)
    return layers


def _transformed(sample: Sample) -> EventMatrix:
    events = np.array(sample.events)
    for index, channel in enumerate(sample.channels):
        if channel.kind in _STAINED:
            top = channel.range if channel.range > 0 else Logicle().T
            events[:, index] = Logicle(T=top).apply(events[:, index])
    return events


def _kinds(channel: Channel) -> tuple[str, str]:
    return channel.kind.value, channel.measure.value


def _unstructured(sample: Sample, keywords: Sequence[str], *, compensated: bool) -> dict[str, Any]:
    """Describe the whole tube; only plain values, so that it can be written to a file."""
    described: dict[str, Any] = {
        "scale": sample.scale.value,
        "compensated": compensated,
        "transform": {"name": "logicle", "W": Logicle().W, "M": Logicle().M, "A": Logicle().A},
    }
    if sample.spillover is not None:
        described["spillover"] = {
            "detectors": list(sample.spillover.detectors),
            "matrix": np.array(sample.spillover.matrix),
            "source": sample.spillover.source,
        }
    if keywords:
        described["keywords"] = {key: sample.keywords[key] for key in keywords}
    return described


def _channels(adata: AnnData) -> tuple[tuple[Channel, ...], tuple[Finding, ...]]:
    """Channels that `to_anndata` described, or channels named by ``var_names``."""
    var = adata.var
    if not set(_COLUMNS) <= set(var.columns):
        names = [(str(name), "") for name in adata.var_names]
        return name_channels(names, builtin_vocabulary())
    return tuple(_channel(row) for row in var.to_dict("records")), ()


def _channel(row: Mapping[Any, Any]) -> Channel:
    try:
        return Channel(
            detector=str(row["detector"]),
            marker=Marker(str(row["marker"])) if row["marker"] else None,
            kind=ChannelKind(row["kind"]),
            measure=Measure(row["measure"]),
            fluorochrome=str(row["fluorochrome"]) if row["fluorochrome"] else None,
            label=str(row["label"]),
            range=float(row["range"]),
        )
    except ValueError as error:
        raise TableError(f"var does not describe a channel: {error}") from error


def _events(values: Any) -> EventMatrix:  # noqa: ANN401 - dense or any sparse matrix
    dense = values.toarray() if hasattr(values, "toarray") else values
    return freeze(np.array(dense, dtype=np.float32))


def _spillover(said: Mapping[str, Any] | None, channels: Sequence[Channel]) -> Spillover | None:
    """Take the matrix, unless a detector of it was left out: a part of it compensates nothing."""
    if said is None:
        return None
    detectors = tuple(str(name) for name in said["detectors"])
    if not set(detectors) <= {channel.detector for channel in channels}:
        return None
    matrix = np.array(said["matrix"], dtype=np.float64)
    matrix.flags.writeable = False
    return Spillover(detectors=detectors, matrix=matrix, source=str(said["source"]))
