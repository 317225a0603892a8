"""What the registry takes and gives: frozen values, never rows of the database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.results import Run, SpecimenResult
    from flowpheno.verdict import SpecimenVerdict


class Status(StrEnum):
    """What a version of a result is to the one before it (words of FHIR R4)."""

    FINAL = "final"  # the first
    CORRECTED = "corrected"  # the verdict is another
    AMENDED = "amended"  # the verdict is the same, something else is not


class Outcome(StrEnum):
    """What storing a result did."""

    NEW = "new specimen"
    VERSION = "new version"
    KNOWN = "already stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a result was made.

    Attributes
    ----------
    version : str
        Version of flowpheno.
    generated : str
        Time of the run, ISO 8601.
    simulated : bool
        Whether the input is simulated.
    definitions : mapping of str to str
        Name of each definition file used, to its SHA-256.
    overridden : tuple of str
        Definition files that were a laboratory's own.
    """

    version: str
    generated: str
    simulated: bool
    definitions: Mapping[str, str]
    overridden: tuple[str, ...] = ()

    @classmethod
    def of(cls, run: Run) -> Provenance:
        """Take the provenance of a run.

        Parameters
        ----------
        run : Run
            A run.

        Returns
        -------
        Provenance
            That of each of its specimens.
        """
        return cls(
            version=run.version,
            generated=run.generated,
            simulated=run.simulated,
            definitions=dict(run.definitions),
            overridden=run.overridden,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who stores something, and why.

    Attributes
    ----------
    who : str
        Name of a person or account of the laboratory.
    reason : str
        Why a stored result is replaced, in a person's words; empty to have what differs said.
    status : Status or None
        What the version is to the one before; None to tell it by the verdicts.
    at : str
        When the result was first stored, ISO 8601, where it comes from another registry; empty
        for now.
    by : str
        Who brings it from another registry, for the audit log; empty for the same person.
    note : str
        Where it came from, for the audit log.
    """

    who: str
    reason: str = ""
    status: Status | None = None
    at: str = ""
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInfo:
    """One version of the result of a specimen, without the result itself.

    Attributes
    ----------
    patient, specimen : str
        Pseudonym, and name of the specimen.
    number : int
        1 for the first version.
    status : Status
        Final, corrected or amended.
    reason, who, recorded : str
        Why, by whom and when (ISO 8601) it was stored.
    material, site, date, timepoint : str
        As the manifest said; empty where it did not.
    verdict : SpecimenVerdict
        The verdict.
    n_blasts, n_nucleated : int
        Events of the aberrant population, and of the denominator.
    blast_percent : float
        Percent of the denominator; NaN without events.
    version, generated : str
        Version of flowpheno, and time of its run.
    simulated : bool
        Whether the input is simulated.
    inputs : tuple of (str, str)
        Each tube with the SHA-256 of its file.
    definitions_sha256 : str
        Hash over the names and hashes of all definitions.
    content_sha256 : str
        Hash of the stored result.
    record_sha256 : str
        Hash of everything that was said when it was stored; stands in the audit log.
    """

    patient: str
    specimen: str
    number: int
    status: Status
    reason: str
    who: str
    recorded: str
    material: str
    site: str
    date: str
    timepoint: str
    verdict: SpecimenVerdict
    n_blasts: int
    n_nucleated: int
    blast_percent: float
    version: str
    generated: str
    simulated: bool
    inputs: tuple[tuple[str, str], ...] = ()
    definitions_sha256: str = ""
    content_sha256: str = ""
    record_sha256: str = ""

    @property
    def key(self) -> str:
        """Name by which commands find the specimen."""
        return f"{self.patient}/{self.specimen}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """One version with its result.

    Attributes
    ----------
    info : VersionInfo
        What was said when it was stored.
    result : SpecimenResult
        The result, without pictures and events.
    provenance : Provenance
        How it was made.
    """

    info: VersionInfo
    result: SpecimenResult
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What storing one result did.

    Attributes
    ----------
    outcome : Outcome
        Whether anything was added.
    patient, specimen : str
        Of what.
    number : int
        Version that holds the result.
    current : int
        Newest version of the specimen.
    elsewhere : tuple of str
        Other specimens (``patient/specimen``) stored with one of the same input files: a slip of
        the pen, or a swap.
    """

    outcome: Outcome
    patient: str
    specimen: str
    number: int
    current: int
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """What storing all specimens of a run did.

    Attributes
    ----------
    stored : tuple of Stored
        One for each specimen that has a patient.
    without_patient : tuple of str
        Specimens that no patient was given for.
    refused : tuple of str
        Specimens whose patient is no pseudonym, ``specimen (patient)``.
    """

    stored: tuple[Stored, ...] = ()
    without_patient: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One link of the audit log.

    Attributes
    ----------
    seq : int
        Place in the chain, 1 for the first.
    at, who, action : str
        When (ISO 8601), by whom, what: ``created``, ``upgraded``, ``stored``, ``corrected``,
        ``amended``.
    patient, specimen : str
        Of what; empty for the registry itself.
    number : int
        Version stored; 0 for none.
    record_sha256 : str
        Hash of what was stored; empty for nothing.
    detail : str
        In words.
    previous, sha256 : str
        Hash of the link before (64 zeros for none), and of this one with it.
    """

    seq: int
    at: str
    who: str
    action: str
    patient: str
    specimen: str
    number: int
    record_sha256: str
    detail: str
    previous: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Something the audit log contradicts.

    Attributes
    ----------
    link : int
        Place in the chain; 0 for what no link speaks of.
    problem : str
        In words.
    """

    link: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check of the whole registry found.

    Attributes
    ----------
    links, versions : int
        How many were checked.
    head : str
        Hash of the last link; noted elsewhere, it shows later whether the end was cut off.
    broken : tuple of Broken
        Every contradiction, the first broken link first; empty if all agrees.
    """

    links: int
    versions: int
    head: str
    broken: tuple[Broken, ...] = ()
