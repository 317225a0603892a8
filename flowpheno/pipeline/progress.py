"""Progress of a long run: a bar on a terminal and in Jupyter, silence in a pipe."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Advance: TypeAlias = Callable[[int, int, str], None]


@contextmanager
def progress_bar(title: str) -> Iterator[Advance | None]:
    """Show progress where a person looks on.

    Parameters
    ----------
    title : str
        What is going on.

    Yields
    ------
    callable or None
        To be called with done, total and the last name; None in a pipe.
    """
    if in_jupyter():
        yield _jupyter_bar(title)
    elif sys.stderr.isatty():
        with _terminal_bar(title) as advance:
            yield advance
    else:
        yield None


def in_jupyter() -> bool:
    """Tell whether a Jupyter kernel is running this.

    Returns
    -------
    bool
        False in a plain interpreter and in IPython on a terminal; imports nothing.
    """
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and hasattr(shell, "kernel")


@contextmanager
def _terminal_bar(title: str) -> Iterator[Advance]:
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import (  # noqa: PLC0415 - only on a terminal
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
    )

    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[last]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None, last="")

        def advance(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, last=name)

        yield advance


def _jupyter_bar(title: str) -> Advance:
    from IPython import display  # noqa: PLC0415 - only in Jupyter

    def page(rest: str) -> object:
        made: object = display.HTML(f"{escape(title)} {rest}")  # type: ignore[no-untyped-call] # of IPython
        return made

    handle = display.display(page(""), display_id=True)  # type: ignore[no-untyped-call] # of IPython

    def advance(done: int, total: int, name: str) -> None:
        bar = f"<progress value='{done}' max='{total}'></progress>"
        handle.update(page(f"{bar} {done}/{total} {escape(name)}"))

    return advance
