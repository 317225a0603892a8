"""What is being edited: a tube, its gates, what was there before; an action gives a new state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.errors import GateError
from flowpheno.gates import Boolean, GateResults, Strategy, evaluate, populations_of
from flowpheno.gates.evaluate import masks_of
from flowpheno.gates.gate import dimensions_of
from flowpheno.pipeline.drawn import by_gain
from flowpheno.population import Population
from flowpheno.widget.plane import Plane, channels_of, make_plane
from flowpheno.widget.shapes import Shape, gate_of, moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.arrays import EventMask
    from flowpheno.gates import Gate
    from flowpheno.sample import Sample
    from flowpheno.widget.plane import Point

_REMEMBERED = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Editing:
    """A tube and its gates while they are drawn.

    Attributes
    ----------
    sample : Sample
        As recorded, divided by gain.
    strategy : Strategy
        The gates so far.
    results : GateResults
        What they hold.
    plane : Plane
        What is looked at.
    parent : str
        Population that is shown and divided; empty for all events.
    past, future : tuple of Strategy
        What `undo` and `redo` go back and forth to, the nearest last.
    """

    sample: Sample
    strategy: Strategy
    results: GateResults
    plane: Plane
    parent: str = ""
    past: tuple[Strategy, ...] = ()
    future: tuple[Strategy, ...] = ()

    @property
    def shown(self) -> EventMask:
        """Events of the parent, shape ``(n_events,)``."""
        if self.parent:
            return self.results.populations[self.parent].mask
        return np.ones(self.sample.n_events, np.bool_)

    def gate(self, name: str) -> Gate:
        """Look a gate up.

        Parameters
        ----------
        name : str
            Its id.

        Returns
        -------
        Gate
            The gate.

        Raises
        ------
        GateError
            If there is none.
        """
        for gate in self.strategy.gates:
            if gate.id == name:
                return gate
        raise GateError(f"there is no gate called {name}")


def start(
    sample: Sample, x: str = "", y: str = "", *, strategy: Strategy | None = None
) -> Editing:
    """Begin to draw.

    Parameters
    ----------
    sample : Sample
        As read.
    x, y : str
        Detectors, labels or markers; empty for the first two channels.
    strategy : Strategy or None
        Gates that are there already.

    Returns
    -------
    Editing
        Nothing to undo yet.

    Raises
    ------
    GateError
        If the gates or channels do not fit the tube, or it has fewer than two channels.
    """
    ready = by_gain(sample)
    names = [name for name, _ in channels_of(ready)]
    if len(names) < 2:  # noqa: PLR2004 - a plane
        raise GateError(f"{sample.name} has fewer than two channels to draw on")
    first = x or next(name for name in names if name != y)
    second = y or next(name for name in names if name != first)
    gates = strategy or Strategy(gates=(), name=f"gates of {sample.name}")
    return Editing(
        sample=ready,
        strategy=gates,
        results=evaluate(gates, ready),
        plane=make_plane(ready, first, second),
    )


def draw(state: Editing, shape: Shape, points: Sequence[Point], *, name: str = "") -> Editing:
    """Add a gate to what is shown.

    Parameters
    ----------
    state : Editing
        Before.
    shape : Shape
        What was drawn.
    points : sequence of (float, float)
        See `gate_of`.
    name : str
        Of the gate; a number if empty.

    Returns
    -------
    Editing
        After.

    Raises
    ------
    GateError
        If it encloses nothing, or the name is taken.
    """
    gate = gate_of(state.plane, shape, points, name=name or _free(state), parent=state.parent)
    return _with_gates(state, (*state.strategy.gates, gate))


def drag(state: Editing, name: str, handle: int, to: Point) -> Editing:
    """Change a gate by one of its points.

    Parameters
    ----------
    state : Editing
        Before.
    name : str
        Id of the gate.
    handle : int
        See `moved`.
    to : (float, float)
        Where it goes.

    Returns
    -------
    Editing
        After.

    Raises
    ------
    GateError
        If it cannot be moved so.
    """
    changed = moved(state.plane, state.gate(name), handle, to)
    return _with_gates(
        state, tuple(changed if gate.id == name else gate for gate in state.strategy.gates)
    )


def remove(state: Editing, name: str) -> Editing:
    """Take a gate away, with all that depend on it.

    Parameters
    ----------
    state : Editing
        Before.
    name : str
        Id of the gate.

    Returns
    -------
    Editing
        After; if what was shown is gone, the nearest that is left is shown.

    Raises
    ------
    GateError
        If there is none.
    """
    gone = {name, *populations_of(state.gate(name))}
    while more := {
        one
        for gate in state.strategy.gates
        for one in (gate.id, *populations_of(gate))
        if _needs(gate) & gone and one not in gone
    }:
        gone |= more
    parents = {p: g.parent for g in state.strategy.gates for p in populations_of(g)}
    parent = state.parent
    while parent in gone:
        parent = parents[parent]
    kept = tuple(gate for gate in state.strategy.gates if gate.id not in gone)
    return _with_gates(replace(state, parent=parent), kept)


def rename(state: Editing, name: str, to: str) -> Editing:
    """Call a gate otherwise, wherever it is referred to.

    Parameters
    ----------
    state : Editing
        Before.
    name, to : str
        Its id, before and after.

    Returns
    -------
    Editing
        After.

    Raises
    ------
    GateError
        If there is none, the new id is empty or taken, or it is a quadrant gate.
    """
    if populations_of(state.gate(name)) != (name,):
        raise GateError(f"gate {name}: quadrants are not renamed here")
    gates = tuple(_renamed(gate, name, to.strip()) for gate in state.strategy.gates)
    parent = to.strip() if state.parent == name else state.parent
    return replace(_with_gates(replace(state, parent=""), gates), parent=parent)


def look_at(state: Editing, *, x: str = "", y: str = "", parent: str | None = None) -> Editing:
    """Show other channels, or another population.

    Parameters
    ----------
    state : Editing
        Before.
    x, y : str
        Channels; empty for those shown. The one for the other swaps them.
    parent : str or None
        Population; None for the one shown, empty for all events.

    Returns
    -------
    Editing
        After; the gates are the same.

    Raises
    ------
    GateError
        If there is no such channel or population.
    """
    chosen = state.parent if parent is None else parent
    if chosen and chosen not in state.results.populations:
        raise GateError(f"there is no population called {chosen}")
    before = state.plane
    names = [str(side.dimension.channel) for side in (before.x, before.y)]
    wanted = [x or names[0], y or names[1]]
    if wanted[0] == wanted[1]:
        wanted = names[::-1]
    plane = before if wanted == names else make_plane(state.sample, *wanted)
    return replace(state, plane=plane, parent=chosen)


def undo(state: Editing) -> Editing:
    """Go back one step.

    Parameters
    ----------
    state : Editing
        Before.

    Returns
    -------
    Editing
        The same if there is nothing to undo.
    """
    if not state.past:
        return state
    future = (*state.future, state.strategy)
    return _at(state, state.past[-1], past=state.past[:-1], future=future)


def redo(state: Editing) -> Editing:
    """Go forth one step.

    Parameters
    ----------
    state : Editing
        Before.

    Returns
    -------
    Editing
        The same if nothing was undone.
    """
    if not state.future:
        return state
    past = (*state.past, state.strategy)
    return _at(state, state.future[-1], past=past, future=state.future[:-1])


def _with_gates(state: Editing, gates: tuple[Gate, ...]) -> Editing:
    strategy = replace(state.strategy, gates=gates)
    past = (*state.past, state.strategy)[-_REMEMBERED:]
    return _at(state, strategy, past=past, future=())


def _at(
    state: Editing, strategy: Strategy, *, past: tuple[Strategy, ...], future: tuple[Strategy, ...]
) -> Editing:
    results = _counted(state, strategy)
    parent = state.parent if state.parent in results.populations else ""
    return replace(
        state, strategy=strategy, results=results, parent=parent, past=past, future=future
    )


def _counted(state: Editing, strategy: Strategy) -> GateResults:
    """Evaluate what changed; what did not, or is not on the axes shown, costs no new look."""
    before = {gate.id: gate for gate in state.strategy.gates}
    shown = {state.plane.x.dimension, state.plane.y.dimension}
    done: dict[str, EventMask] = {}
    same: set[str] = set()
    for gate in strategy.in_order():
        if before.get(gate.id) == gate and _needs(gate) <= same:
            same |= set(populations_of(gate))
            done |= {one: state.results.populations[one].mask for one in populations_of(gate)}
        elif set(dimensions_of(gate)) <= shown:
            found = dict(masks_of(gate, state.plane.block, done))
            within = done[gate.parent] if gate.parent else None
            done |= {one: m if within is None else m & within for one, m in found.items()}
        else:
            return evaluate(strategy, state.sample)
    parents = {one: gate.parent for gate in strategy.gates for one in populations_of(gate)}
    populations = {one: Population(one, parent, done[one]) for one, parent in parents.items()}
    return GateResults(populations=MappingProxyType(populations), n_events=state.sample.n_events)


def _needs(gate: Gate) -> set[str]:
    referred = {one.gate for one in gate.references} if isinstance(gate, Boolean) else set()
    return referred | ({gate.parent} if gate.parent else set())


def _renamed(gate: Gate, name: str, to: str) -> Gate:
    if gate.parent == name:
        gate = replace(gate, parent=to)
    if isinstance(gate, Boolean):
        references = (replace(r, gate=to) if r.gate == name else r for r in gate.references)
        gate = replace(gate, references=tuple(references))
    return replace(gate, id=to) if gate.id == name else gate


def _free(state: Editing) -> str:
    taken = {one for gate in state.strategy.gates for one in (gate.id, *populations_of(gate))}
    return next(name for n in range(1, len(taken) + 2) if (name := f"gate {n}") not in taken)
