"""Gates drawn in Jupyter: an editor and viewer on a density plot.

The browser draws and is told places and counts; gates are made, counted and kept in Python, so
that what it shows is what ``flowpheno gate --strategy`` and ``classify --gates`` will find.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.exchange.extra import import_extra
from flowpheno.pipeline.gates import find_strategy, read_strategy
from flowpheno.reading import read_fcs
from flowpheno.sample import Sample
from flowpheno.widget.state import start

if TYPE_CHECKING:
    from flowpheno.gates import Strategy
    from flowpheno.widget.editor import GateEditor

__all__ = ["gate_editor"]


def gate_editor(
    source: Sample | Path | str,
    x: str = "",
    y: str = "",
    *,
    strategy: Strategy | Path | str | None = None,
) -> GateEditor:
    """Open a tube for drawing gates, in Jupyter.

    Parameters
    ----------
    source : Sample or Path or str
        A tube, or an FCS file.
    x, y : str
        Detectors, labels or markers; empty for the first two channels.
    strategy : Strategy or Path or str or None
        Gates to begin with: values, a file, or the name of a strategy.

    Returns
    -------
    GateEditor
        To be shown as the last line of a cell; its ``strategy``, ``table`` and ``write(path)``
        are those of the moment.

    Raises
    ------
    MissingPackageError
        If anywidget is not installed.
    FcsError
        If the file cannot be read.
    GateError
        If gates or channels do not fit the tube.
    """
    import_extra("anywidget", "widget")
    from flowpheno.widget.editor import GateEditor  # noqa: PLC0415 - needs the extra

    sample = source if isinstance(source, Sample) else read_fcs(source)
    gates = (
        read_strategy(find_strategy(strategy)) if isinstance(strategy, Path | str) else strategy
    )
    return GateEditor(start(sample, x, y, strategy=gates))
