"""The command line as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer.main

from flowpheno.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALL = """\
Every command takes `--help`. Exit status: 0 every file was judged, 1 some could not be used, 2
wrong usage, 130 interrupted."""


def commands_page() -> str:
    """List every command with its arguments and options.

    Returns
    -------
    str
        Markdown.
    """
    parts = ["# Commands", _ALL]
    for name, command in _commands(typer.main.get_command(app)):
        parts += [f"## `flowpheno {name}`", _first(command.help or "")]
        rows = [_row(one) for one in command.params if "--help" not in one.opts]
        if rows:
            parts.append("\n".join(["| | meaning | if not given |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - click's
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def _row(parameter: Any) -> str:  # noqa: ANN401 - click's
    names = [*parameter.opts, *parameter.secondary_opts]
    shown = [f"`{name if name.startswith('-') else name.upper()}`" for name in names]
    default = "" if parameter.required else parameter.default
    said = "" if default in {None, "", False} or callable(default) else f"`{default}`"
    meaning = (getattr(parameter, "help", "") or "").replace("|", r"\|").replace("\n", " ")
    must = "must be given" if parameter.required else said
    return f"| {' '.join(shown)} | {meaning} | {must} |"


def _first(text: str) -> str:
    return text.split("\n\n", 1)[0].replace("\n", " ").strip()
