"""Read the limits of the numeric core, which itself knows nothing of YAML."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from pydantic import ConfigDict, RootModel, with_config

from flowpheno.panel.files import load_definition
from flowpheno.panel.vocabulary import builtin_vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from flowpheno.panel.files import Check, Problem

_Limits = TypeVar("_Limits")


_MARKERS = {
    "aberrancy": ("cross_lineage", "only_without_cd34"),
    "learning": ("aligned_to.*",),
    "positivity": ("expected", "masks.*.marker", "strong_references"),
    "qc": ("margin.kept_markers",),
}
"""Places of files of limits that hold markers; the numeric core has no vocabulary to ask."""


def load_limits(
    path: Path, limits: type[_Limits], *, markers: Collection[str] | None = None
) -> _Limits:
    """Read a file as a dataclass of limits.

    Parameters
    ----------
    path : Path
        A YAML file with one entry for each attribute.
    limits : type
        A frozen dataclass.
    markers : collection of str or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

    Returns
    -------
    dataclass
        The limits.

    Raises
    ------
    PanelError
        If an entry is missing, unknown or of another type, or a marker is unknown; lists every
        problem with its line.
    """
    check = check_markers(path.stem, markers)
    return load_definition(path, limits_model(limits), check=check).root


def check_markers(kind: str, markers: Collection[str] | None = None) -> Check:
    """Make a check that limits name markers that exist: a mistyped one would never be met.

    Parameters
    ----------
    kind : str
        Kind of definition, the stem of its file.
    markers : collection of str or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

    Returns
    -------
    callable
        For `load_definition`; finds nothing in kinds that hold no markers.
    """
    known = builtin_vocabulary().antigens if kind in _MARKERS and markers is None else markers

    def _check(content: Mapping[str, object]) -> Iterable[Problem]:
        for place in _MARKERS.get(kind, ()):
            for where, name in _names(content, place.split("."), ()):
                if name not in (known or ()):
                    near = get_close_matches(name, sorted(known or ()), n=3)
                    hint = f"; did you mean {', '.join(near)}?" if near else ""
                    yield where, f"{place}: {name!r} is not a marker of the vocabulary{hint}"

    return _check


def _names(
    content: object, keys: Sequence[str], where: tuple[int | str, ...]
) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Give every name at a place of nested keys, ``*`` for any, with where it stands."""
    if isinstance(content, dict) and keys:
        for key in content if keys[0] == "*" else [keys[0]]:
            yield from _names(content.get(key), keys[1:], (*where, key))
    elif isinstance(content, str) and not keys:
        yield where, content
    elif isinstance(content, dict | list) and not keys:
        pairs = zip(content, content, strict=True) if isinstance(content, dict) else None
        for key, name in pairs or enumerate(content):
            if isinstance(name, str):
                yield (*where, key), name


def limits_model(limits: type[_Limits]) -> type[RootModel[_Limits]]:
    """Give the model that a file of limits must fit.

    Parameters
    ----------
    limits : type
        A frozen dataclass.

    Returns
    -------
    type of RootModel
        It refuses entries the dataclass does not have.
    """
    strict = with_config(ConfigDict(extra="forbid"))(limits)
    return RootModel[strict]  # type: ignore[valid-type] # made at run time
