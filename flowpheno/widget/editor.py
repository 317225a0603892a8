"""The widget: keeps the state in Python, tells the browser what to show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from flowpheno.api import gate, write_strategy
from flowpheno.errors import GateError
from flowpheno.gates.gatingml import gatingml_of
from flowpheno.panel.strategy_text import strategy_yaml
from flowpheno.widget.actions import act, is_final
from flowpheno.widget.plane import BINS
from flowpheno.widget.view import view_of

if TYPE_CHECKING:
    import pandas as pd

    from flowpheno.api import Gated
    from flowpheno.gates import Strategy
    from flowpheno.widget.state import Editing

_STATIC = Path(__file__).parent / "static"
_FORMS = {"yaml": strategy_yaml, "xml": gatingml_of}


class GateEditor(anywidget.AnyWidget):
    """A density plot on which gates are drawn; made by `gate_editor`.

    Parameters
    ----------
    state : Editing
        What is edited.
    """

    _esm = _STATIC / "gate_editor.js"
    _css = _STATIC / "gate_editor.css"
    view = traitlets.Dict().tag(sync=True)
    density = traitlets.Bytes().tag(sync=True)
    bins = traitlets.Int(BINS).tag(sync=True)

    def __init__(self, state: Editing) -> None:
        super().__init__(view=view_of(state), density=state.plane.density(state.shown))
        self._state = state
        self.on_msg(self._asked)

    @property
    def strategy(self) -> Strategy:
        """The gates as they are now."""
        return self._state.strategy

    @property
    def table(self) -> pd.DataFrame:
        """A row for each gate: gate, parent, n, percent_of_parent."""
        return self.gated.table

    @property
    def gated(self) -> Gated:
        """The tube with the gates as they are now."""
        return gate(self._state.sample, self._state.strategy)

    def write(self, path: Path | str, *, overwrite: bool = False) -> Path:
        """Write the gates as they are now.

        Parameters
        ----------
        path : Path or str
            ``.yaml`` or ``.xml`` (Gating-ML 2.0).
        overwrite : bool
            Whether an existing file may be replaced.

        Returns
        -------
        Path
            What was written.

        Raises
        ------
        WritingError
            If the ending is another, or the file exists and may not be replaced.
        """
        return write_strategy(self.strategy, path, overwrite=overwrite)

    def do(self, asked: dict[str, Any]) -> None:
        """Do what the browser asks for; what cannot be done is said there.

        Parameters
        ----------
        asked : dict
            See `flowpheno.widget.actions.act`, or ``{"kind": "export", "form": "yaml"}``.
        """
        if asked.get("kind") == "export":
            self._export(str(asked.get("form")))
            return
        before = self._state
        try:
            after = act(before, asked)
        except GateError as error:
            self.view = view_of(before, message=str(error))
            return
        if is_final(asked):
            self._state = after
        if after.plane is not before.plane or (after.shown != before.shown).any():
            self.density = after.plane.density(after.shown)
        self.view = view_of(after if is_final(asked) else replace(after, past=before.past))

    def _export(self, form: str) -> None:
        try:
            text = _FORMS[form](self.strategy)
        except (GateError, KeyError) as error:
            self.view = view_of(self._state, message=f"cannot be exported: {error}")
            return
        self.send({"kind": "export", "name": f"{self._state.sample.name}.{form}", "text": text})

    def _asked(self, _: object, content: dict[str, Any], __: object) -> None:
        self.do(content)
