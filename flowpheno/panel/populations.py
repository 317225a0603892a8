"""Read panels/populations.yaml: populations by the levels of their markers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flowpheno.errors import PanelError
from flowpheno.gating.definition import ANY_MARKER, Landmark, PopulationDefinitions, Unit
from flowpheno.gating.scatter import SCATTER_STEPS
from flowpheno.panel.files import builtin_directory, line_of, read_yaml
from flowpheno.panel.limits import load_limits
from flowpheno.panel.vocabulary import builtin_vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from flowpheno.gating.definition import Level, PopulationDefinition
    from flowpheno.marker import Marker

ROOTS = ("all", "nucleated", "hematogones")
"""Populations that quality control, and the search for aberrant cells, give."""
REQUIRED = ("B_lineage", "B_mature", "plasma", "B_precursors", "lymphocytes", "T", "gran", "mono")
"""Populations that later stages ask for by name."""
QC_STEPS = (
    *(
        "time_ok",
        "within_range",
        "above_zero",
        "no_particles",
        "dna",
        "singlets",
        "intact",
        "live",
    ),
    *SCATTER_STEPS,
)
"""Steps of quality control, and what scatter tells, that a population may be defined by."""
_SCATTER = ("FSC", "SSC")
_BESIDE_A_CONTROL = frozenset({Landmark.CUT, Landmark.CONTROL, Landmark.CONTROL_END})
_Problem = tuple[tuple[int | str, ...], str]


def load_populations(
    path: Path, *, markers: Collection[Marker] | None = None
) -> PopulationDefinitions:
    """Read the definitions of the populations.

    Parameters
    ----------
    path : Path
        A YAML file.
    markers : collection of Marker or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

    Returns
    -------
    PopulationDefinitions
        The definitions.

    Raises
    ------
    PanelError
        If the file does not define populations: lists every level, marker and population it
        names without there being one, with its line.
    """
    definitions = load_limits(path, PopulationDefinitions)
    known = {str(m) for m in (builtin_vocabulary().antigens if markers is None else markers)}
    problems = [*_level_problems(definitions, known), *_population_problems(definitions, known)]
    if problems:
        content = read_yaml(path)
        raise PanelError(
            path,
            [
                f"line {line_of(content, place)}: {'.'.join(map(str, place))}: {message}"
                for place, message in problems
            ],
        )
    return definitions


def builtin_populations(directory: Path | None = None) -> PopulationDefinitions:
    """Read the populations of a folder of definitions.

    Parameters
    ----------
    directory : Path or None
        Folder that holds ``populations.yaml``; None for those that come with flowpheno.

    Returns
    -------
    PopulationDefinitions
        The definitions.

    Raises
    ------
    PanelError
        If the file does not define populations.
    """
    return load_populations((directory or builtin_directory()) / "populations.yaml")


def _level_problems(definitions: PopulationDefinitions, known: set[str]) -> Iterator[_Problem]:
    for marker, levels in definitions.levels.items():
        place: tuple[int | str, ...] = ("levels", marker)
        if marker not in {*known, *_SCATTER, ANY_MARKER}:
            yield place, "is not a marker of the vocabulary"
        for name, level in levels.items():
            yield from (((*place, name), m) for m in _bound_problems(marker, level))


def _bound_problems(marker: str, level: Level) -> Iterator[str]:
    if not level.landmarks:
        yield "has no bound"
    for bound in (level.above, level.up_to):
        if len(bound) > 1:
            yield "a bound has one landmark"
    if Landmark.BORDER in level.landmarks and marker != "SSC":
        yield "only SSC has a border"
    if marker in {*_SCATTER, "CD45"} and level.landmarks & {*_BESIDE_A_CONTROL, Landmark.VALLEY}:
        yield f"{marker} has no negative control, hence no cut"


def _population_problems(
    definitions: PopulationDefinitions, known: set[str]
) -> Iterator[_Problem]:
    names = [p.name for p in definitions.populations]
    for name in REQUIRED:
        if name not in names:
            yield ("populations",), f"{name} is missing: later stages ask for it"
    for index, population in enumerate(definitions.populations):
        place: tuple[int | str, ...] = ("populations", index)
        if Counter(names)[population.name] > 1 or population.name in ROOTS:
            yield (*place, "name"), f"{population.name} is defined twice"
        messages = (
            *_reference_problems(population, names[:index]),
            *_shape_problems(population),
            *_marker_problems(population, definitions, known),
        )
        yield from ((place, message) for message in messages)


def _reference_problems(
    population: PopulationDefinition, earlier: Collection[str]
) -> Iterator[str]:
    if population.parent not in {*earlier, *ROOTS}:
        yield f"parent {population.parent} is no population above this one"
    for other in population.outside:
        if other not in earlier:
            yield f"outside {other} is no population above this one"


def _marker_problems(
    population: PopulationDefinition, definitions: PopulationDefinitions, known: set[str]
) -> Iterator[str]:
    for marker, level in population.levels():
        if str(marker) not in {*known, *_SCATTER}:
            yield f"{marker} is not a marker of the vocabulary"
        elif not _fits(definitions, marker, level):
            yield f"{marker} has no level {level}"


def _fits(definitions: PopulationDefinitions, marker: Marker, name: str) -> bool:
    """Whether a marker has a level: those of every marker ask for a cut point."""
    own: Mapping[str, Level] = definitions.levels.get(str(marker), {})
    if marker in {*_SCATTER, "CD45"}:
        return name in own
    return definitions.level(marker, name) is not None


def _shape_problems(population: PopulationDefinition) -> Iterator[str]:
    steps = (*population.dropped_by, *population.kept_by)
    if sum(map(bool, (population.ways, population.dropped_by, population.kept_by))) != 1:
        yield "needs ways, or steps that dropped it, or steps that kept it"
    for step in steps:
        if step not in QC_STEPS:
            yield f"{step} is no step of quality control"
    if steps and (population.parent != "all" or population.levels()):
        yield "what quality control tells is a part of all events, whatever its markers"
    for way in population.ways:
        if way.each and population.by is Unit.EVENTS:
            yield "`each` belongs to clusters: events are judged one by one anyway"
