"""Find and read definition files: YAML 1.2, every problem with its line."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from flowpheno.errors import PanelError
from flowpheno.panel.yaml import read_with_problems

_Definition = TypeVar("_Definition", bound=BaseModel)


def builtin_directory() -> Path:
    """Find the definitions that come with flowpheno.

    Returns
    -------
    Path
        ``flowpheno/_panels`` of an installation, ``panels`` of a checkout.
    """
    installed = Path(str(files("flowpheno"))) / "_panels"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "panels"


Problem = tuple[Sequence[int | str], str]
"""A place in a file, keys and indices from the outside in, and what is wrong there."""

Check = Callable[[Mapping[str, object]], Iterable[Problem]]
"""Looks at what a file says, before it is known to be a definition."""


def load_definition(
    path: Path,
    model: type[_Definition],
    *,
    context: Mapping[str, object] | None = None,
    check: Check | None = None,
) -> _Definition:
    """Read one definition file.

    Parameters
    ----------
    path : Path
        A YAML 1.2 file; equal keys are an error.
    model : type of BaseModel
        What the file must say.
    context : mapping of str to object or None
        What validators of the model may ask for, such as the markers that exist.
    check : callable or None
        Finds what no model can see, such as a name that is not that of the file.

    Returns
    -------
    BaseModel
        The validated definition.

    Raises
    ------
    PanelError
        If the file cannot be read or is not such a definition; lists every problem with its
        line, not only the first.
    """
    content, problems = read_with_problems(path)
    problems += _not_finite(content)  # comparing with NaN is always false: a silent negative
    if check is not None and isinstance(content, CommentedMap):
        problems += [(line_of(content, place), text) for place, text in check(content)]
    definition = None
    try:
        definition = TypeAdapter(model).validate_python(content, context=context)
    except ValidationError as error:
        problems += [
            (line_of(content, e["loc"]), f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}")
            for e in error.errors()
        ]
    if problems or definition is None:
        raise PanelError(path, in_order(problems))
    return definition


def check_name(path: Path) -> Check:
    """Make a check that a definition has the name of its file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    callable
        For `load_definition`.
    """

    def _check(content: Mapping[str, object]) -> Iterable[Problem]:
        name = content.get("name", path.stem)
        if name != path.stem:
            yield ("name",), f"name: is {name!r}, the file {path.stem!r}"

    return _check


def read_yaml(path: Path) -> object:
    """Read a YAML 1.2 file, keeping the line of every entry.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    object
        Its content.

    Raises
    ------
    PanelError
        If it cannot be opened, is too large, is not UTF-8 or is not YAML, if a key stands twice,
        or a word would be something else to a reader of YAML 1.1.
    """
    content, problems = read_with_problems(path)
    if problems:
        raise PanelError(path, in_order(problems))
    return content


def in_order(problems: Iterable[tuple[int, str]]) -> list[str]:
    """Write problems as a `PanelError` lists them.

    Parameters
    ----------
    problems : iterable of (int, str)
        Line from 1, and what is wrong there.

    Returns
    -------
    list of str
        By line, each once.
    """
    ordered = sorted(problems, key=lambda problem: problem[0])
    return list(dict.fromkeys(f"line {line}: {text}" for line, text in ordered))


def fingerprint(paths: Sequence[Path]) -> str:
    """Hash definition files, so that a result names exactly what it was judged by.

    Parameters
    ----------
    paths : sequence of Path
        The files; order does not matter.

    Returns
    -------
    str
        SHA-256 over the sorted names and contents, hexadecimal.
    """
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda p: p.name):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _not_finite(content: object) -> list[tuple[int, str]]:
    """Name every number that is none, or has no end."""
    problems: list[tuple[int, str]] = []
    queue: list[tuple[tuple[int | str, ...], object]] = [((), content)]
    while queue:
        place, value = queue.pop()
        if isinstance(value, CommentedMap):
            queue += [((*place, key), inner) for key, inner in value.items()]
        elif isinstance(value, CommentedSeq):
            queue += [((*place, index), inner) for index, inner in enumerate(value)]
        elif isinstance(value, float) and not math.isfinite(value):
            name = ".".join(map(str, place))
            problems.append((line_of(content, place), f"{name}: must be a finite number"))
    return problems


def line_of(content: object, place: Sequence[int | str]) -> int:
    """Find the line of a place in a file.

    Parameters
    ----------
    content : object
        From `read_yaml`.
    place : sequence of int or str
        Keys and indices from the outside in; those that are not in the file are passed over.

    Returns
    -------
    int
        From 1.
    """
    line = 0
    for key in place:
        if isinstance(content, CommentedMap) and key in content:
            line = content.lc.key(key)[0]
        elif isinstance(content, CommentedSeq) and isinstance(key, int) and key < len(content):
            line = content.lc.item(key)[0]
        else:  # a missing field, or the tag of a union
            continue
        content = content[key]
    return line + 1
