"""Normal marrows through the first stages, to a template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.aberrancy.template import NormalTemplate, build_template
from flowpheno.compensation import compensate
from flowpheno.errors import FlowphenoError, TemplateError
from flowpheno.gating import GatedTube, gate_tube
from flowpheno.pipeline.directory import failure_of
from flowpheno.qc import quality_control
from flowpheno.reading import read_fcs
from flowpheno.transform.full_scale import with_full_scale

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flowpheno.panel.definitions import Definitions
    from flowpheno.results import Failure
    from flowpheno.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LearnedTemplate:
    """A template, and the files that could not be used for it.

    Attributes
    ----------
    template : NormalTemplate
        The template.
    failures : tuple of Failure
        Files that could not be read or compensated.
    """

    template: NormalTemplate
    failures: tuple[Failure, ...]


def gate_cells(sample: Sample, definitions: Definitions) -> GatedTube:
    """Take a tube from raw events to gated populations.

    Parameters
    ----------
    sample : Sample
        As read.
    definitions : Definitions
        Parameters of every stage.

    Returns
    -------
    GatedTube
        Its populations.
    """
    sample = with_full_scale(sample)
    compensated = compensate(sample)
    control = quality_control(sample, compensated, definitions.qc)
    return gate_tube(compensated, control.cells, definitions.gating, definitions.populations)


def learn_template(
    name: str,
    files: Sequence[Path],
    definitions: Definitions,
    *,
    seed: int,
    progress: Callable[[int, int, str], None] | None = None,
) -> LearnedTemplate:
    """Learn a template from files of blast-free marrows.

    Parameters
    ----------
    name : str
        Identifier.
    files : sequence of Path
        One file a marrow.
    definitions : Definitions
        Parameters of every stage.
    seed : int
        Seed of the subsampling and of the mixture.
    progress : callable or None
        Called with files done, their number, and the name of the last.

    Returns
    -------
    LearnedTemplate
        The template and the files that could not be used.

    Raises
    ------
    TemplateError
        If too few marrows can be used, or two files have the same stem.
    """
    failures, normals = [], {}
    for done, path in enumerate(files, start=1):
        try:
            sample = read_fcs(path, vocabulary=definitions.vocabulary)
            if sample.name in normals:
                raise TemplateError(f"two files are called {sample.name}")
            normals[sample.name] = gate_cells(sample, definitions)
        except FlowphenoError as error:
            failures.append(failure_of(path, error))
        if progress is not None:
            progress(done, len(files), path.stem)
    template = build_template(name, normals, definitions.aberrancy, seed=seed)
    return LearnedTemplate(template=template, failures=tuple(failures))
