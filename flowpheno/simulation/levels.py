"""Expression levels: what each cell of a population carries of each marker."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.simulation.composition import BLAST, HEMATOGONE
from flowpheno.simulation.patient import archetype_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from flowpheno.arrays import EventMask
    from flowpheno.simulation.composition import Composition
    from flowpheno.simulation.patient import BlastPatient, Tail
    from flowpheno.simulation.specification import (
        BlastArchetype,
        CellType,
        Hematogones,
        NormalPopulation,
        Specification,
    )

    Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Level:
    """How the cells of one population express one marker, cell by cell.

    Attributes
    ----------
    mean : float or ndarray of float32
        log10; ``-inf`` where a cell does not express it.
    sd : float
        log10.
    positive : float
        Fraction of cells that express it.
    negative_below : float
        A level below this counts as not expressed.
    """

    mean: float | Floats
    sd: float
    positive: float = 1.0
    negative_below: float = -math.inf


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DrawnLevels:
    """Cells of one population before staining.

    Attributes
    ----------
    kind : CellType or Hematogones
        What they are: scatter and autofluorescence.
    levels : mapping of str to Level
        Markers they carry, DNA as ``"SYTO"`` included.
    maturation : ndarray of float32
        Latent maturation of hematogones, 0 to 1; NaN for all others; shape ``(n,)``.
    """

    kind: CellType | Hematogones
    levels: Mapping[str, Level]
    maturation: Floats


def draw_levels(
    specification: Specification,
    composition: Composition,
    name: str,
    n: int,
    *,
    rng: np.random.Generator,
) -> DrawnLevels:
    """Draw what the cells of one nucleated population carry.

    Parameters
    ----------
    specification : Specification
        The marrow specification.
    composition : Composition
        The specimen.
    name : str
        One of its populations.
    n : int
        Number of cells.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    DrawnLevels
        Levels for `n` cells.
    """
    maturation = np.full(n, np.nan, dtype=np.float32)
    index = 1.0
    kind: CellType | Hematogones
    if name == HEMATOGONE:
        kind = specification.hematogones
        maturation = _draw_maturation(kind, composition.state, n, rng)
        levels = _hematogone_levels(kind, composition.shifts[name], maturation, rng)
    elif name == BLAST and composition.patient is not None:
        index = composition.patient.dna_index
        kind = archetype_of(specification, composition.patient.archetype)
        levels = _blast_levels(kind, composition.patient, n)
        if composition.patient.tail is not None:
            levels |= _tail_levels(specification, levels, composition.patient.tail, n, rng)
    else:
        kind = specification.populations[name]
        levels = _normal_levels(kind, composition.shifts[name], n, rng)
    if name != BLAST:
        levels = {m: level for m, level in levels.items() if m not in composition.normal_lost}
    levels["SYTO"] = _dna_level(specification, index, composition.cycling, n, rng)
    return DrawnLevels(kind=kind, levels=levels, maturation=maturation)


def _normal_levels(
    kind: NormalPopulation, shifts: Mapping[str, float], n: int, rng: np.random.Generator
) -> dict[str, Level]:
    levels = {
        marker: Level(mean=mean + shifts.get(marker, 0.0), sd=sd)
        for marker, (mean, sd) in (kind.m | kind.also).items()
    }
    if kind.one_of:
        levels |= _one_of(levels, kind.one_of, n, rng.spawn(1)[0])
    if kind.light_chain is not None:
        kappa = rng.random(n) < kind.light_chain.kappa
        mean, sd = kind.light_chain.level
        levels |= _light_chains(np.full(n, mean, dtype=np.float32), sd, kappa)
    return levels


def _one_of(
    levels: Mapping[str, Level], shares: Mapping[str, float], n: int, rng: np.random.Generator
) -> dict[str, Level]:
    """Let each cell carry at most one of some markers."""
    bounds = np.cumsum([*shares.values()])
    carried = np.searchsorted(bounds, rng.random(n), side="right")
    never = np.float32(-np.inf)
    return {
        marker: replace(
            levels[marker],
            mean=np.where(carried == place, np.float32(levels[marker].mean), never),
        )
        for place, marker in enumerate(shares)
    }


def _blast_levels(kind: BlastArchetype, patient: BlastPatient, n: int) -> dict[str, Level]:
    """Levels of the patient's blasts; patients carry their own shifts."""
    levels = {
        str(marker): Level(mean=e.mean, sd=e.sd, positive=e.positive)
        for marker, e in patient.expression.items()
    }
    if patient.kappa is not None and kind.light_chain is not None:
        mean, sd = kind.light_chain.level
        kappa = np.full(n, patient.kappa)
        levels |= _light_chains(np.full(n, mean, dtype=np.float32), sd, kappa)
    return levels


