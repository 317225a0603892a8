"""Ids of Gating-ML are XML names, unique in the document; ours are any text.

What had to be written otherwise is noted in a ``custom_info`` of the root, which others pass over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.gates.dimension import FROM_FILE, UNCOMPENSATED
from flowpheno.gates.gate import Quadrants
from flowpheno.gates.gatingml.names import DATATYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.gates.strategy import Strategy
    from flowpheno.gates.xml import Element

NOTE, ENTRY = "flowpheno_ids", "id"
"""Elements of the note: an entry has ``written`` and ``meant``."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]", re.ASCII)
_REFERRING = frozenset({"id", "parent_id", "ref", "divider_ref", "compensation-ref"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """How ids are written.

    Attributes
    ----------
    gates : mapping of str to str
        Of gates and quadrants.
    dividers : mapping of (str, str) to str
        By gate and divider.
    compensations : mapping of str to str
        Of matrices, and the two words of Gating-ML.
    meant : mapping of str to str
        Written id to ours, where they differ.
    """

    gates: Mapping[str, str]
    dividers: Mapping[tuple[str, str], str]
    compensations: Mapping[str, str]
    meant: Mapping[str, str]


def written_ids(strategy: Strategy, *, taken: frozenset[str]) -> Ids:
    """Choose the ids of a document.

    Parameters
    ----------
    strategy : Strategy
        The gates.
    taken : frozenset of str
        Ids that are used otherwise.

    Returns
    -------
    Ids
        Names stay as they are where XML allows it.
    """
    given: dict[tuple[str, ...], str] = {}
    used = {*taken, FROM_FILE, UNCOMPENSATED}
    keys = _keys(strategy)
    for strict in (True, False):  # what may stay as it is comes first
        for key in keys:
            name = key[-1]
            if key in given or (strict and (not _NAME.fullmatch(name) or name in used)):
                continue
            given[key] = name if strict else _free(name, used)
            used.add(given[key])
    return Ids(
        gates={key[1]: written for key, written in given.items() if key[0] == "gate"},
        dividers={(k[1], k[2]): written for k, written in given.items() if k[0] == "divider"},
        compensations={
            UNCOMPENSATED: UNCOMPENSATED,
            FROM_FILE: FROM_FILE,
            **{key[1]: written for key, written in given.items() if key[0] == "matrix"},
        },
        meant={written: key[-1] for key, written in given.items() if written != key[-1]},
    )


def _keys(strategy: Strategy) -> list[tuple[str, ...]]:
    keys: list[tuple[str, ...]] = [("matrix", matrix.id) for matrix in strategy.matrices]
    for gate in strategy.gates:
        keys.append(("gate", gate.id))
        if isinstance(gate, Quadrants):
            keys += [("gate", quadrant.id) for quadrant in gate.quadrants]
            keys += [("divider", gate.id, divider.id) for divider in gate.dividers]
    return keys


def _free(name: str, used: set[str]) -> str:
    base = _NOT_IN_NAMES.sub("_", name)
    base = base if _NAME.fullmatch(base) else f"_{base}"
    number, found = 1, base
    while found in used:
        number += 1
        found = f"{base}_{number}"
    return found


def restore_ids(root: Element) -> None:
    """Put back the ids that the note of a document means, in place.

    Parameters
    ----------
    root : Element
        Outermost element of a document.

    Raises
    ------
    GateError
        If the note is not as it must be.
    """
    meant = {
        entry.required("", "written"): entry.required("", "meant")
        for info in root.find_all(DATATYPES, "custom_info")
        for note in info.find_all("", NOTE)
        for entry in note.find_all("", ENTRY)
    }
    queue = [root] if meant else []
    while queue:
        element = queue.pop()
        for key, value in element.attributes.items():
            if key[1] in _REFERRING:
                element.attributes[key] = meant.get(value, value)
        queue += element.children
