"""Two specimens of a patient: the profiles of their blasts, held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.comparison import compare
from flowpheno.errors import ResultsError
from flowpheno.panel.definitions import load_definitions
from flowpheno.pipeline.directory import classify_files
from flowpheno.results import read_results

if TYPE_CHECKING:
    from pathlib import Path

    from flowpheno.comparison import Comparison, Profile
    from flowpheno.panel.definitions import Definitions
    from flowpheno.pipeline.directory import Options
    from flowpheno.results import Run, SpecimenResult

_SEED = 20140718
"""Seed of the bootstrap: one pair of files, one answer."""


def run_of(path: Path, options: Options) -> Run:
    """Judge the file or folder of one specimen, or read an earlier run of it.

    Parameters
    ----------
    path : Path
        FCS file, folder of the tubes of one specimen, or results folder.
    options : Options
        How to judge files.

    Returns
    -------
    Run
        With exactly one specimen.

    Raises
    ------
    ResultsError
        If the file cannot be used, or there is not exactly one specimen.
    """
    stored = path.is_dir() and (path / "results.json").is_file()
    run = read_results(path) if stored else classify_files([path], options)
    if run.failures and not run.specimens:
        raise ResultsError(f"{run.failures[0].path}: {run.failures[0].message}")
    if len(run.specimens) != 1:
        raise ResultsError(f"{path}: {len(run.specimens)} specimens, expected one")
    return run


def blast_profile(result: SpecimenResult) -> Profile | None:
    """Take the profile of the blasts from the tube that holds most of them.

    Parameters
    ----------
    result : SpecimenResult
        What was found.

    Returns
    -------
    Profile or None
        None where nothing aberrant was found.
    """
    profiles = [tube.profile for tube in result.tubes if tube.profile is not None]
    return max(profiles, key=lambda p: p.n, default=None)


def compare_results(
    diagnosis: SpecimenResult, relapse: SpecimenResult, definitions: Definitions | None = None
) -> Comparison:
    """Compare the blasts of two specimens.

    Parameters
    ----------
    diagnosis, relapse : SpecimenResult
        What was found; a diagnosis without blasts makes the comparison not evaluable.
    definitions : Definitions or None
        Limits of shifts; None for those that come with flowpheno.

    Returns
    -------
    Comparison
        Marker by marker.

    Raises
    ------
    ResultsError
        If the relapse holds no aberrant population.
    """
    later = blast_profile(relapse)
    if later is None:
        raise ResultsError(f"{relapse.specimen}: no aberrant population to compare")
    limits = (definitions or load_definitions()).comparison
    rng = np.random.default_rng(_SEED)
    return compare(blast_profile(diagnosis), later, limits, rng=rng)
