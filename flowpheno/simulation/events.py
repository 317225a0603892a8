"""All events of one tube, cells and artefacts, in the order in which they pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.simulation.artefacts import draw_doublets, draw_margin
from flowpheno.simulation.cells import Cells, concatenate, draw_particles, draw_population

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.simulation.artefacts import Amounts
    from flowpheno.simulation.cells import Staining
    from flowpheno.simulation.composition import Composition

DEAD, DOUBLET, DEBRIS, PLATELET, MARGIN = "dead", "doublet", "debris", "platelet_aggr", "margin"

ARTEFACT_LABELS = (DEAD, DOUBLET, DEBRIS, PLATELET, MARGIN)
"""Labels of events that are not living nucleated singlets."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Events:
    """True light of all events with their labels.

    Attributes
    ----------
    cells : Cells
        Light, scatter, maturation.
    labels, origin : ndarray of str
        Most specific name of each event, and the population a dead cell came from, shape
        ``(n_events,)``.
    """

    cells: Cells
    labels: npt.NDArray[np.str_]
    origin: npt.NDArray[np.str_]


def draw_events(
    staining: Staining,
    composition: Composition,
    n_singlets: int,
    *,
    amounts: Amounts,
    rng: np.random.Generator,
) -> Events:
    """Draw living singlets and what comes with them, in random order.

    Parameters
    ----------
    staining : Staining
        The tube.
    composition : Composition
        The specimen.
    n_singlets : int
        Living nucleated singlets.
    amounts : Amounts
        Artefacts to add.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Events
        All events; none if `n_singlets` is 0.
    """
    names = list(composition.fractions)
    living = _draw_singlets(staining, composition, n_singlets, rng=rng)
    dying = _draw_singlets(staining, composition, amounts.dead, rng=rng, dead=True)
    singlets = concatenate([cells for _, cells in (*living, *dying)])
    artefacts = staining.specification.artefacts
    others = [
        (DOUBLET, draw_doublets(singlets, amounts.doublets, rng=rng)),
        (DEBRIS, draw_particles(staining, artefacts.debris, amounts.debris, rng=rng)),
        (PLATELET, draw_particles(staining, artefacts.platelet_aggr, amounts.platelets, rng=rng)),
        (MARGIN, draw_margin(singlets, amounts.margin, rng=rng)),
    ]
    lengths = [len(cells) for _, cells in (*living, *dying, *others)]
    origin = [name for name, _ in (*living, *dying, *others)]
    labels = [*names, *(DEAD for _ in dying), *(name for name, _ in others)]
    every = concatenate([singlets, *(cells for _, cells in others)])
    order = rng.permutation(len(every))
    which = np.repeat(np.arange(len(lengths)), lengths)[order]
    return Events(
        cells=every.take(order),
        labels=np.array(labels)[which],
        origin=np.array(origin)[which],
    )


def _draw_singlets(
    staining: Staining,
    composition: Composition,
    n: int,
    *,
    rng: np.random.Generator,
    dead: bool = False,
) -> list[tuple[str, Cells]]:
    """Draw every population in turn, the number of its cells by chance."""
    names, fractions = zip(*composition.fractions.items(), strict=True)
    counts = rng.multinomial(n, np.array(fractions) / sum(fractions))
    return [
        (name, draw_population(staining, composition, name, int(count), rng=rng, dead=dead))
        for name, count in zip(names, counts, strict=True)
    ]
