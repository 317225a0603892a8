"""Tables on a terminal, tab-separated lines in a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: framed on a terminal, one tab-separated line for a row otherwise.

    Parameters
    ----------
    title : str
        Stands above a framed table.
    columns : sequence of str
        Headings.
    rows : iterable of sequence of str
        Cells, as many as there are headings.
    """
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            typer.echo("\t".join(_one_line(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # Text: brackets are no markup
    Console().print(table)


def _one_line(cell: str) -> str:
    return " ".join(cell.split())
