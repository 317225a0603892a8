"""What the browser is told: places, labels, counts; no event leaves Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowpheno.gates import populations_of
from flowpheno.plotdata.axis import channel_label
from flowpheno.widget.plane import channels_of
from flowpheno.widget.shapes import handles_of, is_shown, outline_on

if TYPE_CHECKING:
    from flowpheno.widget.plane import Side
    from flowpheno.widget.state import Editing


def view_of(state: Editing, *, message: str = "") -> dict[str, Any]:
    """Describe a state as plain values.

    Parameters
    ----------
    state : Editing
        What is edited.
    message : str
        What could not be done.

    Returns
    -------
    dict
        What JSON can hold: ``x`` and ``y`` (label, ticks), ``channels``, ``parents``, ``parent``,
        ``n_parent``, ``gates`` shown here (outline and handles as places, n, percent of parent),
        ``table`` of all gates, ``can_undo``, ``can_redo``, ``message``.
    """
    counts = {row["gate"]: row for row in _table(state)}
    return {
        "sample": state.sample.name,
        "x": _axis(state, state.plane.x),
        "y": _axis(state, state.plane.y),
        "channels": channels_of(state.sample),
        "parent": state.parent,
        "parents": list(state.results.populations),
        "n_parent": int(state.shown.sum()),
        "gates": [
            {
                "id": name,
                "gate": gate.id,
                "outline": outline_on(state.plane, gate, name).tolist(),
                "handles": handles_of(state.plane, gate).tolist(),
                "n": counts[name]["n"],
                "percent": counts[name]["percent"],
            }
            for gate in state.strategy.gates
            if gate.parent == state.parent and is_shown(state.plane, gate)
            for name in populations_of(gate)
        ],
        "table": list(counts.values()),
        "can_undo": bool(state.past),
        "can_redo": bool(state.future),
        "message": message,
    }


def _axis(state: Editing, side: Side) -> dict[str, Any]:
    major, minor = side.ticks()
    channels = {channel.detector: channel for channel in state.sample.channels}
    name = str(side.dimension.channel)
    return {
        "name": name,
        "label": channel_label(channels[name]),
        "ticks": [[place, label] for place, label in major],
        "minor": minor,
    }


def _table(state: Editing) -> list[dict[str, Any]]:
    results = state.results
    return [
        {
            "gate": name,
            "parent": population.parent or "all events",
            "n": population.n,
            "n_parent": results.n_parent(name),
            "percent": results.percent_of_parent(name) if results.n_parent(name) else None,
        }
        for name, population in results.populations.items()
    ]
