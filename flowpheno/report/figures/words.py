"""Words in a figure: labels, titles, legends. Taken as they are, never as markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from flowpheno.report.palette import GREY, INK, colour_of, plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text


def put_label(axes: Axes, at: tuple[float, float], text: str, *, horizontal: str = "left") -> Text:
    """Write beside a gate, on a pale ground.

    Parameters
    ----------
    axes : Axes
        Where.
    at : (float, float)
        Upper corner, 0 to 1 of the axes.
    text : str
        What.
    horizontal : str
        Which side of the text `at` is.

    Returns
    -------
    Text
        The label.
    """
    box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.2}
    return axes.text(
        *at, text, fontsize=7.5, color=INK, verticalalignment="top", transform=axes.transAxes,
        horizontalalignment=horizontal, bbox=box, zorder=6, parse_math=False, linespacing=1.05,
    )  # fmt: skip


def put_title(axes: Axes, text: str) -> None:
    """Write above the axes.

    Parameters
    ----------
    axes : Axes
        Where.
    text : str
        What.
    """
    axes.set_title(text, fontsize=9.5, loc="left", color=INK, parse_math=False)


def say_nothing(axes: Axes, text: str = "no events") -> None:
    """Say in the middle that there is nothing to be seen.

    Parameters
    ----------
    axes : Axes
        Where.
    text : str
        What there is none of.
    """
    axes.text(
        0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center",
        fontsize=10.5, color=GREY, parse_math=False,
    )  # fmt: skip


def put_legend(figure: Figure, entries: Sequence[tuple[str, int]], *, columns: int = 2) -> None:
    """Write below the axes which population has which colour, and how many events it has.

    Parameters
    ----------
    figure : Figure
        Where.
    entries : sequence of (str, int)
        Population and events.
    columns : int
        Entries a line.
    """
    named = [(f"{plain_name(name)}, n = {n:,}", _patch(colour_of(name))) for name, n in entries]
    put_handles(figure, named, columns=columns)


def put_handles(
    figure: Figure, entries: Iterable[tuple[str, Line2D]], *, columns: int = 2
) -> None:
    """Write a legend below the axes.

    Parameters
    ----------
    figure : Figure
        Where.
    entries : iterable of (str, Line2D)
        Words and what they stand for.
    columns : int
        Entries a line.
    """
    shown = list(entries)
    if not shown:
        return
    legend = figure.legend(
        [handle for _, handle in shown], [words for words, _ in shown], loc="lower center",
        ncols=columns, fontsize=7.5, frameon=False, handletextpad=0.3, columnspacing=1.0,
        borderpad=0.1,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def _patch(colour: str) -> Line2D:
    return Line2D([], [], linestyle="none", marker="s", markersize=6, color=colour)
