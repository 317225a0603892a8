"""The specimens of a case against the patient's own diagnosis, where both were judged on files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.case import ComparedRow
from flowpheno.panel.case import Phase
from flowpheno.pipeline.pair import blast_profile, compare_results

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.comparison import Comparison
    from flowpheno.panel.case import Case
    from flowpheno.panel.definitions import Definitions
    from flowpheno.results import SpecimenResult


def compare_with_diagnosis(
    case: Case, results: Mapping[str, SpecimenResult], definitions: Definitions
) -> Mapping[str, Comparison]:
    """Compare every later specimen that holds blasts with the diagnosis.

    Parameters
    ----------
    case : Case
        What the case file says.
    results : mapping of str to SpecimenResult
        Of each specimen that was judged on files.
    definitions : Definitions
        Limits of shifts.

    Returns
    -------
    mapping of str to Comparison
        By specimen; empty where no specimen of the diagnosis has a profile of its blasts.
    """
    diagnosis = _diagnosis(case, results)
    if diagnosis is None:
        return {}
    later = (s.id for s in case.specimens if s.phase is not Phase.DIAGNOSIS and s.id in results)
    return {
        name: compare_results(results[diagnosis], results[name], definitions)
        for name in later
        if blast_profile(results[name]) is not None
    }


def compared_rows(
    case: Case, results: Mapping[str, SpecimenResult], found: Mapping[str, Comparison]
) -> tuple[ComparedRow, ...]:
    """Put comparisons into rows of the case.

    Parameters
    ----------
    case : Case
        What the case file says.
    results : mapping of str to SpecimenResult
        Of each specimen that was judged on files.
    found : mapping of str to Comparison
        Comparisons with the diagnosis, by specimen.

    Returns
    -------
    tuple of ComparedRow
        In the order of the case file.
    """
    diagnosis = _diagnosis(case, results) or ""
    return tuple(
        ComparedRow(
            specimen=name,
            diagnosis=diagnosis,
            verdict=comparison.verdict.value,
            kept=tuple(map(str, comparison.kept)),
            lost=tuple(map(str, comparison.lost)),
            gained=tuple(map(str, comparison.gained)),
            changed=tuple(map(str, comparison.changed)),
            lineage_switch=comparison.lineage_switch,
            masked=tuple(
                str(s.marker) for s in comparison.shifts if any("MASKED" in r for r in s.reasons)
            ),
        )
        for name, comparison in found.items()
    )


def _diagnosis(case: Case, results: Mapping[str, SpecimenResult]) -> str | None:
    """Name the first specimen of the diagnosis that has a profile of its blasts."""
    named = (s.id for s in case.specimens if s.phase is Phase.DIAGNOSIS and s.id in results)
    return next((name for name in named if blast_profile(results[name]) is not None), None)
