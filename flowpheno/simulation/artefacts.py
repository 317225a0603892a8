"""What a file holds besides living single cells, and what time does to all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import SimulationError
from flowpheno.simulation.cells import Cells

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowpheno.arrays import EventMask, Values
    from flowpheno.simulation.specification import Specification


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """How much of each artefact; None draws it from the range of the specification.

    Attributes
    ----------
    doublets, debris, platelets, margin : float or None
        Share of all recorded events, 0 to below 1.
    dead : float or None
        Share of dead cells among nucleated singlets, 0 to below 1.
    drift_log10 : float or None
        Change of all fluorescence from the first to the last event, log10; None for the
        specification's size in a random direction.
    clog : bool or None
        Whether a part of the run is dimmed.
    """

    doublets: float | None = None
    debris: float | None = None
    platelets: float | None = None
    margin: float | None = None
    dead: float | None = None
    drift_log10: float | None = None
    clog: bool | None = None

    def __post_init__(self) -> None:
        shares = (self.doublets, self.debris, self.platelets, self.margin, self.dead)
        if any(share is not None and not 0 <= share < 1 for share in shares):
            raise SimulationError(f"a share of artefacts is not in [0, 1): {shares}")


NO_ARTEFACTS = Artefacts(
    doublets=0.0, debris=0.0, platelets=0.0, margin=0.0, dead=0.0, drift_log10=0.0, clog=False
)
"""Living single cells only, on a steady cytometer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Artefacts of one file, drawn.

    Attributes
    ----------
    dead, doublets, debris, platelets, margin : int
        Events.
    drift_log10 : float
        Change of fluorescence over the run.
    clog : tuple of float or None
        Begin and end of a clog as fractions of the run; None without one.
    """

    dead: int
    doublets: int
    debris: int
    platelets: int
    margin: int
    drift_log10: float
    clog: tuple[float, float] | None


def draw_amounts(
    specification: Specification,
    artefacts: Artefacts,
    n_singlets: int,
    *,
    rng: np.random.Generator,
) -> Amounts:
    """Draw how much of each artefact a file holds.

    Parameters
    ----------
    specification : Specification
        The ranges.
    artefacts : Artefacts
        What is fixed.
    n_singlets : int
        Living nucleated singlets, to which artefacts are added.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Amounts
        Numbers of events, drift, clog.

    Raises
    ------
    SimulationError
        If the shares leave no room for cells.
    """
    known = specification.artefacts
    ranges = {
        "dead": (artefacts.dead, known.dead.frac),
        "doublets": (artefacts.doublets, known.doublets.frac),
        "debris": (artefacts.debris, known.debris.frac),
        "platelets": (artefacts.platelets, known.platelet_aggr.frac),
        "margin": (artefacts.margin, known.margin.frac),
    }
    share = {}
    for name, (fixed, drawn_from) in ranges.items():
        drawn = float(rng.uniform(*drawn_from))
        share[name] = drawn if fixed is None else fixed
    dead = round(n_singlets * share["dead"] / (1 - share.pop("dead")))
    if sum(share.values()) >= 1:
        raise SimulationError(f"artefacts take {sum(share.values()):.0%} of all events")
    total = (n_singlets + dead) / (1 - sum(share.values()))
    counts = {name: round(total * value) for name, value in share.items()}
    drift = known.time.drift_log10 * rng.choice([-1.0, 1.0])
    clogged, begin = rng.random() < known.time.clog_prob, rng.random()
    length = rng.uniform(*known.time.clog_length)
    begin *= 1 - length
    return Amounts(
        dead=dead,
        **counts,
        drift_log10=float(drift) if artefacts.drift_log10 is None else artefacts.drift_log10,
        clog=(begin, begin + length)
        if (clogged if artefacts.clog is None else artefacts.clog)
        else None,
    )


def draw_doublets(cells: Cells, n: int, *, rng: np.random.Generator) -> Cells:
    """Let two random cells pass together: their light and scatter add.

    Parameters
    ----------
    cells : Cells
        Single cells, living and dead; at least one unless `n` is 0.
    n : int
        Number of doublets.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Cells
        `n` doublets.
    """
    one, other = rng.integers(len(cells), size=(2, n)) if n else np.zeros((2, 0), dtype=np.intp)
    return Cells(
        light=cells.light[one] + cells.light[other],
        fsc=cells.fsc[one] + cells.fsc[other],
        ssc=cells.ssc[one] + cells.ssc[other],
        maturation=np.full(n, np.nan, dtype=np.float32),
    )


def draw_margin(cells: Cells, n: int, *, rng: np.random.Generator) -> Cells:
    """Let events exceed the range of both scatters.

    Parameters
    ----------
    cells : Cells
        Single cells whose fluorescence they have; at least one unless `n` is 0.
    n : int
        Number of events.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Cells
        `n` events of infinite scatter; recording clips them.
    """
    one = rng.integers(len(cells), size=n) if n else np.zeros(0, dtype=np.intp)
    beyond = np.full(n, np.inf, dtype=np.float32)
    return Cells(
        light=cells.light[one],
        fsc=beyond,
        ssc=beyond,
        maturation=np.full(n, np.nan, dtype=np.float32),
    )


def dimming(moments: Values, amounts: Amounts) -> tuple[npt.NDArray[np.float32], EventMask]:
    """Say what drift and clog do to each event.

    Parameters
    ----------
    moments : Values
        When each event passed, as a fraction of the run, shape ``(n_events,)``.
    amounts : Amounts
        Drift and clog.

    Returns
    -------
    ndarray of float32
        Factor of the drift on fluorescence, shape ``(n_events,)``.
    EventMask
        Events that passed during the clog.
    """
    begin, end = amounts.clog if amounts.clog is not None else (0.0, 0.0)
    clogged = (begin <= moments) & (moments < end)
    return np.power(10.0, amounts.drift_log10 * moments).astype(np.float32), clogged
