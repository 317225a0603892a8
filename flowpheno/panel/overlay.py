"""Which file each definition is read from: that of flowpheno, or a laboratory's own."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from flowpheno.errors import PanelError
from flowpheno.panel.files import builtin_directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

EXTENDED = ("phenotypes", "suggestions", "normal", "tubes")
"""Folders that a laboratory may add files to."""

JUDGED_BY = (*EXTENDED, "scores")
"""Folders of what a specimen is judged by."""

_LOOKED_UP = ("strategies", "cases", "simulation", "schemas")
"""Folders whose files commands ask for by name."""

_SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a definition is read from.

    Attributes
    ----------
    path : Path
        The file.
    own : bool
        Whether it is a laboratory's own, not that of flowpheno.
    overrides : bool
        Whether it stands in the place of one of flowpheno.
    """

    path: Path
    own: bool = False
    overrides: bool = False


def find_sources(directory: Path | None = None) -> dict[str, Source]:
    """Find the file of every definition that specimens are judged by.

    Parameters
    ----------
    directory : Path or None
        A laboratory's own folder, laid out like ``panels/``: a file of the same name overrides
        that of flowpheno, a further one in a folder of phenotypes, suggestions, normal stages or
        tubes is added.

    Returns
    -------
    dict of str to Source
        Such as ``"qc.yaml"`` or ``"phenotypes/bcp_all.yaml"``, sorted.

    Raises
    ------
    PanelError
        If the folder does not exist, holds no definition, or holds a YAML file that would not be
        read because its name is none; names the nearest.
    """
    shipped = _shipped(builtin_directory())
    sources = {name: Source(path=path) for name, path in shipped.items()}
    if directory is not None:
        own = _own(directory, shipped)
        for name, path in own.items():
            sources[name] = Source(path=path, own=True, overrides=name in shipped)
    return dict(sorted(sources.items()))


def folder_of(sources: Mapping[str, Source], folder: str) -> dict[str, Path]:
    """Give the files of one folder.

    Parameters
    ----------
    sources : mapping of str to Source
        From `find_sources`.
    folder : str
        Such as ``"phenotypes"``.

    Returns
    -------
    dict of str to Path
        By stem.
    """
    found = (s.path for name, s in sources.items() if name.startswith(f"{folder}/"))
    return {path.stem: path for path in found}


def _shipped(builtin: Path) -> dict[str, Path]:
    found = {path.name: path for path in builtin.glob("*.yaml")}
    for folder in JUDGED_BY:
        found |= {f"{folder}/{path.name}": path for path in (builtin / folder).glob("*.yaml")}
    return found


def _own(directory: Path, shipped: Mapping[str, Path]) -> dict[str, Path]:
    # a mistyped folder must not be taken for one that overrides nothing
    if not directory.is_dir():
        raise PanelError(directory, ["no folder that holds definitions"])
    files = {p.relative_to(directory): p for p in directory.rglob("*") if p.suffix in _SUFFIXES}
    seen = {name: path for name, path in files.items() if not _hidden(name)}
    if not seen:
        raise PanelError(directory, ["no folder that holds definitions"])
    problems = [text for name in sorted(seen) if (text := _problem(name, shipped))]
    if problems:  # it would not be read, and the file of flowpheno be used without a word
        raise PanelError(directory, problems)
    kept = {name.as_posix(): path for name, path in seen.items()}
    return {n: p for n, p in kept.items() if n in shipped or n.split("/")[0] in JUDGED_BY}


def _hidden(name: Path) -> bool:
    return any(part.startswith(".") for part in name.parts)


def _problem(name: Path, shipped: Mapping[str, Path]) -> str:
    """Say why a file would not be read; empty if it is."""
    folder, text = name.parent.as_posix(), name.as_posix()
    if name.suffix != ".yaml":
        return f"{text}: must be called {name.with_suffix('.yaml').as_posix()}"
    if text in shipped or folder in {*EXTENDED, *_LOOKED_UP}:
        return ""
    near = _near(name, tuple(shipped))
    known = ", ".join(one for one in shipped if "/" not in one)
    hint = f"did you mean {near}?" if near else f"known: {known}"
    return f"{text}: no definition is called so; {hint}"


def _near(name: Path, shipped: Sequence[str]) -> str:
    """Name what the file may have been meant to be; empty for nothing."""
    same = [one for one in shipped if one.rsplit("/", 1)[-1] == name.name]
    folders = (
        []
        if len(name.parts) == 1
        else get_close_matches(name.parts[0].lower(), (*EXTENDED, *_LOOKED_UP), n=1)
    )
    placed = [f"{folder}/{name.name}" for folder in folders]
    alike = get_close_matches(name.as_posix().lower(), shipped, n=2)
    return ", ".join(dict.fromkeys([*same, *placed, *alike]))
