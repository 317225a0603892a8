"""The cytometer: spill, gain, noise and range between true light and recorded value."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import SimulationError
from flowpheno.fcs.spillover import Spillover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.arrays import EventMatrix, Matrix, Values
    from flowpheno.panel.tubes import Tube
    from flowpheno.simulation.specification import Noise, Specification


class AttachedSpillover(StrEnum):
    """What the file says about spill; only one of them is right."""

    TRUE = "true"
    SCALED = "scaled"  # spill off the diagonal misjudged by `Instrument.matrix_error`
    TRANSPOSED = "transposed"
    SHIFTED = "shifted"  # detectors named in the wrong order
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A cytometer and its settings.

    Attributes
    ----------
    gains : mapping of str to float
        Factor of each detector by name, ``"FSC"`` and ``"SSC"`` for scatter (not its width); 1
        where not given. Amplifies light, photon noise and spill, not electronic noise.
    range_max : float or None
        Largest value it records; None for that of the specification.
    spill_factor : float
        True spill as a multiple of the specification's.
    attached : AttachedSpillover
        Which matrix the file carries.
    matrix_error : float
        Relative error of a scaled matrix: 0.1 attaches spill that is 10 % too large.
    """

    gains: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    range_max: float | None = None
    spill_factor: float = 1.0
    attached: AttachedSpillover = AttachedSpillover.TRUE
    matrix_error: float = 0.1

    def __post_init__(self) -> None:
        wrong = sorted(name for name, gain in self.gains.items() if not gain > 0)
        if wrong or self.spill_factor < 0:
            raise SimulationError(f"gain or spill is not positive: {', '.join(wrong) or 'spill'}")


def spill_matrix(specification: Specification, tube: Tube, *, factor: float = 1.0) -> Matrix:
    """Look up the spill between the fluorochromes of a tube.

    Parameters
    ----------
    specification : Specification
        Holds the table and the rule for fluorochromes outside it.
    tube : Tube
        The reagents.
    factor : float
        Multiplies everything off the diagonal.

    Returns
    -------
    Matrix
        Row emitter, column detector, 1 on the diagonal, shape ``(n, n)`` with `n` the
        fluorescence channels of the tube.

    Raises
    ------
    SimulationError
        If two channels are read in the same band, so that no matrix could tell them apart, or if
        the source of the tube names no fluorochromes.
    """
    spill = specification.spill
    bands = {name: band for band, names in spill.same_band.items() for name in names}
    dyes = [c.fluorochrome for c in tube.channels if c.fluorochrome is not None]
    if len(dyes) < len(tube.channels):
        raise SimulationError(
            f"{tube.name} cannot be simulated: its source names markers without fluorochromes"
        )
    emitters = [bands.get(dye, dye) for dye in dyes]
    if twice := sorted({band for band in emitters if emitters.count(band) > 1}):
        raise SimulationError(f"{tube.name}: two channels read the band of {', '.join(twice)}")
    known = set(spill.table)
    near = spill.generated
    by_distance = {1: near.to_next, -1: near.to_previous, 2: near.to_second}
    matrix = np.eye(len(emitters))
    for row, emitter in enumerate(emitters):
        for column, detector in enumerate(emitters):
            if row == column:
                continue
            listed = emitter in known and detector in known
            value = (
                spill.table[emitter].get(detector, 0.0)
                if listed
                else by_distance.get(column - row, 0.0)
            )
            matrix[row, column] = factor * value
    return matrix


def observe(
    light: EventMatrix,
    spill: Matrix,
    gains: Values,
    *,
    noise: Noise,
    rng: np.random.Generator,
) -> EventMatrix:
    """Record light: spill, gain, photon and electronic noise; no range yet.

    Parameters
    ----------
    light : EventMatrix
        True fluorescence, linear, shape ``(n_events, n_channels)``.
    spill : Matrix
        Row emitter, column detector, shape ``(n_channels, n_channels)``.
    gains : Values
        Factor of each detector, shape ``(n_channels,)``.
    noise : Noise
        Electronic SD, and photon variance for each unit of intensity at gain 1.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    EventMatrix
        Recorded values, same shape; may be negative.
    """
    gain = gains.astype(np.float32)
    seen = np.asarray(light @ (spill.astype(np.float32) * gain))
    sd = np.maximum(seen, 0)
    sd *= np.float32(noise.photon_variance) * gain
    sd += np.float32(noise.electronic_sd**2)
    np.sqrt(sd, out=sd)
    sd *= rng.standard_normal(seen.shape, dtype=np.float32)
    seen += sd
    return seen


def detector_gains(instrument: Instrument, tube: Tube) -> Values:
    """Look up the gain of each fluorescence detector.

    Parameters
    ----------
    instrument : Instrument
        The cytometer.
    tube : Tube
        The tube.

    Returns
    -------
    Values
        Factors in channel order, shape ``(n_channels,)``.

    Raises
    ------
    SimulationError
        If a gain is given for a detector that the tube does not use.
    """
    names = [channel.detector for channel in tube.channels]
    if unknown := sorted(set(instrument.gains) - {*names, "FSC", "SSC"}):
        raise SimulationError(f"{tube.name} has no detector {', '.join(unknown)}")
    return np.array([instrument.gains.get(name, 1.0) for name in names])


def attached_spillover(
    instrument: Instrument, tube: Tube, spill: Matrix, gains: Values
) -> Spillover | None:
    """Write down the matrix that the file carries.

    Parameters
    ----------
    instrument : Instrument
        Says whether it is right.
    tube : Tube
        Names the detectors.
    spill : Matrix
        True spill at gain 1, shape ``(n, n)``.
    gains : Values
        Factor of each detector, shape ``(n,)``.

    Returns
    -------
    Spillover or None
        1 on the diagonal; None if it shall be missing.
    """
    detectors = tuple(channel.detector for channel in tube.channels)
    matrix = spill * gains[None, :] / gains[:, None]
    match instrument.attached:
        case AttachedSpillover.MISSING:
            return None
        case AttachedSpillover.TRANSPOSED:
            matrix = matrix.T.copy()
        case AttachedSpillover.SHIFTED:
            detectors = (*detectors[1:], detectors[0])
        case AttachedSpillover.SCALED:
            off = matrix * (1 + instrument.matrix_error)
            matrix = np.where(np.eye(len(matrix), dtype=bool), 1.0, off)
        case AttachedSpillover.TRUE:
            pass
    return Spillover(detectors=detectors, matrix=matrix, source="simulated")
