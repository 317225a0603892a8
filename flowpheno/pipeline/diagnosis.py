"""The tubes of a patient's diagnosis, to what a later specimen is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowpheno.aberrancy.diagnosis import DiagnosisProfile, learn_diagnosis
from flowpheno.aberrancy.evidence import AberrancyCall
from flowpheno.aberrancy.follow_up import Comparators
from flowpheno.pipeline.tube import analyse_tube
from flowpheno.specimen import Specimen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowpheno.aberrancy.template import NormalTemplate
    from flowpheno.panel.definitions import Definitions
    from flowpheno.sample import Sample


def comparators(
    template: NormalTemplate | None, diagnosis: Sequence[Sample], definitions: Definitions
) -> Comparators:
    """Judge the tubes of the diagnosis, and keep their blasts.

    Parameters
    ----------
    template : NormalTemplate or None
        Normal marrows.
    diagnosis : sequence of Sample
        Tubes of the patient's diagnosis, as read; empty where there is none.
    definitions : Definitions
        Parameters of every stage.

    Returns
    -------
    Comparators
        A profile for each tube in which the search finds an aberrant population: the blasts of
        the diagnosis are those that flowpheno finds, not those that somebody says there are.
    """
    profiles = (_profile(tube, template, definitions) for tube in diagnosis)
    return Comparators(
        template=template,
        diagnosis=tuple(profile for profile in profiles if profile is not None),
        diagnosis_given=bool(diagnosis),
    )


def _profile(
    tube: Sample, template: NormalTemplate | None, definitions: Definitions
) -> DiagnosisProfile | None:
    specimen = Specimen(name=tube.name, tubes=(tube,), known_bcp_all=True)
    found = analyse_tube(tube, specimen, definitions, Comparators(template=template))
    if found.detection.call is not AberrancyCall.ABERRANT:
        return None
    return learn_diagnosis(tube.name, found.gated, found.detection.blasts, definitions.aberrancy)
