"""The vocabulary of ``markers.yaml``: what the file must say, and what it is made into."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from flowpheno.errors import PanelError
from flowpheno.marker import (
    CONTROL_POPULATIONS,
    REFERENCES,
    Antigen,
    CutoffKind,
    Localisation,
    Marker,
    Mode,
    Role,
    Vocabulary,
    Word,
    WordKind,
    spelling,
)
from flowpheno.panel.files import builtin_directory, load_definition, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def _population(name: str) -> str:
    if name not in CONTROL_POPULATIONS:
        known = ", ".join(sorted(CONTROL_POPULATIONS))
        raise ValueError(f"{name!r} is not a control population; known: {known}")
    return name


def _reference(name: str) -> str:
    if name and name not in REFERENCES:
        raise ValueError(f"{name!r} is not a reference; known: {', '.join(sorted(REFERENCES))}")
    return name


def _spelled(name: str) -> str:
    if not spelling(name):
        raise ValueError(f"{name!r} holds no letter or digit")
    return name


_Population = Annotated[str, AfterValidator(_population)]
_Name = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_spelled)]


class _Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AntigenDefinition(_Definition):
    """One antigen or dye of ``markers.yaml``.

    Attributes
    ----------
    aliases : tuple of str
        Other spellings.
    clones : tuple of str
        Antibodies against it; in a name they may follow it, alone they mean nothing.
    localisation : Localisation
        Where it is stained.
    of : str
        Surface antigen that this is the cytoplasmic staining of; empty if none.
    mode : Mode
        Whether percent positive means anything.
    role : Role
        Antibody target, DNA dye or dead-cell dye.
    negative, positive : tuple of str
        Control populations.
    low_anchor : str or None
        Population that expresses it weakly.
    reference : str
        Normal counterpart.
    cautions : tuple of str
        What misleads.
    """

    aliases: tuple[_Name, ...] = ()
    clones: tuple[_Name, ...] = ()
    localisation: Localisation = Localisation.SURFACE
    of: str = ""
    mode: Mode = Mode.THRESHOLD
    role: Role = Role.ANTIGEN
    negative: tuple[_Population, ...] = ()
    positive: tuple[_Population, ...] = ()
    low_anchor: _Population | None = None
    reference: Annotated[str, AfterValidator(_reference)] = ""
    cautions: tuple[str, ...] = ()

    def antigen(self, name: str) -> Antigen:
        """Give the value the numeric core works with.

        Parameters
        ----------
        name : str
            Canonical name.

        Returns
        -------
        Antigen
            The same facts.
        """
        surface = self.localisation is Localisation.SURFACE
        return Antigen(
            name=Marker(name),
            aliases=self.aliases,
            localisation=self.localisation,
            mode=self.mode,
            cutoff_kind=CutoffKind.SURFACE if surface else CutoffKind.CYTOPLASMIC,
            negative_controls=self.negative,
            positive_controls=self.positive,
            low_anchor=self.low_anchor or "",
            reference=self.reference,
            cautions=self.cautions,
            role=self.role,
        )


class RelativeScale(_Definition):
    """When a file is taken to be on a scale of its own.

    Attributes
    ----------
    lowest, highest : float
        Bounds, inclusive, of rescaled intensities.
    full_scale : float
        Largest ``$PnR`` that such a file states.
    share : float
        Smallest fraction of events, 0-1, that must lie within the bounds.
    """

    lowest: float
    highest: float
    full_scale: float = Field(gt=0)
    share: float = Field(gt=0, le=1)


class MarkersFile(_Definition):
    """What ``markers.yaml`` must say.

    Attributes
    ----------
    source : str
        Citation of the whole file.
    tag : str
        How sure the source is.
    antigens : dict of str to AntigenDefinition
        By canonical name.
    fluorochromes, scatter, unclear : dict of str to tuple of str
        Canonical name to spellings; for `unclear`, spelling to what it may mean.
    measures : dict of str to tuple of str
        Area, height, width to spellings.
    time, other, controls, inside, outside, noise : tuple of str
        Spellings.
    relative_scale : RelativeScale
        When a file is taken to be on a scale of its own.
    """

    source: str = Field(min_length=10)
    tag: Literal["V", "C", "K+", "K", "K-", "P"]
    antigens: dict[_Name, AntigenDefinition] = Field(min_length=1)
    fluorochromes: dict[_Name, tuple[_Name, ...]]
    scatter: dict[Literal["FSC", "SSC"], tuple[_Name, ...]]
    time: tuple[_Name, ...]
    measures: dict[Literal["area", "height", "width"], tuple[_Name, ...]]
    other: tuple[_Name, ...]
    controls: tuple[_Name, ...]
    inside: tuple[_Name, ...]
    outside: tuple[_Name, ...] = ()
    unclear: dict[_Name, tuple[str, ...]]
    noise: tuple[_Name, ...]
    relative_scale: RelativeScale


_Place = tuple[str, ...]


def _spellings(file: MarkersFile) -> Iterator[tuple[str, Word, _Place]]:
    """Every spelling with what it means and where it stands in the file."""
    antigens = {name: entry.aliases for name, entry in file.antigens.items()}
    named: tuple[tuple[WordKind, str, Mapping[str, tuple[str, ...]]], ...] = (
        (WordKind.ANTIGEN, "antigens", antigens),
        (WordKind.FLUOROCHROME, "fluorochromes", file.fluorochromes),
        (WordKind.SCATTER, "scatter", {str(name): names for name, names in file.scatter.items()}),
        (
            WordKind.MEASURE,
            "measures",
            {str(name): names for name, names in file.measures.items()},
        ),
    )
    for kind, group, aliases in named:
        for name, names in aliases.items():
            for spelled in dict.fromkeys((name, *names)):
                yield spelled, Word(kind, (name,)), (group, name)
    for name, candidates in file.unclear.items():
        yield name, Word(WordKind.UNCLEAR, candidates), ("unclear", name)
    clones = {clone: spelling(clone) for e in file.antigens.values() for clone in e.clones}
    for clone, key in clones.items():
        bound = [n for n, e in file.antigens.items() if key in map(spelling, e.clones)]
        yield clone, Word(WordKind.CLONE, tuple(bound)), ("antigens", bound[0])
    unnamed = {
        WordKind.TIME: ("time", file.time),
        WordKind.INSIDE: ("inside", file.inside),
        WordKind.OUTSIDE: ("outside", file.outside),
        WordKind.NOISE: ("noise", file.noise),
        WordKind.OTHER: ("other", file.other),
        WordKind.CONTROL: ("controls", file.controls),
    }
    for kind, (group, names) in unnamed.items():
        yield from ((name, Word(kind), (group,)) for name in names)


def _words(file: MarkersFile) -> tuple[dict[str, Word], list[tuple[_Place, str]]]:
    """Spelling to meaning, and every spelling that has two."""
    words: dict[str, Word] = {}
    problems = []
    for name, word, place in _spellings(file):
        known = words.setdefault(spelling(name), word)
        if known != word:
            meant = " / ".join(known.meanings) or known.kind.value
            problems.append((place, f"{name!r} already means {meant}"))
    return words, problems


def _inside(file: MarkersFile) -> tuple[dict[Marker, Marker], list[tuple[_Place, str]]]:
    """Surface antigen to cytoplasmic staining, and what is wrong with either."""
    inside = {Marker(e.of): Marker(name) for name, e in file.antigens.items() if e.of}
    for name, entry in file.antigens.items():
        if entry.localisation is not Localisation.SURFACE:
            inside.setdefault(Marker(name), Marker(name))  # "cy MPO" says it twice
    problems: list[tuple[_Place, str]] = [
        (("antigens", name), f"of: {entry.of!r} is not an antigen of this file")
        for name, entry in file.antigens.items()
        if entry.of and entry.of not in file.antigens
    ]
    known = {*file.antigens, *file.scatter}
    problems += [
        (("unclear", name), f"{candidate!r} is not a name of this file")
        for name, candidates in file.unclear.items()
        for candidate in candidates
        if candidate not in known
    ]
    return inside, problems


def _joined(file: MarkersFile) -> Iterator[str]:
    """Spellings that hold a sign which elsewhere joins two reagents: TCR-a/b; dyes in any way."""
    for name, entry in file.antigens.items():
        for spelled in (name, *entry.aliases):
            if entry.role is not Role.ANTIGEN or any(sign in spelled for sign in "+/&"):
                yield spelling(spelled)


def load_markers(path: Path) -> MarkersFile:
    """Read a marker file.

    Parameters
    ----------
    path : Path
        A YAML file.

    Returns
    -------
    MarkersFile
        The validated definition.

    Raises
    ------
    PanelError
        If it is not such a definition, a spelling has two meanings or an antigen is unknown;
        lists every problem with its line.
    """
    file = load_definition(path, MarkersFile)
    found = [*_words(file)[1], *_inside(file)[1]]
    if found:
        content = read_yaml(path)
        problems = [f"line {_line(content, at)}: {'.'.join(at)}: {what}" for at, what in found]
        raise PanelError(path, problems)
    return file


def load_vocabulary(path: Path) -> Vocabulary:
    """Read a marker file into the vocabulary names are resolved with.

    Parameters
    ----------
    path : Path
        A YAML file.

    Returns
    -------
    Vocabulary
        Every name it defines.

    Raises
    ------
    PanelError
        As `load_markers`.
    """
    return _vocabulary(load_markers(path))


def _vocabulary(file: MarkersFile) -> Vocabulary:
    words = _words(file)[0]
    return Vocabulary(
        antigens=MappingProxyType({Marker(n): e.antigen(n) for n, e in file.antigens.items()}),
        fluorochromes=MappingProxyType(dict(file.fluorochromes)),
        words=MappingProxyType(words),
        inside=MappingProxyType(_inside(file)[0]),
        joined=frozenset(_joined(file)),
        longest=max(map(len, words)),
    )


@cache
def builtin_markers() -> MarkersFile:
    """Read the marker file that comes with flowpheno, once.

    Returns
    -------
    MarkersFile
        The validated definition.

    Raises
    ------
    PanelError
        If the installation is damaged.
    """
    return load_markers(builtin_directory() / "markers.yaml")


@cache
def builtin_vocabulary() -> Vocabulary:
    """Give the vocabulary that comes with flowpheno, built once.

    Returns
    -------
    Vocabulary
        Every name of ``markers.yaml``.

    Raises
    ------
    PanelError
        If the installation is damaged.
    """
    return _vocabulary(builtin_markers())


def _line(content: object, place: _Place) -> int:
    """Line of an entry, from 1."""
    line = 0
    for key in place:
        line = content.lc.key(key)[0]  # type: ignore[attr-defined]  # a CommentedMap, validated
        content = content[key]  # type: ignore[index] # the key came with the problem
    return int(line) + 1
