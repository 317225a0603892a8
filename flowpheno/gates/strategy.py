"""Gates that belong together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from flowpheno.errors import GateError
from flowpheno.gates.dimension import FROM_FILE, UNCOMPENSATED
from flowpheno.gates.gate import Boolean, Quadrants, dimensions_of

if TYPE_CHECKING:
    from flowpheno.gates.dimension import SpectrumMatrix
    from flowpheno.gates.gate import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """Gates by id, and the matrices they use.

    Attributes
    ----------
    gates : tuple of Gate
        In the order they are shown; a gate may come before its parent.
    matrices : tuple of SpectrumMatrix
        Matrices that dimensions name.
    name : str
        Shown in reports; empty if it has none.
    """

    gates: tuple[Gate, ...]
    matrices: tuple[SpectrumMatrix, ...] = ()
    name: str = ""

    def __post_init__(self) -> None:
        _refuse_twice([matrix.id for matrix in self.matrices], "matrices")
        _refuse_twice([name for gate in self.gates for name in _ids(gate)], "gates")
        known = {name for gate in self.gates for name in populations_of(gate)}
        usable = {UNCOMPENSATED, FROM_FILE, *(matrix.id for matrix in self.matrices)}
        for gate in self.gates:
            if missing := [name for name in _needed(gate) if name not in known]:
                raise GateError(f"gate {gate.id} refers to {missing[0]}, which is no gate here")
            for dimension in dimensions_of(gate):
                if dimension.compensation not in usable:
                    raise GateError(
                        f"gate {gate.id}: there is no matrix called {dimension.compensation}"
                    )
        self.in_order()

    def in_order(self) -> tuple[Gate, ...]:
        """Sort the gates so that each stands after those it needs.

        Returns
        -------
        tuple of Gate
            All gates.

        Raises
        ------
        GateError
            If a gate needs itself.
        """
        home = {name: gate for gate in self.gates for name in populations_of(gate)}
        by_id = {gate.id: gate for gate in self.gates}
        graph = {g.id: {home[name].id for name in _needed(g)} for g in self.gates}
        try:
            return tuple(by_id[name] for name in TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise GateError(f"gates need each other: {' > '.join(error.args[1])}") from error


def populations_of(gate: Gate) -> tuple[str, ...]:
    """Name the sets of events a gate gives.

    Parameters
    ----------
    gate : Gate
        Any gate.

    Returns
    -------
    tuple of str
        Its id; of quadrants theirs.
    """
    if isinstance(gate, Quadrants):
        return tuple(quadrant.id for quadrant in gate.quadrants)
    return (gate.id,)


def _ids(gate: Gate) -> tuple[str, ...]:
    return (gate.id, *populations_of(gate)) if isinstance(gate, Quadrants) else (gate.id,)


def _needed(gate: Gate) -> tuple[str, ...]:
    parents = (gate.parent,) if gate.parent else ()
    if isinstance(gate, Boolean):
        return (*parents, *(reference.gate for reference in gate.references))
    return parents


def _refuse_twice(names: list[str], what: str) -> None:
    if twice := sorted(name for name, n in Counter(names).items() if n > 1):
        raise GateError(f"two {what} are called {', '.join(twice)}")
