"""Phenotypes: what each entity looks like, one YAML file for each."""

from __future__ import annotations

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
from flowpheno.panel.files import builtin_directory, load_definition
from flowpheno.panel.vocabulary import builtin_vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from flowpheno.marker import Marker


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


class PhenotypeDefinition(Definition):
    """The phenotype of an entity.

    Attributes
    ----------
    name : str
        Identifier, the stem of its file.
    title : str
        As it is printed.
    entity : Entity
        The disease; phenotypes of different entities exclude each other.
    reference : str
        Publication the definition rests on.
    note : str
        What a reader must know; empty if nothing.
    refines : str
        Phenotype in the same folder whose rules hold as well; empty if none.
    rules : tuple of Rule
        In the order in which they are printed; once loaded, those of `refines` come first.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=3)
    entity: Entity
    reference: str = Field(min_length=10)
    note: str = ""
    refines: str = ""
    rules: Some[Rule]


def load_phenotype(
    path: Path, *, markers: Collection[Marker] | None = None
) -> PhenotypeDefinition:
    """Read one phenotype, with the rules of the one it refines.

    Parameters
    ----------
    path : Path
        A YAML file.
    markers : collection of Marker or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

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
    return _load(path, context={"markers": frozenset(known)}, refined_by=())


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
    known = builtin_vocabulary().antigens if markers is None else markers
    paths = sorted(directory.glob("*.yaml"))
    return tuple(load_phenotype(path, markers=known) for path in paths)


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


def _load(
    path: Path, *, context: Mapping[str, object], refined_by: tuple[Path, ...]
) -> PhenotypeDefinition:
    phenotype = load_definition(path, PhenotypeDefinition, context=context)
    if phenotype.name != path.stem:
        raise PanelError(path, [f"line 1: name: is {phenotype.name!r}, the file {path.stem!r}"])
    if not phenotype.refines:
        return phenotype
    parent_path = path.with_name(f"{phenotype.refines}.yaml")
    if parent_path in {*refined_by, path}:
        raise PanelError(path, [f"line 1: refines: {phenotype.refines} leads back to itself"])
    parent = _load(parent_path, context=context, refined_by=(*refined_by, path))
    if parent.entity is not phenotype.entity:
        raise PanelError(path, [f"line 1: entity: {parent.name} is {parent.entity.value}"])
    return phenotype.model_copy(update={"rules": (*parent.rules, *phenotype.rules)})