def _tail_levels(
    specification: Specification,
    levels: Mapping[str, Level],
    tail: Tail,
    n: int,
    rng: np.random.Generator,
) -> dict[str, Level]:
    """Move some cells along the way; what was not expressed begins at the level of being seen."""
    way = rng.uniform(0, 1, n).astype(np.float32)
    way[rng.random(n) >= tail.fraction] = 0
    begin = specification.hematogones.negative_below
    moved: dict[str, Level] = {}
    for marker, shift in tail.shifts.items():
        old = levels.get(marker)
        if old is not None:
            moved[marker] = replace(old, mean=np.float32(old.mean) + way * np.float32(shift))
            continue
        mean = np.where(way > 0, begin + way * shift, -np.inf).astype(np.float32)
        moved[marker] = Level(mean=mean, sd=specification.hematogones.noise_sd)
    return moved


def _hematogone_levels(
    kind: Hematogones,
    shifts: Mapping[str, float],
    maturation: Floats,
    rng: np.random.Generator,
) -> dict[str, Level]:
    curves = {
        marker: np.interp(maturation, kind.knots, curve).astype(np.float32)
        for marker, curve in kind.levels.items()
    }
    below = kind.negative_below
    levels = {
        marker: Level(
            mean=curve + np.float32(shifts[marker]), sd=kind.noise_sd, negative_below=below
        )
        for marker, curve in curves.items()
    }
    chain = np.interp(maturation, kind.knots, kind.light_chain.levels).astype(np.float32)
    kappa = rng.random(len(maturation)) < kind.light_chain.kappa
    return levels | _light_chains(chain, kind.noise_sd, kappa, negative_below=below)


def _light_chains(
    mean: Floats, sd: float, kappa: EventMask, *, negative_below: float = -math.inf
) -> dict[str, Level]:
    """Each cell carries one of the two."""
    never = np.float32(-np.inf)
    return {
        "sIgK": Level(mean=np.where(kappa, mean, never), sd=sd, negative_below=negative_below),
        "sIgL": Level(mean=np.where(kappa, never, mean), sd=sd, negative_below=negative_below),
    }


def _draw_maturation(kind: Hematogones, state: str, n: int, rng: np.random.Generator) -> Floats:
    """Draw a stage by weight, then uniformly inside the stage."""
    stage = rng.choice(len(kind.stages), size=n, p=kind.mixtures[state].w)
    low, high = np.array(kind.stages).T
    return np.asarray(rng.uniform(low[stage], high[stage]), dtype=np.float32)


def _dna_level(
    specification: Specification,
    index: float,
    cycling: float,
    n: int,
    rng: np.random.Generator,
) -> Level:
    """DNA content: 2n, or between 2n and 4n in S, or 4n in G2."""
    mean, sd = specification.dna.level
    chance = rng.random(n)
    in_s = chance < cycling * specification.dna.cycling_in_s
    content = np.where(chance < cycling, 2.0, 1.0)
    content[in_s] = rng.uniform(1.0, 2.0, n)[in_s]
    return Level(mean=(mean + np.log10(content * index)).astype(np.float32), sd=sd)
