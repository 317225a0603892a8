"""The numbers gates look at: compensated, as ratios, on their scales, block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.compensation import unmixing_of
from flowpheno.compensation.solve import refuse_singular
from flowpheno.errors import CompensationError, GateError
from flowpheno.fcs.number import parse_number
from flowpheno.fcs.spillover import changes_nothing
from flowpheno.gates.channel import find_channel
from flowpheno.gates.dimension import FROM_FILE, UNCOMPENSATED, Dimension, Ratio
from flowpheno.gates.gate import dimensions_of
from flowpheno.sample import ChannelKind, Scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMatrix, Matrix, Values
    from flowpheno.gates.dimension import SpectrumMatrix
    from flowpheno.gates.strategy import Strategy
    from flowpheno.sample import Sample


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Source:
    """How a channel is made of columns of the file: their weighted sum."""

    columns: tuple[int, ...]
    weights: Values


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Unmixing:
    """What becomes of the columns of a matrix."""

    names: tuple[str, ...]  # of the compensated channels; empty for those of the sample
    columns: tuple[int, ...]
    weights: Matrix  # shape (columns, compensated channels)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plan:
    """Where a strategy finds its numbers in a sample.

    Attributes
    ----------
    sample : Sample
        The tube.
    sources : mapping of (str, str) to _Source
        Channel and compensation to the columns of the file.
    """

    sample: Sample
    sources: Mapping[tuple[str, str], _Source]

    def block(self, start: int, stop: int) -> Block:
        """Take a part of the events.

        Parameters
        ----------
        start, stop : int
            Events from the first up to, not including, the second.

        Returns
        -------
        Block
            It computes what it is asked for, once.
        """
        return Block(plan=self, events=self.sample.events[start:stop])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Block:
    """Some events, and what was computed of them.

    Attributes
    ----------
    plan : Plan
        Where numbers are found.
    events : EventMatrix
        As recorded, shape ``(n, n_channels)``.
    """

    plan: Plan
    events: EventMatrix
    _done: dict[Dimension | tuple[str, str] | int, Values] = field(default_factory=dict)

    def values(self, dimension: Dimension) -> Values:
        """Give a dimension of each event on its scale.

        Parameters
        ----------
        dimension : Dimension
            One of the strategy.

        Returns
        -------
        Values
            Double precision, shape ``(n,)``; not finite where a ratio or a scale has no value.
        """
        if dimension not in self._done:
            linear = self._linear(dimension)
            scale = dimension.transform
            self._done[dimension] = linear if scale is None else np.asarray(scale.apply(linear))
        return self._done[dimension]

    def _linear(self, dimension: Dimension) -> Values:
        plain = Dimension(channel=dimension.channel, compensation=dimension.compensation)
        if plain not in self._done:
            values = [self._channel(name, plain.compensation) for name in plain.channels]
            channel = plain.channel
            made = _ratio(channel, *values) if isinstance(channel, Ratio) else values[0]
            self._done[plain] = made
        return self._done[plain]

    def _channel(self, name: str, compensation: str) -> Values:
        key = (name, compensation)
        if key not in self._done:
            source = self.plan.sources[key]
            total = self._recorded(source.columns[0]) * source.weights[0]
            for column, weight in zip(source.columns[1:], source.weights[1:], strict=True):
                if weight:
                    total += self._recorded(column) * weight
            self._done[key] = total
        return self._done[key]

    def _recorded(self, column: int) -> Values:
        if column not in self._done:
            self._done[column] = self.events[:, column].astype(np.float64)
        return self._done[column]


def _ratio(ratio: Ratio, x: Values, y: Values) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(ratio.factor * (x - ratio.shift) / (y - ratio.base))


def plan_columns(strategy: Strategy, sample: Sample) -> Plan:
    """Find what a strategy looks at in a sample.

    Parameters
    ----------
    strategy : Strategy
        The gates.
    sample : Sample
        Its events are linear and divided by gain; see `evaluate`.

    Returns
    -------
    Plan
        Where to find every dimension.

    Raises
    ------
    GateError
        If a channel or a detector of a matrix is missing, or data that are compensated or on a
        relative scale would have to be compensated again or anew.
    """
    unmixings: dict[str, _Unmixing | None] = {}
    matrices = {matrix.id: matrix for matrix in strategy.matrices}
    sources: dict[tuple[str, str], _Source] = {}
    for gate in strategy.gates:
        for dimension in dimensions_of(gate):
            how = dimension.compensation
            if how not in unmixings:
                unmixings[how] = _unmixing(sample, how, matrices.get(how), gate=gate.id)
            for name in dimension.channels:
                if (name, how) not in sources:
                    unmixing = unmixings[how]
                    sources[name, how] = _source(sample, name, how, unmixing, gate=gate.id)
    return Plan(sample=sample, sources=sources)


def _source(
    sample: Sample, name: str, how: str, unmixing: _Unmixing | None, *, gate: str
) -> _Source:
    """Find a channel among those of a matrix first, then among those of the file."""
    if unmixing is not None and name in unmixing.names:
        place = unmixing.names.index(name)
        return _Source(columns=unmixing.columns, weights=unmixing.weights[:, place])
    column = find_channel(sample, name, gate=gate)
    if how == UNCOMPENSATED:
        _refuse_compensated(sample, column, gate=gate)
    elif unmixing is not None and not unmixing.names and column in unmixing.columns:
        place = unmixing.columns.index(column)
        return _Source(columns=unmixing.columns, weights=unmixing.weights[:, place])
    return _Source(columns=(column,), weights=np.array([_unit(sample, column)]))


def _refuse_compensated(sample: Sample, column: int, *, gate: str) -> None:
    """Refuse to call compensated values uncompensated, where compensation changed them."""
    own = sample.spillover
    if not sample.compensated or sample.channels[column].kind is not ChannelKind.FLUORESCENCE:
        return
    if own is not None:
        if sample.channels[column].detector not in own.detectors:
            return
        if changes_nothing(own):
            return
    raise GateError(
        f"gate {gate}: asks for {sample.channels[column].detector} uncompensated, "
        f"but {sample.name} is compensated"
    )


def _unit(sample: Sample, column: int) -> float:
    """Clock ticks are gated in seconds, where the file says how long one is."""
    if sample.channels[column].kind is not ChannelKind.TIME:
        return 1.0
    return parse_number(sample.keywords.get("$TIMESTEP", "")) or 1.0


def _unmixing(
    sample: Sample, how: str, matrix: SpectrumMatrix | None, *, gate: str
) -> _Unmixing | None:
    """Prepare a compensation; None where values are used as they are."""
    if how == UNCOMPENSATED or (how == FROM_FILE and (sample.compensated or not sample.spillover)):
        return None
    if sample.scale is Scale.RELATIVE:
        raise GateError(
            f"gate {gate}: {sample.name} is on a relative scale, which cannot be compensated"
        )
    try:
        if matrix is None:
            if sample.spillover is None:  # said above
                return None
            columns, weights = unmixing_of(sample, sample.spillover)
            return _Unmixing(names=(), columns=tuple(columns), weights=weights)
        return _of_matrix(sample, matrix, gate=gate)
    except CompensationError as error:
        raise GateError(f"gate {gate}: {error}") from error


def _of_matrix(sample: Sample, matrix: SpectrumMatrix, *, gate: str) -> _Unmixing:
    columns = tuple(find_channel(sample, name, gate=gate) for name in matrix.detectors)
    for column in columns:
        _refuse_compensated(sample, column, gate=gate)
    if len(set(columns)) < len(columns):
        raise GateError(f"gate {gate}: two detectors of {matrix.id} mean one channel")
    coefficients = np.array(matrix.coefficients, np.float64)
    refuse_singular(coefficients, matrix.fluorochromes, matrix.id)
    # observed = true @ coefficients; more detectors than fluorochromes: least squares
    square = len(coefficients) == len(columns)
    left = coefficients if square else coefficients @ coefficients.T
    weights = np.linalg.solve(left, np.eye(len(columns)) if square else coefficients)
    weights = weights if square else weights.T
    return _Unmixing(
        names=matrix.fluorochromes, columns=columns, weights=np.asarray(weights, np.float64)
    )
