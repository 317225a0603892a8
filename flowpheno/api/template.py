"""Normal templates, built in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flowpheno.aberrancy.template import load_template, save_template
from flowpheno.panel.definitions import load_definitions
from flowpheno.pipeline.normals import LearnedTemplate, learn_template
from flowpheno.pipeline.progress import progress_bar
from flowpheno.reading import find_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowpheno.panel.definitions import Definitions

__all__ = ["LearnedTemplate", "build_template", "load_template"]


def build_template(
    normals: Path | str | Iterable[Path | str],
    *,
    name: str = "normal",
    out: Path | str | None = None,
    definitions: Definitions | None = None,
    seed: int = 1,
) -> LearnedTemplate:
    """Build a template of blast-free marrows of one panel.

    Parameters
    ----------
    normals : Path or str, or several
        Files, and folders searched to the bottom; at least five marrows, better twenty.
    name : str
        Identifier shown in results.
    out : Path or str or None
        Where to save it; None to keep it in memory.
    definitions : Definitions or None
        Of `load_definitions`; None for those that come with flowpheno.
    seed : int
        Seed of the subsampling and of the mixture.

    Returns
    -------
    LearnedTemplate
        Its ``template`` is what `classify` takes; ``failures`` are files that could not be used.

    Raises
    ------
    TemplateError
        If too few marrows can be used, or two files have the same stem.
    """
    given = [normals] if isinstance(normals, Path | str) else normals
    files = find_files([Path(one) for one in given])
    with progress_bar("Learning") as advance:
        learned = learn_template(
            name, files, definitions or load_definitions(), seed=seed, progress=advance
        )
    if out is not None:
        save_template(learned.template, Path(out))
    return learned
