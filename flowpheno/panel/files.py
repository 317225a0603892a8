"""Find and read definition files: YAML 1.2, every problem with its line."""

from __future__ import annotations

import hashlib
import math
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from flowpheno.errors import PanelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_Definition = TypeVar("_Definition", bound=BaseModel)

MAXIMUM_BYTES = 2_000_000
"""A definition larger than this is not one; keeps a hostile file from filling memory."""


def builtin_directory() -> Path:
    """Find the definitions that come with flowpheno.

    Returns
    -------
    Path
        ``flowpheno/_panels`` of an installation, ``panels`` of a checkout.
    """
    installed = Path(str(files("flowpheno"))) / "_panels"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "panels"


def load_definition(
    path: Path, model: type[_Definition], *, context: Mapping[str, object] | None = None
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
    content = read_yaml(path)
    if odd := _not_finite(content):  # comparing with NaN is always false: a silent negative
        raise PanelError(path, odd)
    try:
        return TypeAdapter(model).validate_python(content, context=context)
    except ValidationError as error:
        problems = [
            f"line {line_of(content, e['loc'])}: "
            f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}"
            for e in error.errors()
        ]
        raise PanelError(path, problems) from error


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
        If it cannot be opened, is too large, is not UTF-8 or is not YAML.
    """
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise PanelError(path, [f"line 1: larger than {MAXIMUM_BYTES} bytes"])
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise PanelError(path, [f"line 1: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        raise PanelError(path, [f"line 1: byte {error.start} is not UTF-8"]) from error
    try:
        return YAML().load(text)
    except (YAMLError, ValueError, RecursionError) as error:  # ValueError: odd timestamps
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        message = getattr(error, "problem", None) or " ".join(str(error).split())
        raise PanelError(path, [f"line {line}: {message}"]) from error


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


def _not_finite(content: object) -> list[str]:
    """Name every number that is none, or has no end."""
    problems = []
    queue: list[tuple[tuple[int | str, ...], object]] = [((), content)]
    while queue:
        place, value = queue.pop()
        if isinstance(value, CommentedMap):
            queue += [((*place, key), inner) for key, inner in value.items()]
        elif isinstance(value, CommentedSeq):
            queue += [((*place, index), inner) for index, inner in enumerate(value)]
        elif isinstance(value, float) and not math.isfinite(value):
            name = ".".join(map(str, place))
            problems.append(f"line {line_of(content, place)}: {name}: must be a finite number")
    return sorted(problems)


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
