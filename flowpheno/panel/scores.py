"""Scores: EGIL, WHO-HAEM5, AIEOP-BFM, and the markers each task needs at least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import Field, model_validator

from flowpheno.panel.conditions import Condition, Definition, KnownMarker, Some
from flowpheno.panel.files import builtin_directory, check_name, load_definition
from flowpheno.panel.vocabulary import builtin_vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from flowpheno.marker import Marker


class ScoreDefinition(Definition):
    """What every file of scores says.

    Attributes
    ----------
    name : str
        Stem of the file.
    reference : str
        Publication it rests on.
    """

    name: str = Field(min_length=3)
    reference: str = Field(min_length=10)


_Score = TypeVar("_Score", bound=ScoreDefinition)


class EgilSwitches(Definition):
    """Where prints of the EGIL table differ.

    Attributes
    ----------
    lysozyme : bool
        Whether lysozyme scores.
    cd22_surface_points : float
        Points of surface CD22 where the cytoplasm was not stained.
    """

    lysozyme: bool
    cd22_surface_points: float = Field(ge=0, le=2)


class EgilItem(Definition):
    """One cell of the EGIL table.

    Attributes
    ----------
    points : float
        Points if one of `any_of` is positive.
    any_of : tuple of Marker
        Markers that score once together.
    surface : Marker or None
        Surface form; positive there scores where the cytoplasm was not shown positive.
    switch : str or None
        Switch that governs the item.
    """

    points: float = Field(gt=0)
    any_of: Some[KnownMarker]
    surface: KnownMarker | None = None
    switch: Literal["lysozyme", "cd22_surface_points"] | None = None


class Stage(Definition):
    """One stage of maturation.

    Attributes
    ----------
    name : str
        As it is printed.
    condition : Condition
        What defines it.
    unlikely_if : Condition or None
        If this holds, the stage is not offered while undecided.
    only_if_met : bool
        Never offered while undecided: a finer name of another stage.
    """

    name: str = Field(min_length=1)
    condition: Condition
    unlikely_if: Condition | None = None
    only_if_met: bool = False


class Staging(Definition):
    """Stages of one lineage.

    Attributes
    ----------
    precondition : Condition
        Without it there is no stage.
    stages : tuple of Stage
        From immature to mature.
    """

    precondition: Condition
    stages: Some[Stage]


class Egil(ScoreDefinition):
    """The EGIL score and stages.

    Attributes
    ----------
    biphenotypic_above : float
        More points than this in each of two lineages are biphenotypic.
    switches : EgilSwitches
        Where prints differ.
    b, t, myeloid : tuple of EgilItem
        The table.
    b_stages, t_stages : Staging
        Maturation.
    """

    biphenotypic_above: float = Field(gt=0)
    switches: EgilSwitches
    b: Some[EgilItem]
    t: Some[EgilItem]
    myeloid: Some[EgilItem]
    b_stages: Staging
    t_stages: Staging


class Who5(ScoreDefinition):
    """Lineage criteria of WHO-HAEM5.

    Attributes
    ----------
    b, t, myeloid : Condition
        The criterion of each lineage; those of two are mixed.
    """

    b: Condition
    t: Condition
    myeloid: Condition


class AieopBfm(ScoreDefinition):
    """The simplified AIEOP-BFM classification.

    Attributes
    ----------
    bcp_all, t_all : Condition
        The two leukaemias.
    subtypes : tuple of Stage
        Of B-precursor ALL, from immature to mature.
    myeloid_coexpression : tuple of Marker
        Markers that are reported and change no lineage.
    """

    bcp_all: Condition
    t_all: Condition
    subtypes: Some[Stage]
    myeloid_coexpression: tuple[KnownMarker, ...]


class LineageEvidence(Definition):
    """What speaks for one lineage.

    Attributes
    ----------
    evidence : Condition
        Enough to name it.
    weak : Condition
        If this holds too, the evidence is weak.
    """

    evidence: Condition
    weak: Condition


class BLineageEvidence(LineageEvidence):
    """What speaks for the B lineage; `evidence` and `weak` as in `LineageEvidence`.

    Attributes
    ----------
    beside_others : Condition
        Needed for a mixed lineage where the WHO-HAEM5 criterion is undecided.
    """

    beside_others: Condition


class OtherLineageEvidence(LineageEvidence):
    """What speaks for T or myeloid lineage; `evidence` and `weak` as in `LineageEvidence`.

    Attributes
    ----------
    excluded : Condition
        Enough to rule it out.
    """

    excluded: Condition


class Evidence(ScoreDefinition):
    """What speaks for each lineage of a blast population.

    Attributes
    ----------
    b : BLineageEvidence
        B lineage.
    t, myeloid : OtherLineageEvidence
        The others.
    """

    b: BLineageEvidence
    t: OtherLineageEvidence
    myeloid: OtherLineageEvidence


class ConfirmationMarkers(Definition):
    """Markers that a confirmation needs.

    Attributes
    ----------
    stained : tuple of tuple of Marker
        Groups of which one marker must be stained and evaluable.
    decided : tuple of tuple of Marker
        Groups of which one marker must be positive or negative, not borderline.
    """

    stained: tuple[tuple[KnownMarker, ...], ...]
    decided: tuple[tuple[KnownMarker, ...], ...]


class MinimumMarkers(ScoreDefinition):
    """The markers each task needs at least.

    Attributes
    ----------
    confirm : ConfirmationMarkers
        To confirm B-precursor ALL at overt relapse.
    reject : tuple of tuple of Marker
        To give a negative: groups of which one marker must be stained.
    after_cd19_therapy : tuple of tuple of Marker
        In addition, after therapy against CD19.
    """

    confirm: ConfirmationMarkers
    reject: tuple[tuple[KnownMarker, ...], ...]
    after_cd19_therapy: tuple[tuple[KnownMarker, ...], ...]

    @model_validator(mode="after")
    def _no_empty_group(self) -> MinimumMarkers:
        confirm = (*self.confirm.stained, *self.confirm.decided)
        if not all((*confirm, *self.reject, *self.after_cd19_therapy)):
            raise ValueError("a group names no marker")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDefinitions:
    """All scores.

    Attributes
    ----------
    egil : Egil
        Points and stages.
    who5 : Who5
        Lineage criteria.
    aieop_bfm : AieopBfm
        Simplified classification.
    evidence : Evidence
        What names a lineage.
    minimum : MinimumMarkers
        Markers each task needs.
    """

    egil: Egil
    who5: Who5
    aieop_bfm: AieopBfm
    evidence: Evidence
    minimum: MinimumMarkers


SCORE_MODELS: dict[str, type[ScoreDefinition]] = {
    "egil": Egil,
    "who5": Who5,
    "aieop_bfm": AieopBfm,
    "evidence": Evidence,
    "minimum_markers": MinimumMarkers,
}
"""What each file of ``scores/`` must say, by its stem."""


def load_scores(directory: Path, *, markers: Collection[Marker] | None = None) -> ScoreDefinitions:
    """Read the scores of a folder.

    Parameters
    ----------
    directory : Path
        Folder with a file for each score.
    markers : collection of Marker or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

    Returns
    -------
    ScoreDefinitions
        The scores.

    Raises
    ------
    PanelError
        If a file is missing or does not define its score; every problem of it with its line.
    """
    stems = ("egil", "who5", "aieop_bfm", "evidence", "minimum_markers")
    return load_score_files({n: directory / f"{n}.yaml" for n in stems}, markers=markers)


def load_score_files(
    files: Mapping[str, Path], *, markers: Collection[Marker] | None = None
) -> ScoreDefinitions:
    """Read the scores from a file each.

    Parameters
    ----------
    files : mapping of str to Path
        By name.
    markers : collection of Marker or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

    Returns
    -------
    ScoreDefinitions
        The scores.

    Raises
    ------
    PanelError
        As `load_scores`.
    """
    known = frozenset(builtin_vocabulary().antigens if markers is None else markers)
    return ScoreDefinitions(
        egil=load_score(files["egil"], Egil, known),
        who5=load_score(files["who5"], Who5, known),
        aieop_bfm=load_score(files["aieop_bfm"], AieopBfm, known),
        evidence=load_score(files["evidence"], Evidence, known),
        minimum=load_score(files["minimum_markers"], MinimumMarkers, known),
    )


def builtin_scores(directory: Path | None = None) -> ScoreDefinitions:
    """Read the scores of a folder of definitions.

    Parameters
    ----------
    directory : Path or None
        Folder that holds ``scores/``; None for the definitions that come with flowpheno.

    Returns
    -------
    ScoreDefinitions
        The scores.

    Raises
    ------
    PanelError
        If a file is missing or does not define its score.
    """
    return load_scores((directory or builtin_directory()) / "scores")


def load_score(path: Path, model: type[_Score], markers: Collection[str] | None = None) -> _Score:
    """Read one score.

    Parameters
    ----------
    path : Path
        A YAML file.
    model : type of ScoreDefinition
        From `SCORE_MODELS`.
    markers : collection of str or None
        Markers that exist; None for the vocabulary that comes with flowpheno.

    Returns
    -------
    ScoreDefinition
        The score.

    Raises
    ------
    PanelError
        If the file does not define it; every problem with its line.
    """
    known = frozenset(builtin_vocabulary().antigens if markers is None else markers)
    return load_definition(path, model, context={"markers": known}, check=check_name(path))
