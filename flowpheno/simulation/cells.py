"""Cells: the light that each one truly emits, before any detector sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.simulation.levels import Level, draw_levels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from flowpheno.arrays import EventMatrix
    from flowpheno.panel.tubes import Tube
    from flowpheno.simulation.composition import Composition
    from flowpheno.simulation.specification import CellType, Hematogones, Specification

    Floats = npt.NDArray[np.float32]

_LN10 = math.log(10.0)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cells:
    """Events with their true light.

    Attributes
    ----------
    light : EventMatrix
        Fluorescence without spill or noise, autofluorescence included and centred, linear,
        shape ``(n_events, n_fluorescence_channels)``.
    fsc, ssc : ndarray of float32
        Scatter area, linear, shape ``(n_events,)``.
    maturation : ndarray of float32
        Latent maturation of hematogones, 0 to 1; NaN for all others; shape ``(n_events,)``.
    """

    light: EventMatrix
    fsc: Floats
    ssc: Floats
    maturation: Floats

    def __len__(self) -> int:
        return len(self.fsc)

    def take(self, which: npt.NDArray[np.intp]) -> Cells:
        """Pick cells by index, in that order.

        Parameters
        ----------
        which : ndarray of int
            Indices, shape ``(n,)``; may repeat.

        Returns
        -------
        Cells
            `n` cells.
        """
        return Cells(
            light=self.light[which],
            fsc=self.fsc[which],
            ssc=self.ssc[which],
            maturation=self.maturation[which],
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Staining:
    """A tube with the shifts of this one staining.

    Attributes
    ----------
    specification : Specification
        The marrow specification.
    tube : Tube
        Its reagents.
    shifts : ndarray of float32
        Shift of each fluorescence channel, common to all cells, log10, shape ``(n_channels,)``.
    """

    specification: Specification
    tube: Tube
    shifts: Floats


def draw_population(
    staining: Staining,
    composition: Composition,
    name: str,
    n: int,
    *,
    rng: np.random.Generator,
    dead: bool = False,
) -> Cells:
    """Draw single cells of one nucleated population.

    Parameters
    ----------
    staining : Staining
        The tube.
    composition : Composition
        The specimen.
    name : str
        Population of the specimen.
    n : int
        Number of cells.
    rng : numpy.random.Generator
        Source of chance.
    dead : bool
        Whether they are dead: smaller, autofluorescent, taking up a viability dye.

    Returns
    -------
    Cells
        `n` cells; none if `n` is 0.
    """
    specification = staining.specification
    drawn = draw_levels(specification, composition, name, n, rng=rng)
    levels = dict(drawn.levels)
    death = specification.artefacts.dead
    base = _autofluorescence(drawn.kind, specification)
    if dead:
        levels["VIABILITY"] = Level(mean=death.viability[0], sd=death.viability[1])
        base += death.af_add
    size = rng.standard_normal(n, dtype=np.float32)
    fsc, ssc = _scatter(drawn.kind, size, specification, rng)
    return Cells(
        light=stain(levels, size, staining, autofluorescence=base, rng=rng),
        fsc=fsc * np.float32(death.fsc_factor if dead else 1.0),
        ssc=ssc * np.float32(death.ssc_factor if dead else 1.0),
        maturation=drawn.maturation,
    )


def draw_particles(
    staining: Staining, kind: CellType, n: int, *, rng: np.random.Generator
) -> Cells:
    """Draw events without a nucleus: debris or platelets.

    Parameters
    ----------
    staining : Staining
        The tube.
    kind : CellType
        What they are.
    n : int
        Their number.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Cells
        `n` events; none if `n` is 0.
    """
    size = rng.standard_normal(n, dtype=np.float32)
    fsc, ssc = _scatter(kind, size, staining.specification, rng)
    base = _autofluorescence(kind, staining.specification)
    levels = {marker: Level(mean=mean, sd=sd) for marker, (mean, sd) in kind.m.items()}
    return Cells(
        light=stain(levels, size, staining, autofluorescence=base, rng=rng),
        fsc=fsc,
        ssc=ssc,
        maturation=np.full(n, np.nan, dtype=np.float32),
    )


def stain(
    levels: Mapping[str, Level],
    size: Floats,
    staining: Staining,
    *,
    autofluorescence: float,
    rng: np.random.Generator,
) -> EventMatrix:
    """Turn levels into light; the reagents of a combined channel add linearly.

    Parameters
    ----------
    levels : mapping of str to Level
        Expressed markers; those not stained are passed over.
    size : ndarray of float32
        Standardised size of each cell, shape ``(n,)``: large cells carry more antigen.
    staining : Staining
        The tube.
    autofluorescence : float
        Median, log10.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    EventMatrix
        Linear light, shape ``(n, n_channels)``.
    """
    defaults = staining.specification.defaults
    n, channels = len(size), staining.tube.channels
    background = rng.standard_normal((len(channels), n), dtype=np.float32)
    background *= np.float32(defaults.negative.autofluor_sd * _LN10)
    background += np.float32(autofluorescence * _LN10)
    light = np.exp(background, out=background)
    light -= np.float32(10**defaults.negative.autofluor_log10)
    for row, channel in enumerate(channels):
        for antigen in channel.antigens:
            if antigen in levels:
                log10 = _express(levels[antigen], size, defaults.cov_rho_fsc, rng)
                log10 += staining.shifts[row]
                light[row] += np.exp(log10 * np.float32(_LN10))
    return light.T


def concatenate(parts: Sequence[Cells]) -> Cells:
    """Put cells of several draws one after the other.

    Parameters
    ----------
    parts : sequence of Cells
        At least one, all of one tube.

    Returns
    -------
    Cells
        All of them, in order.
    """
    return Cells(
        light=np.concatenate([part.light for part in parts]),
        fsc=np.concatenate([part.fsc for part in parts]),
        ssc=np.concatenate([part.ssc for part in parts]),
        maturation=np.concatenate([part.maturation for part in parts]),
    )


def _express(level: Level, size: Floats, rho: float, rng: np.random.Generator) -> Floats:
    """log10 signal of each cell; ``-inf`` where not expressed."""
    value = rng.standard_normal(len(size), dtype=np.float32)
    value *= np.float32(math.sqrt(1 - rho**2))
    value += np.float32(rho) * size
    value *= np.float32(level.sd)
    value += np.asarray(level.mean, dtype=np.float32)
    if level.positive < 1:
        value[rng.random(len(size), dtype=np.float32) >= level.positive] = -np.inf
    value[value < level.negative_below] = -np.inf
    return value


def _autofluorescence(kind: CellType | Hematogones, specification: Specification) -> float:
    own = getattr(kind, "af", None)
    return own if own is not None else specification.defaults.negative.autofluor_log10


def _scatter(
    kind: CellType | Hematogones,
    size: Floats,
    specification: Specification,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    floor = specification.defaults.scatter_floor
    fsc = np.float32(kind.fsc[0]) + np.float32(kind.fsc[1]) * size
    ssc = rng.standard_normal(len(size), dtype=np.float32) * np.float32(kind.ssc[1])
    ssc += np.float32(kind.ssc[0])
    return np.maximum(fsc, np.float32(floor.fsc)), np.maximum(ssc, np.float32(floor.ssc))
