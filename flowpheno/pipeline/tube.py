"""One tube through the stages: from raw events to an aberrant population, or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from flowpheno.aberrancy.border import check_border
from flowpheno.aberrancy.detection import detect_against_template, template_mismatch
from flowpheno.aberrancy.drawn import BLASTS, HEMATOGONES, Found, blasts_by_hand
from flowpheno.aberrancy.dying import DYING, leave_dying
from flowpheno.aberrancy.follow_up import Comparators, with_diagnosis
from flowpheno.aberrancy.hemodilution import check_hemodilution
from flowpheno.aberrancy.internal import detect_internally
from flowpheno.aberrancy.non_b import find_non_b_blasts
from flowpheno.aberrancy.spill import for_matrix
from flowpheno.compensation import check_spillover, compensate
from flowpheno.gating import GatedTube, gate_tube
from flowpheno.gating.resolve import resolve
from flowpheno.learning import LearnedEvidence, LearnedModel, consult
from flowpheno.pipeline.control_tubes import control_intensities
from flowpheno.pipeline.described import described, described_beside
from flowpheno.pipeline.drawn import draw
from flowpheno.pipeline.edits import (
    NUCLEATED,
    edit_findings,
    other_populations,
    replaceable,
    with_drawn,
)
from flowpheno.pipeline.recognising import recognise_tube
from flowpheno.population import Population
from flowpheno.qc import QualityControl, check_age, quality_control
from flowpheno.transform.full_scale import with_full_scale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowpheno.aberrancy.evidence import Detection
    from flowpheno.arrays import EventMask
    from flowpheno.finding import Finding
    from flowpheno.marker import Marker
    from flowpheno.panel.definitions import Definitions
    from flowpheno.panel.recognition import Recognition
    from flowpheno.phenotype import Phenotype
    from flowpheno.pipeline.drawn import DrawnGates
    from flowpheno.positivity import ControlStain
    from flowpheno.sample import Sample
    from flowpheno.specimen import Specimen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TubeAnalysis:
    """What the stages found in one tube.

    Attributes
    ----------
    raw : Sample
        As read.
    gated : GatedTube
        Compensated sample with its populations, blasts and hematogones among them.
    control : QualityControl
        Steps and masks of quality control.
    detection : Detection
        The aberrant, or most nearly aberrant, B-lineage cells.
    candidate : Phenotype
        Of the blasts; of all B precursors where nothing is aberrant.
    non_b : Population
        Blasts outside the B lineage.
    non_b_phenotype : Phenotype
        Their phenotype.
    normal : tuple of Phenotype
        Of every other population that is large enough to be called.
    findings : tuple of Finding
        What all stages noticed.
    others : tuple of Population
        Gates that a person drew, of names that no population has.
    unedited : TubeAnalysis or None
        The same tube by flowpheno's own gates, where drawn ones took the place of some.
    recognition : Recognition or None
        Which tube of the definitions it is, or resembles.
    learned : LearnedEvidence or None
        What a learned model says of it; None without a model.
    """

    raw: Sample
    gated: GatedTube
    control: QualityControl
    detection: Detection
    candidate: Phenotype
    non_b: Population
    non_b_phenotype: Phenotype
    normal: tuple[Phenotype, ...]
    findings: tuple[Finding, ...]
    others: tuple[Population, ...] = ()
    unedited: TubeAnalysis | None = None
    recognition: Recognition | None = None
    learned: LearnedEvidence | None = None

    @property
    def n_blasts(self) -> int:
        """Aberrant or suspicious B-lineage events."""
        return int(np.count_nonzero(self.detection.blasts))

    @property
    def n_nucleated(self) -> int:
        """Events of the denominator."""
        return int(np.count_nonzero(self.gated.nucleated))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Acquired:
    """A tube after quality control, and what it is judged by."""

    raw: Sample
    compensated: Sample
    doubts: tuple[Finding, ...]
    control: QualityControl
    specimen: Specimen
    definitions: Definitions
    against: Comparators
    fmo: Mapping[Marker, ControlStain]
    model: LearnedModel | None


def analyse_tube(
    sample: Sample,
    specimen: Specimen,
    definitions: Definitions,
    against: Comparators | None = None,
    *,
    gates: DrawnGates | None = None,
    model: LearnedModel | None = None,
) -> TubeAnalysis:
    """Take one tube through all stages.

    Parameters
    ----------
    sample : Sample
        As read: not compensated unless the file says so.
    specimen : Specimen
        What the sample belongs to; its history lowers a quantity and never adds evidence.
    definitions : Definitions
        Parameters of every stage.
    against : Comparators or None
        Normal marrows, and the patient's diagnosis, to compare with.
    gates : DrawnGates or None
        Gates that a person drew. The tube is then judged twice, without them and with those that
        have the name of a population in its place, so that nothing they change goes unsaid.
    model : LearnedModel or None
        A model that is asked as well, after everything else.

    Returns
    -------
    TubeAnalysis
        A tube that cannot be gated gives empty populations and findings that say why.
    """
    if specimen.already_compensated:  # a matrix in the file was applied before
        sample = replace(sample, compensated=True)
    sample = with_full_scale(sample)  # samples made in memory: reading has looked at files
    compensated = compensate(sample)
    doubts = check_spillover(compensated, definitions.qc.spillover)
    held = for_matrix(definitions.aberrancy, doubts)
    definitions = replace(definitions, aberrancy=held)
    tube = _Acquired(
        raw=sample,
        compensated=compensated,
        doubts=doubts,
        control=quality_control(sample, compensated, definitions.qc),
        specimen=specimen,
        definitions=definitions,
        against=against or Comparators(),
        fmo=control_intensities(sample, specimen, definitions),
        model=model,
    )
    own = _judge(tube, {})
    if gates is None:
        return own
    cells = draw(gates, sample, replaceable(definitions))
    edited = _judge(tube, cells.masks) if cells.masks else own
    changes = edit_findings(own, edited, cells, gates, definitions.decision.non_b_percent)
    return replace(
        edited,
        findings=(*edited.findings, *changes),
        others=other_populations(cells, edited.gated),
        unedited=own if cells.masks else None,
    )


def _judge(tube: _Acquired, drawn: Mapping[str, EventMask]) -> TubeAnalysis:
    """Gate and judge, with what a person drew in the place of what would be found."""
    definitions, specimen, control = tube.definitions, tube.specimen, tube.control
    nucleated = drawn.get(NUCLEATED, control.cells).copy()
    found = gate_tube(
        tube.compensated,
        nucleated,
        definitions.gating,
        definitions.populations,
        dropped={name: mask & ~nucleated for name, mask in control.dropped.items()},
    )
    gated = with_drawn(found, drawn)
    detection, mismatch = _detect(gated, specimen, definitions, tube.against)
    non_b = find_non_b_blasts(gated, definitions.aberrancy)

    def _describe(population: Population) -> Phenotype:
        return described(gated, population, specimen, definitions, fmo=tube.fmo)

    if drawn:
        detection, non_b = blasts_by_hand(
            gated,
            drawn,
            Found(detection=detection, non_b=non_b, b_lineage=found.mask("B_lineage")),
            _describe,
            definitions.aberrancy,
            known_bcp_all=specimen.known_bcp_all,
        )
    gated = _with_blasts(gated, detection, drawn.get(HEMATOGONES))
    recognition, unrecognised = recognise_tube(tube.raw, definitions)
    learned = _ask(tube, gated, detection)
    name = BLASTS if detection.blasts.any() else "B_precursors"
    nothing = Population(name, NUCLEATED, np.zeros(tube.raw.n_events, bool))
    return TubeAnalysis(
        raw=tube.raw,
        gated=gated,
        control=control,
        detection=detection,
        candidate=_describe(gated.populations.get(name, nothing)),
        non_b=non_b,
        non_b_phenotype=_describe(non_b),
        normal=described_beside(
            gated, specimen, definitions, besides=(name, non_b.name, DYING), fmo=tube.fmo
        ),
        findings=(
            *(() if learned is None else learned.findings),
            *tube.raw.findings,
            *unrecognised,
            *tube.doubts,
            *control.findings,
            *check_age(tube.raw, specimen, definitions.qc.adequacy),
            *gated.findings,
            *mismatch,
            *detection.findings,
            *check_hemodilution(gated, definitions.aberrancy),
            *check_border(gated, detection.blasts, non_b.mask, definitions.aberrancy),
        ),
        recognition=recognition,
        learned=learned,
    )


def _ask(tube: _Acquired, gated: GatedTube, detection: Detection) -> LearnedEvidence | None:
    if tube.model is None:
        return None
    limits, lod = tube.definitions.learning, tube.definitions.mrd.lod_events
    return consult(gated, detection.blasts, tube.model, limits, lod_events=lod)


def _detect(
    gated: GatedTube, specimen: Specimen, definitions: Definitions, against: Comparators
) -> tuple[Detection, tuple[Finding, ...]]:
    """Against the template where it fits, else by internal evidence; then with the diagnosis."""
    limits, template = definitions.aberrancy, against.template
    mismatch = None if template is None else template_mismatch(gated, template, limits)
    if template is not None and mismatch is None:
        found = detect_against_template(gated, template, limits)
    else:
        found = detect_internally(gated, limits, known_bcp_all=specimen.known_bcp_all)
    found = leave_dying(with_diagnosis(found, gated, against, limits), gated, limits)
    return found, (mismatch,) if mismatch is not None else ()


def _with_blasts(gated: GatedTube, detection: Detection, drawn: EventMask | None) -> GatedTube:
    """Name the blasts; B precursors that are not blasts are hematogones, or what is drawn so."""
    if "B_lineage" not in gated.populations:
        return gated
    blasts = Population("blasts", "nucleated", detection.blasts & gated.nucleated)
    dying = Population(DYING, "nucleated", _dying(detection) & gated.nucleated)
    normal = gated.mask("B_precursors") & ~detection.blasts & ~dying.mask
    matures = detection.continuum is not None and detection.continuum.present is True
    if detection.method == "internal" and not matures:
        normal = np.zeros_like(normal)  # without a continuum nothing shows that they are normal
    if drawn is not None:  # which takes no cell from the blasts
        normal = drawn & gated.nucleated & ~detection.blasts
    hematogones = Population("hematogones", "nucleated", normal)
    stages = {}
    if gated.landmarks is not None and normal.any():
        stages = dict(resolve(gated.landmarks, {HEMATOGONES: normal}, {}).populations)
    found = {"blasts": blasts, "hematogones": hematogones, **stages}
    if dying.mask.any():
        found[DYING] = dying
    return replace(gated, populations={**gated.populations, **found})


def _dying(detection: Detection) -> EventMask:
    if detection.dying is None:
        return np.zeros_like(detection.blasts)
    return detection.dying & ~detection.blasts  # which a person may have drawn
