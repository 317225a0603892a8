"""The patient's earlier specimens: found in the registry, and the diagnosis compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowpheno.pipeline.pair import blast_profile, compare_results, run_of
from flowpheno.registry import (
    Signature,
    list_specimens,
    open_registry,
    read_result,
    store_run,
)
from flowpheno.registry.content import text
from flowpheno.results import Run
from flowpheno.verdict import SpecimenVerdict

if TYPE_CHECKING:
    from pathlib import Path

    from flowpheno.comparison import Comparison
    from flowpheno.panel.definitions import Definitions
    from flowpheno.pipeline.directory import Options
    from flowpheno.registry import Kept, Registry, StoredRun, VersionInfo
    from flowpheno.results import SpecimenResult

PREFIX = "registry:"
"""What the name of a specimen begins with, where a file could stand too."""

_POSITIVE = frozenset(
    {
        SpecimenVerdict.CONFIRMED_BCP_ALL,
        SpecimenVerdict.ABERRANT_LINEAGE_INCOMPLETE,
        SpecimenVerdict.POSITIVE_MRD,
        SpecimenVerdict.POSITIVE_LOW_UNQUANT,
    }
)
_LAST = "\N{DELETE}"  # behind every date
_DAY = len("2026-01-31")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A specimen beside the patient's earliest positive one.

    Attributes
    ----------
    specimen, patient : str
        The specimen that was judged.
    earlier : VersionInfo or None
        The earliest positive specimen before it; None if the registry has none.
    comparison : Comparison or None
        Marker by marker; None where one of the two has no aberrant population.
    said : str
        One sentence.
    simulated : bool
        Whether one of the two is simulated.
    """

    specimen: str
    patient: str
    earlier: VersionInfo | None
    comparison: Comparison | None
    said: str
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the registry took of a run, and what it knew.

    Attributes
    ----------
    stored : StoredRun
        What was stored, and what could not be.
    remembered : tuple of Remembered
        One for each specimen stored, in the order of the run.
    """

    stored: StoredRun
    remembered: tuple[Remembered, ...]


def remember(
    run: Run, registry: str | Path, signature: Signature, *, definitions: Definitions | None = None
) -> Memory:
    """Store a run, and compare each specimen with the patient's diagnosis.

    Parameters
    ----------
    run : Run
        What was found.
    registry : str or Path
        A file or a URL; made on first use.
    signature : Signature
        By whom, and why if something is replaced.
    definitions : Definitions or None
        Limits of shifts; None for those that come with flowpheno.

    Returns
    -------
    Memory
        Everything is stored first: specimens of one run know each other.

    Raises
    ------
    RegistryError
        If the registry cannot be used.
    """
    with open_registry(registry) as opened:
        stored = store_run(opened, run, signature)
        known = {(s.patient, s.specimen) for s in stored.stored}  # names as they are stored
        return Memory(
            stored=stored,
            remembered=tuple(
                _remember(opened, s, definitions, simulated=run.simulated)
                for s in run.specimens
                if (s.patient, text(s.specimen)) in known
            ),
        )


def run_of_side(side: Path, options: Options, registry: str) -> Run:
    """Judge, or read, one side of a comparison.

    Parameters
    ----------
    side : Path
        FCS file, results folder, or ``registry:SPECIMEN``.
    options : Options
        How to judge files.
    registry : str
        The registry; empty if none was named.

    Returns
    -------
    Run
        With exactly one specimen.

    Raises
    ------
    RegistryError
        If the registry cannot be used, or has no such specimen.
    ResultsError
        If a file cannot be used, or there is not exactly one specimen.
    """
    key = str(side)
    if not (registry and key.startswith(PREFIX)):
        return run_of(side, options)
    with open_registry(registry, create=False) as opened:
        return run_of_kept(read_result(opened, key.removeprefix(PREFIX)))


def run_of_kept(kept: Kept) -> Run:
    """Make a run of what the registry holds of a specimen.

    Parameters
    ----------
    kept : Kept
        A result with its provenance.

    Returns
    -------
    Run
        With this specimen alone, without pictures and events.
    """
    made = kept.provenance
    return Run(
        specimens=(kept.result,),
        failures=(),
        generated=made.generated,
        version=made.version,
        definitions=made.definitions,
        simulated=made.simulated,
        overridden=made.overridden,
    )


def _remember(
    registry: Registry, result: SpecimenResult, definitions: Definitions | None, *, simulated: bool
) -> Remembered:
    before = _diagnosis(registry, result)
    comparison, said = None, "The registry has no earlier specimen of this patient with blasts."
    if before is not None:
        name = before.info.specimen + (f" of {before.info.date}" if before.info.date else "")
        said = f"No aberrant population here to compare with that of {name}, the earliest."
        if blast_profile(result) is not None:
            comparison = compare_results(before.result, result, definitions)
            said = (
                f"Compared with {name}, the earliest with blasts in the registry: "
                f"{comparison.verdict}. A changed phenotype never rejects a relapse."
            )
    return Remembered(
        specimen=result.specimen,
        patient=result.patient,
        earlier=None if before is None else before.info,
        comparison=comparison,
        said=said,
        simulated=simulated or (before is not None and before.info.simulated),
    )


def _diagnosis(registry: Registry, result: SpecimenResult) -> Kept | None:
    """Find the earliest positive specimen before this one that kept a profile of its blasts."""
    known = list_specimens(registry, patient=result.patient)
    own = [info.specimen for info in known].index(text(result.specimen))
    before = [
        (info.date or _LAST, n, info)
        for n, info in enumerate(known)
        if n != own and info.verdict in _POSITIVE and _is_before(info, n, result, own)
    ]
    for _, _, info in sorted(before, key=lambda found: found[:2]):
        kept = read_result(registry, info.key)
        if blast_profile(kept.result) is not None:
            return kept
    return None


def _is_before(info: VersionInfo, place: int, result: SpecimenResult, own: int) -> bool:
    """Go by the days; where one is not known, by the order in which they were stored."""
    if info.date and result.date:
        return info.date[:_DAY] < result.date[:_DAY]
    return place < own
