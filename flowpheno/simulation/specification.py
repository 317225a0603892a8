"""What a simulated marrow is made of: the schema of ``panels/simulation``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from flowpheno.panel.files import builtin_directory, load_definition

if TYPE_CHECKING:
    from pathlib import Path


def _ascending(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        raise ValueError(f"{value[0]} is above {value[1]}")
    return value


Fraction = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Normal = tuple[float, NotNegative]
"""Mean and standard deviation."""
FractionRange = Annotated[tuple[Fraction, Fraction], AfterValidator(_ascending)]
Range = Annotated[tuple[NotNegative, NotNegative], AfterValidator(_ascending)]
Lineage = Literal["b_precursor", "mature_b", "myeloid", "t", "mixed"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Negative(_Part):
    """Autofluorescence of a cell that expresses nothing, log10."""

    autofluor_log10: float
    autofluor_sd: NotNegative


class ScatterFloor(_Part):
    """Smallest scatter an event can have, linear."""

    fsc: Positive
    ssc: Positive


class Noise(_Part):
    """Noise of a detector: variance is electronic_sd^2 + photon_variance * intensity."""

    electronic_sd: NotNegative
    photon_variance: NotNegative


class Defaults(_Part):
    """What all populations share."""

    range_max: Positive
    negative: Negative
    sample_shift_sd: NotNegative
    pop_shift_sd: NotNegative
    blast_patient_sd: NotNegative
    cov_rho_fsc: Annotated[float, Field(ge=-1, le=1)]
    scatter_floor: ScatterFloor
    noise: Noise


class LightChain(_Part):
    """Surface light chain: share of kappa, and level of either, log10."""

    kappa: Fraction
    level: Normal


class CellType(_Part):
    """Scatter (linear mean, SD) and expression (log10 mean, SD) of one kind of cell.

    Markers of `also` are drawn from a chance of their own, so that adding one to a definition
    changes no marrow of a tube that does not stain it.
    """

    fsc: Normal
    ssc: Normal
    m: dict[str, Normal]
    af: float | None = None
    light_chain: LightChain | None = None
    also: dict[str, Normal] = {}


class NormalPopulation(CellType):
    """A normal population: `frac` is its share of nucleated singlets in a child's marrow.

    Each cell carries at most one marker of `one_of`, which gives the share that carries each.
    """

    frac: FractionRange
    one_of: dict[str, Fraction] = {}

    @model_validator(mode="after")
    def _carry_one_at_most(self) -> NormalPopulation:
        if unknown := sorted(set(self.one_of) - set(self.also)):
            raise ValueError(f"one_of names a marker that also lacks: {', '.join(unknown)}")
        if sum(self.one_of.values()) > 1:
            raise ValueError(f"shares of one_of add up to {sum(self.one_of.values()):g}")
        return self


class BlastArchetype(CellType):
    """A leukaemia: `p` is how often a patient expresses a marker, `pp` on how many blasts."""

    lineage: Lineage
    p: dict[str, Fraction] = {}
    pp: dict[str, Fraction] = {}
    dna_index: Annotated[tuple[Positive, Positive], AfterValidator(_ascending)] = (1.0, 1.0)

    @model_validator(mode="after")
    def _know_every_marker(self) -> BlastArchetype:
        if unknown := sorted({*self.p, *self.pp} - {*self.m, *self.also}):
            raise ValueError(
                f"p or pp names a marker that neither m nor also has: {', '.join(unknown)}"
            )
        return self


class Mixture(_Part):
    """A state of the marrow: share of hematogones, and of their stages I, II, III."""

    frac: FractionRange
    w: tuple[Fraction, Fraction, Fraction]

    @model_validator(mode="after")
    def _add_up(self) -> Mixture:
        if not np.isclose(sum(self.w), 1.0):
            raise ValueError(f"stage weights add up to {sum(self.w):g}, not 1")
        return self


class MaturingLightChain(_Part):
    """Light chain along maturation: share of kappa, level at each knot, log10."""

    kappa: Fraction
    levels: tuple[float, ...]


class Hematogones(_Part):
    """Normal B precursors: one continuum over a latent maturation from 0 to 1."""

    fsc: Normal
    ssc: Normal
    noise_sd: NotNegative
    negative_below: float
    knots: tuple[Fraction, ...]
    levels: dict[str, tuple[float, ...]]
    light_chain: MaturingLightChain
    stages: tuple[FractionRange, FractionRange, FractionRange]
    mixtures: dict[str, Mixture]

    @model_validator(mode="after")
    def _fit_the_knots(self) -> Hematogones:
        if any(b <= a for a, b in zip(self.knots, self.knots[1:], strict=False)):
            raise ValueError("knots do not ascend")
        curves = {**self.levels, "light_chain": self.light_chain.levels}
        wrong = [name for name, curve in curves.items() if len(curve) != len(self.knots)]
        if wrong:
            raise ValueError(f"not one level for each knot: {', '.join(wrong)}")
        return self


class Doublets(_Part):
    """Two cells in one pulse: share of all events, and height over area."""

    frac: FractionRange
    fsc_h_over_a: Positive


class PulseWidth(_Part):
    """Width is this over the ratio of height to area."""

    per_ratio: Positive


class Particles(CellType):
    """Events without a nucleus: share of all events."""

    frac: FractionRange


class DeadCells(_Part):
    """Dead cells: share of nucleated singlets, change of scatter and autofluorescence."""

    frac: FractionRange
    fsc_factor: Positive
    ssc_factor: Positive
    af_add: float
    viability: Normal


class Margin(_Part):
    """Events beyond the range of both scatters: share of all events."""

    frac: FractionRange


class Acquisition(_Part):
    """Time: speed, drift of all fluorescence, and clogs that dim every channel."""

    tick_seconds: Positive
    events_per_second: Positive
    drift_log10: NotNegative
    clog_prob: Fraction
    clog_length: FractionRange
    clog_factor: Fraction


class ArtefactSpecification(_Part):
    """What else a file holds besides living single cells."""

    doublets: Doublets
    singlet_fsc_h_over_a: Normal
    pulse_width: PulseWidth
    debris: Particles
    platelet_aggr: Particles
    dead: DeadCells
    margin: Margin
    time: Acquisition


class Dna(_Part):
    """DNA dye of a 2n cell (log10), and share of cells in cycle."""

    level: Normal
    cycling: FractionRange
    cycling_in_s: Fraction


class Jump(_Part):
    """A shift larger than drift: how often, and its SD, log10."""

    probability: Fraction
    sd: NotNegative


class MatchedMaturation(_Part):
    """Maturation of the normal precursors that blasts are compared with."""

    CD34_positive: Fraction
    CD34_negative: Fraction


class TailSpecification(_Part):
    """Blasts on the way to another lineage: their share, and how far the last have come, log10."""

    fraction: FractionRange
    shifts: dict[str, float]


class RelapseScenario(_Part):
    """A relapse that is not as usual.

    Attributes
    ----------
    source : str
        Where it comes from.
    lost : tuple of str
        Markers not expressed any more.
    levels : dict of str to (float, float)
        New level of a marker on all blasts, log10 mean and SD.
    shifts : dict of str to float
        Shift of markers that are expressed, log10.
    archetype : str
        Another leukaemia takes the place of the first; empty for the same.
    tail : TailSpecification or None
        A part of the blasts changes its lineage.
    therapy : str
        What a manifest would say; empty for nothing.
    archetypes : tuple of str
        Leukaemias that it happens to; empty for all.
    """

    source: str = Field(min_length=10)
    lost: tuple[str, ...] = ()
    levels: dict[str, Normal] = {}
    shifts: dict[str, float] = {}
    archetype: str = ""
    tail: TailSpecification | None = None
    therapy: str = ""
    archetypes: tuple[str, ...] = ()


class RelapseSpecification(_Part):
    """How a phenotype moves from diagnosis to relapse."""

    loss_beta: tuple[Positive, Positive]
    gain_poisson: NotNegative
    drift_sd: NotNegative
    jump: Jump
    loss_toward_normal: FractionRange
    aberrant_from_log10: Positive
    gain_weights: dict[str, Positive]
    gain_directions: dict[str, Literal["up", "down"]]
    gain_size: Range
    gain_unexpressed: Normal
    matched_maturation: MatchedMaturation
    scenarios: dict[str, RelapseScenario] = {}

    @model_validator(mode="after")
    def _give_each_gain_a_direction(self) -> RelapseSpecification:
        if set(self.gain_weights) != set(self.gain_directions):
            raise ValueError("gain_weights and gain_directions name different markers")
        return self


class GeneratedSpill(_Part):
    """Spill of fluorochromes outside the table, by distance in the order of the tube."""

    to_next: Fraction
    to_previous: Fraction
    to_second: Fraction


class Spill(_Part):
    """Fraction of each fluorochrome that the detectors of the others see."""

    same_band: dict[str, tuple[str, ...]]
    table: dict[str, dict[str, Fraction]]
    generated: GeneratedSpill


class Specification(_Part):
    """Everything the simulator knows of marrow, leukaemia and cytometer.

    Attributes
    ----------
    name, reference, tag : str
        What the file is and where its numbers come from.
    defaults : Defaults
        What all populations share.
    populations : dict of str to NormalPopulation
        Normal populations other than B precursors.
    hematogones : Hematogones
        Normal B precursors.
    blood : dict of str to float
        Composition of peripheral blood, shares that add up to 1.
    blasts : dict of str to BlastArchetype
        Leukaemias.
    artefacts : ArtefactSpecification
        Doublets, debris, dead cells, time.
    dna : Dna
        DNA dye.
    relapse : RelapseSpecification
        From diagnosis to relapse.
    spill : Spill
        Between fluorochromes.
    """

    name: str
    reference: str = Field(min_length=10)
    tag: Literal["P"]
    defaults: Defaults
    populations: dict[str, NormalPopulation]
    hematogones: Hematogones
    blood: dict[str, Fraction]
    blasts: dict[str, BlastArchetype]
    artefacts: ArtefactSpecification
    dna: Dna
    relapse: RelapseSpecification
    spill: Spill

    @model_validator(mode="after")
    def _relapse_as_known(self) -> Specification:
        for name, scenario in self.relapse.scenarios.items():
            asked = {*filter(None, [scenario.archetype]), *scenario.archetypes}
            if unknown := sorted(asked - set(self.blasts)):
                raise ValueError(f"scenario {name} names no archetype: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _mix_known_blood(self) -> Specification:
        if unknown := sorted(set(self.blood) - set(self.populations)):
            raise ValueError(f"blood holds an unknown population: {', '.join(unknown)}")
        if not np.isclose(sum(self.blood.values()), 1.0):
            raise ValueError(f"blood adds up to {sum(self.blood.values()):g}, not 1")
        return self


def load_specification(path: Path | None = None) -> Specification:
    """Read a marrow specification.

    Parameters
    ----------
    path : Path or None
        A YAML file; None for the one that comes with flowpheno.

    Returns
    -------
    Specification
        The specification.

    Raises
    ------
    PanelError
        If the file is not such a definition; lists every problem with its line.
    """
    builtin = builtin_directory() / "simulation" / "marrow.yaml"
    return load_definition(path if path is not None else builtin, Specification)
