"""Which labels are of which tube of a run."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flowpheno.evaluation.labels import Labels
    from flowpheno.results import Run

Tube = tuple[str, str]
"""Specimen and tube."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Labels beside the tubes that they are of.

    Attributes
    ----------
    tubes : mapping of str to tuple of (str, Path)
        Specimen to its labelled tubes.
    lost : mapping of str to tuple of Path
        Specimen to labels of files that the run has no result for.
    """

    tubes: Mapping[str, tuple[tuple[str, Path], ...]]
    lost: Mapping[str, tuple[Path, ...]]


def link_labels(run: Run, labels: Labels) -> Links:
    """Find the tube that each file of labels is of: the one that bears its name.

    Parameters
    ----------
    run : Run
        What was found.
    labels : Labels
        What is known.

    Returns
    -------
    Links
        Every file of labels stands in one of the two.

    Raises
    ------
    LabelError
        If labels could be of several tubes, or two files are of one.
    """
    by_name = _names(run)
    tubes: dict[str, list[tuple[str, Path]]] = defaultdict(list)
    lost: dict[str, list[Path]] = defaultdict(list)
    taken: dict[Tube, Path] = {}
    for path, name in labels.events.items():
        found = by_name.get(f"{path.parent.name}/{name}") or by_name.get(name, [])
        if len(found) > 1:
            places = ", ".join(f"{tube} of {specimen}" for specimen, tube in found)
            raise LabelError(f"{path}: could be the labels of {places}")
        if not found:
            lost[labels.specimens.get(name, name)].append(path)
            continue
        if found[0] in taken:
            raise LabelError(f"{path}: {taken[found[0]]} holds labels of {name} already")
        taken[found[0]] = path
        specimen, tube = found[0]
        tubes[specimen].append((tube, path))
    return Links(
        tubes={specimen: tuple(found) for specimen, found in tubes.items()},
        lost={specimen: tuple(paths) for specimen, paths in lost.items()},
    )


def _names(run: Run) -> dict[str, list[Tube]]:
    """Names by which a tube can be meant: its own, and the specimen's if it is the only one."""
    names: dict[str, list[Tube]] = defaultdict(list)
    for specimen in run.specimens:
        for tube in specimen.tubes:
            own = {tube.name}
            if len(specimen.tubes) == 1:
                # files of one name in several folders are specimens called "folder/name.fcs"
                own |= {specimen.specimen, specimen.specimen.rsplit(".", 1)[0]}
            for name in own:
                names[name].append((specimen.specimen, tube.name))
    return names
