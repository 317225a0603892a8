"""YAML 1.2 with the line of everything, and of what another reader would take otherwise."""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from flowpheno.errors import PanelError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAXIMUM_BYTES = 2_000_000
"""A definition larger than this is not one; keeps a hostile file from filling memory."""

_TRUTH = re.compile(r"(?i:yes|no|on|off)")
_SIXTIES = re.compile(r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?")
_OCTAL = re.compile(r"[-+]?0[0-9]+")


def read_with_problems(path: Path) -> tuple[object, list[tuple[int, str]]]:
    """Read a YAML file, and list what its writer may not have meant.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    content : object
        With the line of every entry; of equal keys the first.
    problems : list of (int, str)
        Line, from 1, and problem: keys that stand twice, and words without quotes that YAML 1.1
        takes for a truth value, a number to base 60 or to base 8.

    Raises
    ------
    PanelError
        If it cannot be opened, is too large, is not UTF-8 or is not YAML, or its aliases lead
        back to themselves or unfold without end.
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
        return _load(text)
    except (YAMLError, ValueError, RecursionError) as error:  # ValueError: odd timestamps
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        message = getattr(error, "problem", None) or " ".join(str(error).split())
        raise PanelError(path, [f"line {line}: {message}"]) from error


def _load(text: str) -> tuple[object, list[tuple[int, str]]]:
    yaml = YAML()
    yaml.allow_duplicate_keys = True  # they are listed below, not only the first
    constructor, _ = yaml.get_constructor_parser(StringIO(text))
    node = constructor.composer.get_single_node()
    if node is None:
        return None, []
    _refuse_endless(node)
    problems = [problem for one in _nodes(node) for problem in _problems(one)]
    return constructor.construct_document(node), problems


def _refuse_endless(root: Node) -> None:
    """Refuse aliases that lead back to themselves, or unfold into more than a file can hold."""
    sizes: dict[int, int] = {}
    open_: set[int] = set()
    stack = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            open_.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(one)] for one in _inner(node))
            if sizes[id(node)] > MAXIMUM_BYTES:
                raise _NoTreeError(node, "its aliases unfold into more than a file can hold")
        elif id(node) in open_:
            raise _NoTreeError(node, "an alias leads back to itself")
        elif id(node) not in sizes:
            open_.add(id(node))
            stack.append((node, True))
            stack += [(one, False) for one in _inner(node)]


class _NoTreeError(YAMLError):
    def __init__(self, node: Node, problem: str) -> None:
        super().__init__(problem)
        self.problem_mark, self.problem = node.start_mark, problem


def _inner(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [one for pair in node.value for one in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _nodes(root: Node) -> Iterator[Node]:
    """Every node once, though aliases may lead back to it."""
    queue, seen = [root], {id(root)}
    while queue:
        node = queue.pop()
        yield node
        inner = [one for one in _inner(node) if id(one) not in seen]
        queue += inner
        seen |= {id(one) for one in inner}


def _problems(node: Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, ScalarNode) and not node.style:
        if trap := read_otherwise(node.value):
            yield node.start_mark.line + 1, f"{node.value}: {trap}"
    elif isinstance(node, MappingNode):
        first: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode) or key.value == "<<":
                continue
            if key.value in first:
                yield line, f"{key.value}: duplicate key, first in line {first[key.value]}"
            first.setdefault(key.value, line)


def read_otherwise(word: str) -> str:
    """Say what a word without quotes is to a reader of YAML 1.1.

    Parameters
    ----------
    word : str
        A key or value.

    Returns
    -------
    str
        In words; empty if the same.
    """
    if _TRUTH.fullmatch(word):
        return "is true or false in YAML 1.1: write true, false, or put it in quotes"
    if _SIXTIES.fullmatch(word):
        return "is a number to base 60 in YAML 1.1: put it in quotes"
    if _OCTAL.fullmatch(word):
        return "is a number to base 8 in YAML 1.1: drop the zero, or put it in quotes"
    return ""
