"""Two specimens of a patient: the profiles of their blasts, held against each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.comparison import Series, SeriesStep, compare, pair_up
from flowpheno.errors import ResultsError
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.panel.definitions import load_definitions
from flowpheno.pipeline.directory import classify_files
from flowpheno.results import read_results
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from flowpheno.comparison import Comparison, Profile
    from flowpheno.panel.comparison import ComparisonLimits
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
    """Compare the blasts of two specimens, whatever tubes each was measured in.

    Parameters
    ----------
    diagnosis, relapse : SpecimenResult
        What was found; a diagnosis without blasts makes the comparison not evaluable.
    definitions : Definitions or None
        Limits of shifts; None for those that come with flowpheno.

    Returns
    -------
    Comparison
        Marker by marker, with what was noticed of the two specimens.

    Raises
    ------
    ResultsError
        If the relapse holds no aberrant population.
    """
    later = _profiles(relapse)
    if not later:
        raise ResultsError(_nothing_in(relapse))
    limits = (definitions or load_definitions()).comparison
    rng = np.random.default_rng(_SEED)
    before = _profiles(diagnosis)
    first, last = pair_up(before, later) if before else (None, later[0])
    compared = compare(first, last, limits, rng=rng)
    findings = tuple(_notice(diagnosis, relapse, limits))
    said = (*compared.implications, *(finding.message for finding in findings))
    return replace(compared, findings=findings, implications=said)


def _nothing_in(result: SpecimenResult) -> str:
    """Say that nothing was found, and what that is worth."""
    judged = result.verdict
    said = f"{result.specimen}: no aberrant population to compare: {judged.verdict.value}"
    if judged.verdict is SpecimenVerdict.NO_ABERRANT_B_PRECURSOR:
        return said
    said = f"{said} ({', '.join(judged.reasons)}), which excludes nothing"
    missing = ReasonCode.NO_NORMAL_TEMPLATE in judged.reasons
    return f"{said}; with a normal template there may be one" if missing else said


def compare_series(
    results: Sequence[SpecimenResult], definitions: Definitions | None = None
) -> Series:
    """Compare the blasts of several specimens with the first, and each with the one before.

    Parameters
    ----------
    results : sequence of SpecimenResult
        The diagnosis, then the later specimens in order; two or more.
    definitions : Definitions or None
        Limits of shifts; None for those that come with flowpheno.

    Returns
    -------
    Series
        A step for each later specimen; one without an aberrant population has no comparison.

    Raises
    ------
    ResultsError
        If there are fewer than two specimens.
    """
    if len(results) < 2:  # noqa: PLR2004 - a series begins with two
        raise ResultsError(f"{len(results)} specimens: a series needs two or more")
    used = definitions or load_definitions()
    steps, first, previous = [], results[0], results[0]
    for result in results[1:]:
        found = bool(_profiles(result))
        steps.append(
            SeriesStep(
                name=result.specimen,
                verdict=result.verdict.verdict.value,
                since_first=compare_results(first, result, used) if found else None,
                since_previous=compare_results(previous, result, used)
                if found and previous is not first
                else None,
            )
        )
        previous = result if found else previous
    return Series(first=first.specimen, steps=tuple(steps))


def _profiles(result: SpecimenResult) -> list[Profile]:
    return [tube.profile for tube in result.tubes if tube.profile is not None]


def _notice(
    diagnosis: SpecimenResult, relapse: SpecimenResult, limits: ComparisonLimits
) -> Iterator[Finding]:
    """Say what the two specimens are, where a reader could take them for something else."""
    words = limits.sentences
    files = [{tube.sha256 for tube in r.tubes} - {""} for r in (diagnosis, relapse)]
    same = files[0] & files[1] or (_profiles(diagnosis) == _profiles(relapse) != [])
    if same:
        yield _note(ReasonCode.SAME_SPECIMEN, words.same_specimen)
    verdict = relapse.verdict
    if verdict.verdict is not SpecimenVerdict.CONFIRMED_BCP_ALL:
        share = verdict.blast_percent.estimate
        counted = f" ({share:.2g} % of {verdict.denominator})" if np.isfinite(share) else ""
        said = f"{relapse.specimen} is {verdict.verdict.value}{counted}: {words.not_confirmed}"
        yield _note(ReasonCode.RELAPSE_NOT_SHOWN, said)


def _note(code: ReasonCode, message: str) -> Finding:
    return Finding(code=code, severity=Severity.NOTE, stage="comparison", message=message)
