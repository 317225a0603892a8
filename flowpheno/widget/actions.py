"""What the browser asks for, done to the state; a word it should not say changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from flowpheno.errors import GateError
from flowpheno.widget.shapes import Shape
from flowpheno.widget.state import drag, draw, look_at, redo, remove, rename, undo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.widget.state import Editing


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Draw(_Asked):
    kind: Literal["draw"]
    shape: Shape
    points: list[tuple[float, float]] = Field(max_length=1000)
    name: str = ""
    final: bool = True


class _Drag(_Asked):
    kind: Literal["drag"]
    gate: str
    handle: int
    to: tuple[float, float]
    final: bool = True


class _Remove(_Asked):
    kind: Literal["remove"]
    gate: str


class _Rename(_Asked):
    kind: Literal["rename"]
    gate: str
    to: str


class _Look(_Asked):
    kind: Literal["look"]
    x: str = ""
    y: str = ""
    parent: str | None = None


class _Step(_Asked):
    kind: Literal["undo", "redo"]


_Action: TypeAlias = Annotated[
    _Draw | _Drag | _Remove | _Rename | _Look | _Step, Field(discriminator="kind")
]
_ACTION: TypeAdapter[_Action] = TypeAdapter(_Action)


def act(state: Editing, asked: Mapping[str, Any]) -> Editing:
    """Do what was asked.

    Parameters
    ----------
    state : Editing
        Before.
    asked : mapping of str to object
        ``kind`` and what belongs to it: ``draw`` (shape, points, name), ``drag`` (gate, handle,
        to), ``remove`` (gate), ``rename`` (gate, to), ``look`` (x, y, parent), ``undo``, ``redo``.

    Returns
    -------
    Editing
        After.

    Raises
    ------
    GateError
        If it is not understood, or cannot be done.
    """
    try:
        action = _ACTION.validate_python(dict(asked))
    except ValidationError as error:
        raise GateError(f"{asked.get('kind', 'nothing')!r} is not understood here") from error
    match action:
        case _Draw():
            return draw(state, action.shape, action.points, name=action.name.strip())
        case _Drag():
            return drag(state, action.gate, action.handle, action.to)
        case _Remove():
            return remove(state, action.gate)
        case _Rename():
            return rename(state, action.gate, action.to)
        case _Look():
            return look_at(state, x=action.x, y=action.y, parent=action.parent)
        case _Step():
            return undo(state) if action.kind == "undo" else redo(state)


def is_final(asked: Mapping[str, Any]) -> bool:
    """Tell whether a hand has let go.

    Parameters
    ----------
    asked : mapping of str to object
        See `act`.

    Returns
    -------
    bool
        False while something is being drawn: it is counted, and not kept.
    """
    return asked.get("final", True) is not False
