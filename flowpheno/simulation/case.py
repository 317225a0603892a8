"""Simulated specimens for the case report that flowpheno grew from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation.artefacts import Artefacts
from flowpheno.simulation.composition import Background, BlastRequest, draw_composition
from flowpheno.simulation.files import write_simulated
from flowpheno.simulation.patient import draw_patient
from flowpheno.simulation.specification import load_specification
from flowpheno.simulation.tube import simulate_tube

if TYPE_CHECKING:
    from pathlib import Path

_A2_TUBE, _A2_EVENTS = "euroflow_bcp_all_mrd_t1", 250_000
_A3_TUBE, _A3_EVENTS = "case_report", 30_000
_MRD_ANTIGENS = ("CD45", "CD81")
"""Antigens the MRD tube needs of the blasts beside the paper's list."""
_A3_BLASTS = {"A3a": 0.716, "A3b": 0.996}  # of the paper: by morphology, not by flow


def case_report(directory: Path, seed: int) -> dict[str, Path]:
    """Write simulated specimens of a child whose relapse one aspirate missed.

    No file of the real patient exists. The phenotype at diagnosis and the flow of the first
    aspirate were not reported, so there is no file for them. The negative aspirate is a steady
    child's marrow in the EuroFlow MRD tube, because the paper's marker list could not exclude
    disease. Both positive aspirates hold the same blasts, positive for the twelve markers of
    the paper, in a tube whose fluorochromes are invented, and in the MRD tube.

    Parameters
    ----------
    directory : Path
        Folder for the files; made if absent.
    seed : int
        Not negative; the same seed gives the same files.

    Returns
    -------
    dict of str to Path
        FCS file of ``"A2"`` (no blasts), ``"A3a"`` (71.6 %) and ``"A3b"`` (99.6 %); their MRD
        tubes are ``"A3a_mrd"`` and ``"A3b_mrd"``.

    References
    ----------
    .. [1] Hangai M et al. Relapsed acute lymphoblastic leukemia with unusual multiple bone
       invasions: a case report. Oncol Lett. 2014;7:991-993.
    """
    directory.mkdir(parents=True, exist_ok=True)
    specification, tubes = load_specification(), builtin_tubes()
    rng = np.random.default_rng(seed)
    steady = Artefacts(clog=False)  # the story is about the site, not about acquisition
    steps = ("A2", *(step + suffix for step in _A3_BLASTS for suffix in ("_mrd", "")))
    paths = {step: directory / f"{step}.fcs" for step in steps}
    negative = simulate_tube(
        specification,
        tubes[_A2_TUBE],
        rng=rng,
        n_events=_A2_EVENTS,
        background=Background(state="steady_child"),
        artefacts=steady,
        name="A2",
    )
    write_simulated(paths["A2"], negative)
    markers = {*tubes[_A3_TUBE].antigens, *_MRD_ANTIGENS}
    patient = draw_patient(specification, "common", rng=rng, expressed=markers)
    for step, fraction in _A3_BLASTS.items():
        composition = draw_composition(
            specification,
            Background(),
            BlastRequest(fraction=fraction, patient=patient),
            rng=rng,
        )
        for suffix, tube in (("_mrd", _A2_TUBE), ("", _A3_TUBE)):
            positive = simulate_tube(
                specification,
                tubes[tube],
                rng=rng,
                n_events=_A3_EVENTS,
                composition=composition,
                artefacts=steady,
                name=step + suffix,
            )
            write_simulated(paths[step + suffix], positive)
    return paths
