"""What a run found, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from flowpheno.comparison import Profile
    from flowpheno.finding import Finding
    from flowpheno.gating.link import PopulationLink
    from flowpheno.lineage import LineageScores
    from flowpheno.matching import PhenotypeMatch
    from flowpheno.panel.recognition import Recognition
    from flowpheno.phenotype import Phenotype
    from flowpheno.plotdata import Plot
    from flowpheno.verdict import Verdict

SCHEMA_VERSION = 1
"""Raised when a column or key of results.json changes its meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCount:
    """Events before and after one step of preprocessing.

    Attributes
    ----------
    step : str
        Name of the step, such as ``"singlets"``.
    n_in, n_out : int
        Events.
    note : str
        How it was done, or why it was not possible.
    """

    step: str
    n_in: int
    n_out: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationCount:
    """One population as a row.

    Attributes
    ----------
    name, parent : str
        The population, and the one its percentage refers to.
    n : int
        Events.
    percent_of_parent : float
        0 to 100; NaN if the parent is empty.
    by : str
        What it was found by, in words; empty where its name says all.
    confidence : float
        0 to 1: share of the events that belong to it by every estimate of its borders, of those
        that belong to it by any; NaN where its borders were not estimated.
    """

    name: str
    parent: str
    n: int
    percent_of_parent: float
    by: str = ""
    confidence: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """One channel as a row: detector, marker, fluorochrome.

    Attributes
    ----------
    detector, marker, fluorochrome, kind : str
        Empty where not known.
    """

    detector: str
    marker: str
    fluorochrome: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TubeResult:
    """What was found in one tube.

    Attributes
    ----------
    name : str
        Tube.
    sha256 : str
        Hash of the input file.
    n_events : int
        Events in the file.
    channels : tuple of ChannelRow
        What was stained.
    compensation : str
        Source of the spillover matrix, or why there is none.
    steps : tuple of StepCount
        Preprocessing, in order.
    populations : tuple of PopulationCount
        Populations, parents before children.
    phenotypes : tuple of Phenotype
        Marker calls of the populations that were judged; the blasts (or the candidate that came
        nearest) first.
    findings : tuple of Finding
        Everything noticed.
    plots : tuple of Plot
        Binned pictures, made from the events so that pages can be made without them.
    profile : Profile or None
        What a later comparison needs of the blasts; None if there are none.
    membership : DataFrame or None
        One row an event, in file order: ``population`` (most specific), a boolean column for each
        population, ``blasts``, ``aberrancy_score``; None unless asked for.
    recognition : Recognition or None
        Which tube of ``panels/tubes`` it is, or resembles, with the differences; None if that
        was not asked.
    """

    name: str
    sha256: str
    n_events: int
    channels: tuple[ChannelRow, ...]
    compensation: str
    steps: tuple[StepCount, ...]
    populations: tuple[PopulationCount, ...]
    phenotypes: tuple[Phenotype, ...]
    findings: tuple[Finding, ...]
    plots: tuple[Plot, ...]
    profile: Profile | None = None
    membership: pd.DataFrame | None = None
    recognition: Recognition | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpecimenResult:
    """What was found in one specimen.

    Attributes
    ----------
    specimen, patient, material, site, date, timepoint : str
        As the manifest says; empty where it does not.
    verdict : Verdict
        The verdict with its numbers.
    tubes : tuple of TubeResult
        One for each tube.
    scores : LineageScores or None
        EGIL, WHO-HAEM5, AIEOP-BFM of the aberrant population; None if there is none.
    matches : tuple of PhenotypeMatch
        The phenotypes of ``panels/phenotypes`` held against it, rule by rule.
    suggestions : tuple of PhenotypeMatch
        Where the verdict is a positive, the patterns of ``panels/suggestions`` held against its
        blasts: a match is a reason to test for the genotype, and bears on no verdict.
    links : tuple of PopulationLink
        Populations found in several tubes, and whether the tubes agree; empty for one tube.
    """

    specimen: str
    patient: str
    material: str
    site: str
    date: str
    timepoint: str
    verdict: Verdict
    tubes: tuple[TubeResult, ...]
    scores: LineageScores | None = None
    matches: tuple[PhenotypeMatch, ...] = ()
    suggestions: tuple[PhenotypeMatch, ...] = ()
    links: tuple[PopulationLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A file that could not be used.

    Attributes
    ----------
    path : str
        The file, relative to what was asked for.
    error : str
        Class of the error.
    message : str
        One line.
    """

    path: str
    error: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """Everything one call of classify found.

    Attributes
    ----------
    specimens : tuple of SpecimenResult
        In sorted order.
    failures : tuple of Failure
        Files that could not be used.
    generated : str
        Time of the run, ISO 8601.
    version : str
        Version of flowpheno.
    definitions : mapping of str to str
        Name of each definition file used, to its SHA-256.
    simulated : bool
        Whether the input is simulated; said on every page.
    overridden : tuple of str
        Definition files that were a laboratory's own, not those of flowpheno.
    """

    specimens: tuple[SpecimenResult, ...]
    failures: tuple[Failure, ...]
    generated: str
    version: str
    definitions: Mapping[str, str]
    simulated: bool = False
    overridden: tuple[str, ...] = ()
