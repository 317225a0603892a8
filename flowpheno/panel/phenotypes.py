"""Phenotypes: what each entity looks like, one YAML file for each."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Discriminator, Field, Tag

from flowpheno.errors import PanelError
from flowpheno.panel.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Definition,
    MarkerCondition,
    Some,
    kind_of,
)
from flowpheno.panel.files import builtin_directory, check_name, load_definition
from flowpheno.panel.vocabulary import builtin_vocabulary
from flowpheno.panel.yaml import read_with_problems

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from flowpheno.marker import Marker
    from flowpheno.panel.files import Problem


class Entity(StrEnum):
    """Diseases that exclude each other; only MPAL combines."""

    B_PRECURSOR_ALL = "B-precursor ALL"
    MATURE_B = "mature B neoplasm"
    T_ALL = "T-ALL"
    AML = "AML"
    MPAL = "MPAL"


class Role(StrEnum):
    """What a rule does to the match."""

    REQUIRED = "required"  # must hold
    EXCLUDING = "excluding"  # must not hold
    SUPPORTING = "supporting"  # reported, decides nothing


class _Rule(Definition):
    role: Role
    source: str = Field(min_length=5)


class MarkerRule(_Rule, MarkerCondition):
    """A rule on one marker; `role` and `source` beside what a `MarkerCondition` says."""


class AnyOfRule(_Rule, AnyOf):
    """A rule that asks for one of several conditions."""


class AllOfRule(_Rule, AllOf):
    """A rule that asks for all of several conditions."""


class AtLeastRule(_Rule, AtLeast):
    """A rule that asks for a number of several conditions."""


Rule: TypeAlias = Annotated[
    Annotated[MarkerRule, Tag("one marker")]
    | Annotated[AnyOfRule, Tag("any of")]
    | Annotated[AllOfRule, Tag("all of")]
    | Annotated[AtLeastRule, Tag("at least")],
    Discriminator(kind_of),
]
"""Any rule: a condition with its role and its source."""


class RuledDefinition(Definition):
    """What every definition that is held against a phenotype says.

    Attributes
    ----------
    name : str
        Identifier, the stem of its file.
    title : str
        As it is printed.
    reference : str
        Publication the definition rests on.
    note : str
        What a reader must know; empty if nothing.
    rules : tuple of Rule
        In the order in which they are printed.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=3)
    reference: str = Field(min_length=10)
    note: str = ""
    rules: Some[Rule]

    @property
    def stands_for(self) -> str:
        """What a cell of this phenotype may be."""
        return self.title


class PhenotypeDefinition(RuledDefinition):
    """The phenotype of an entity.

    Attributes
    ----------
    entity : Entity
        The disease; phenotypes of different entities exclude each other.
    refines : str
        Phenotype in the same folder whose rules hold as well; empty if none. Once loaded they
        come first.
    """

    entity: Entity
    refines: str = ""

    @property
    def stands_for(self) -> str:
        """The disease."""
        return self.entity.value


def load_phenotype(
    path: Path,
    *,
    markers: Collection[Marker] | None = None,
    family: Mapping[str, Path] | None = None,
) -> PhenotypeDefinition:
    """Read one phenotype, with the rules of the one it refines.

    Parameters
    ----------
    path : Path
        A YAML file.
    markers : collection of Marker or None
        Markers that exist; None for the vocabulary that comes with flowpheno.
    family : mapping of str to Path or None
        Phenotypes it may refine, by name; None for those of its folder, and for those that come
        with flowpheno where its folder has none of the name.

    Returns
    -------
    PhenotypeDefinition
        The phenotype.

    Raises
    ------
    PanelError
        If the file does not define a phenotype, a rule is on an unknown marker, its name is not
        the stem of the file, or what it refines is missing or leads back to it; every problem of
        the file with its line.
    """
    known = builtin_vocabulary().antigens if markers is None else markers
    if family is None:
        family = _stems(builtin_directory() / "phenotypes") | _stems(path.parent)

    def _check(content: Mapping[str, object]) -> Iterable[Problem]:
        yield from check_name(path)(content)
        yield from _check_refined(content, path, family)

    context = {"markers": frozenset(known)}
    phenotype = load_definition(path, PhenotypeDefinition, context=context, check=_check)
    if not phenotype.refines:
        return phenotype
    parent = load_phenotype(family[phenotype.refines], markers=known, family=family)
    return phenotype.model_copy(update={"rules": (*parent.rules, *phenotype.rules)})


def load_phenotype_files(
    files: Mapping[str, Path], *, markers: Collection[Marker] | None = None
) -> tuple[PhenotypeDefinition, ...]:
    """Read phenotypes from a file each, wherever they lie.

    Parameters
    ----------
    files : mapping of str to Path
        By name; they may refine each other.
    markers : collection of Marker or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

    Returns
    -------
    tuple of PhenotypeDefinition
        Sorted by name; empty for no files.

    Raises
    ------
    PanelError
        If a file does not define a phenotype.
    """
    known = builtin_vocabulary().antigens if markers is None else markers
    return tuple(load_phenotype(files[n], markers=known, family=files) for n in sorted(files))


def load_phenotypes(
    directory: Path, *, markers: Collection[Marker] | None = None
) -> tuple[PhenotypeDefinition, ...]:
    """Read every phenotype of a folder.

    Parameters
    ----------
    directory : Path
        Folder of YAML files.
    markers : collection of Marker or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

    Returns
    -------
    tuple of PhenotypeDefinition
        Sorted by name; empty if the folder holds none.

    Raises
    ------
    PanelError
        If a file does not define a phenotype.
    """
    return load_phenotype_files(_stems(directory), markers=markers)


def builtin_phenotypes(directory: Path | None = None) -> tuple[PhenotypeDefinition, ...]:
    """Read the phenotypes of a folder of definitions.

    Parameters
    ----------
    directory : Path or None
        Folder that holds ``phenotypes/``; None for the definitions that come with flowpheno.

    Returns
    -------
    tuple of PhenotypeDefinition
        Sorted by name; empty if the folder holds none.

    Raises
    ------
    PanelError
        If a file does not define a phenotype.
    """
    return load_phenotypes((directory or builtin_directory()) / "phenotypes")


def _stems(directory: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(directory.glob("*.yaml"))}


def _check_refined(
    content: Mapping[str, object], path: Path, family: Mapping[str, Path]
) -> Iterator[Problem]:
    """Follow what a phenotype refines, to one that refines nothing."""
    seen, name = [path.stem], content.get("refines")
    while isinstance(name, str) and name:
        if name in seen:
            circle = " -> ".join([*seen, name])
            yield ("refines",), f"refines: leads back to itself: {circle}"
            return
        if name not in family:
            near = get_close_matches(name, sorted(family), n=3)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            yield ("refines",), f"refines: there is no phenotype {name!r}{hint}"
            return
        parent = _said(family[name])
        if len(seen) == 1 and {"entity"} <= content.keys() & parent.keys():
            entity = parent["entity"]
            if entity != content["entity"]:
                yield ("entity",), f"entity: {name}, which it refines, is {entity}"
        seen, name = [*seen, name], parent.get("refines")


def _said(path: Path) -> Mapping[str, object]:
    try:
        content = read_with_problems(path)[0]
    except PanelError:  # said with its lines when that file is loaded
        return {}
    return content if isinstance(content, dict) else {}
