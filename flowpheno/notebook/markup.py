"""HTML of tables, lists and pictures: escaped, numbers short."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.figure import Figure

NOTE = "<small>Research use only.</small>"
"""What stands below everything that says something of a specimen."""

_MANY = 60


def table(frame: pd.DataFrame) -> str:
    """Show a table.

    Parameters
    ----------
    frame : DataFrame
        Any table; of a long one the first rows are shown, and how many there are is said.

    Returns
    -------
    str
        HTML, escaped, empty cells where nothing is known.
    """
    shown = frame.head(_MANY)
    html: str = shown.to_html(index=False, na_rep="", float_format="{:.4g}".format)
    more = len(frame) - len(shown)
    return html + (f"<p>and {more:,} rows more: all of them are in the table</p>" if more else "")


def bullets(sentences: Iterable[str]) -> str:
    """Show sentences.

    Parameters
    ----------
    sentences : iterable of str
        Plain text.

    Returns
    -------
    str
        An HTML list; nothing for no sentence.
    """
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>" if items else ""


def figure_png(figure: Figure) -> str:
    """Draw a figure for a notebook.

    Parameters
    ----------
    figure : Figure
        Any figure.

    Returns
    -------
    str
        PNG, base64.
    """
    content = BytesIO()
    figure.savefig(content, format="png", dpi=110, bbox_inches="tight")
    return b64encode(content.getvalue()).decode("ascii")
