"""Tubes of FlowCytometryTools to samples."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import TableError
from flowpheno.exchange.measurement import full_meta, recorded_transforms
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.reading.fcsparser import as_relative, from_fcsparser
from flowpheno.sample import Scale
from flowpheno.transform.hlog import Glog, Hlog, Tlog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from flowpheno.exchange.measurement import Measurement, RecordedTransform
    from flowpheno.marker import Vocabulary
    from flowpheno.sample import Sample
    from flowpheno.transform.base import Transform

_SCALES = {"hlog": Hlog, "tlog": Tlog, "glog": Glog}


def from_fcmeasurement(
    measurement: Measurement,
    *,
    transforms: Mapping[str, Transform] | None = None,
    scale: Scale | None = None,
    vocabulary: Vocabulary | None = None,
    name: str | None = None,
) -> Sample:
    """Make a sample of a tube of FlowCytometryTools.

    Its hlog, tlog and glog are undone, by the parameters that its history holds; what its splines
    and `tlog` lost stays lost. Values are never taken for linear by default.

    Parameters
    ----------
    measurement : Measurement
        An ``FCMeasurement``, or any object with ``ID``, ``data``, ``meta`` and ``channels``.
    transforms : mapping of str to Transform or None
        Scale of each column that is not linear, instead of the history.
    scale : Scale or None
        ``RELATIVE``: use the values as ranks, whatever was done to them; ``LINEAR``: a tube
        without a history holds linear values.
    vocabulary : Vocabulary or None
        Names that are known; None for those that come with flowpheno.
    name : str or None
        What to call the sample; None for the ``ID``.

    Returns
    -------
    Sample
        Linear events, unless a relative scale was asked for.

    Raises
    ------
    TableError
        If a transform cannot be undone, or nothing says whether the values are linear.
    """
    frame = measurement.data
    findings: tuple[Finding, ...] = ()
    if scale is not Scale.RELATIVE:
        steps = _given(transforms) if transforms is not None else _history(measurement, scale)
        frame, findings = _undone(frame, steps)
    read = from_fcsparser(
        full_meta(measurement), frame, vocabulary=vocabulary, name=name or str(measurement.ID)
    )
    sample = replace(read, findings=(*read.findings, *findings))
    return as_relative(sample) if scale is Scale.RELATIVE else sample


def _given(transforms: Mapping[str, Transform]) -> list[tuple[str, Transform, bool]]:
    return [(column, transform, False) for column, transform in transforms.items()]


def _history(measurement: Measurement, scale: Scale | None) -> list[tuple[str, Transform, bool]]:
    """List the transforms of each column as applied, and whether backwards."""
    recorded = recorded_transforms(measurement)
    if recorded is None and scale is None:
        raise TableError(
            f"{measurement.ID}: nothing says whether its values are linear: give `transforms` "
            "(empty if they are) or `scale`"
        )
    return [
        (column, _scale(step), step.inverse) for step in recorded or () for column in step.columns
    ]


def _scale(step: RecordedTransform) -> Transform:
    try:
        made: Transform = _SCALES[step.name](**step.parameters)
    except TypeError as error:  # glog without its parameter
        raise TableError(f"{step.name}: parameters are missing: {error}") from error
    return made


def _undone(
    frame: pd.DataFrame, steps: Sequence[tuple[str, Transform, bool]]
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Invert every transform, the last one first, and say so."""
    columns = {str(column): frame[column] for column in frame.columns}
    if len(columns) < frame.shape[1] and steps:
        raise TableError("two columns have one name")
    for column, transform, backwards in reversed(steps):
        if column not in columns:
            raise TableError(f"column {column[:40]!r} was transformed, but is not there")
        values = columns[column].to_numpy(np.float64)
        back = transform.apply(values) if backwards else transform.invert(values)
        columns[column] = frame[column].__class__(back, index=frame.index)
    if not steps:
        return frame, ()
    said: dict[str, list[str]] = {}
    for column, transform, backwards in steps:
        said.setdefault(f"{transform}{', backwards' if backwards else ''}", []).append(column)
    findings = tuple(_finding(transform, names) for transform, names in said.items())
    return frame.__class__(columns), findings


def _finding(transform: str, names: Sequence[str]) -> Finding:
    message = f"{transform} was undone in {len(names)} column(s): {', '.join(names)}"
    return Finding(
        code=ReasonCode.METADATA_DERIVED,
        severity=Severity.NOTE,
        stage="reading.measurement",
        message=message,
        value=len(names),
    )
