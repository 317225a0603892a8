"""A run as a pipeline gives it, made of random numbers: for tests of results and report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from flowpheno.clonality import Clonality
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.lineage import AieopBfmClass, EgilScore, LineageScores, Who5Lineage
from flowpheno.lineage import Lineage as ScoredLineage
from flowpheno.marker import Marker
from flowpheno.matching import Outcome, PhenotypeMatch, RuleMatch
from flowpheno.panel.phenotypes import Role
from flowpheno.phenotype import Call, MarkerCall, Phenotype, Qualifier
from flowpheno.plotdata import density2d, histogram, polygon_gate, time_plot
from flowpheno.population import Population
from flowpheno.results import (
    ChannelRow,
    Failure,
    PopulationCount,
    Run,
    SpecimenResult,
    StepCount,
    TubeResult,
)
from flowpheno.sample import Channel, ChannelKind, Sample
from flowpheno.statistics import wilson_percent
from flowpheno.verdict import Lineage, SpecimenVerdict, Verdict

_DYES = {"CD45": "V500", "CD19": "PE-Cy7", "CD10": "APC", "CD34": "PerCP-Cy5.5"}
_MADE_OF = {  # share, FSC, SSC, then log10 intensity of _DYES; 0 is negative
    "granulocytes": (0.40, 98e3, 115e3, 4.2, 0, 3.3, 0),
    "t_cells": (0.15, 60e3, 17e3, 5.0, 0, 0, 0),
    "mature_b": (0.10, 58e3, 17e3, 4.9, 4.2, 0, 0),
    "blasts": (0.35, 60e3, 17e3, 3.4, 4.0, 4.9, 3.9),
}

_MATCH = PhenotypeMatch(
    name="bcp_all",
    title="B-precursor ALL",
    entity="B-ALL",
    outcome=Outcome.UNDETERMINED,
    rules=(
        RuleMatch(
            expected="CD10 positive",
            measured="CD10 positive",
            met=True,
            role=Role.REQUIRED,
            source="EGIL 1995",
        ),
        RuleMatch(
            expected="not: cyMPO positive",
            measured="cyMPO not reported",
            met=None,
            role=Role.EXCLUDING,
            source="WHO-HAEM5",
        ),
    ),
    deciding=(Marker("cyMPO"),),
)
_SCORES = LineageScores(
    egil=EgilScore(
        b=7.0,
        t=1.5,
        myeloid=0.0,
        b_range=(7.0, 10.0),
        t_range=(1.5, 8.0),
        myeloid_range=(0.0, 0.0),
        biphenotypic=None,
        biphenotypic_as_measured=False,
    ),
    egil_stage="B-II or B-III (cyIgM not done)",
    biphenotypic=None,
    who5=Who5Lineage(b=True, t=None, myeloid=None, mpal=None, text="B lineage"),
    aieop_bfm=AieopBfmClass(
        bcp_all=True, t_all=None, myeloid_coexpression=(Marker("CD13"),), text="BCP-ALL, common"
    ),
    lineage=ScoredLineage.B,
)


def marrow(n: int = 4000) -> tuple[Sample, dict[str, Population]]:
    """Make a marrow, and the populations it is made of."""
    rng = np.random.default_rng(7)
    label = rng.choice(list(_MADE_OF), size=n, p=[row[0] for row in _MADE_OF.values()])
    events = np.empty((n, 7), dtype=np.float32)
    for name, (_, *levels) in _MADE_OF.items():
        inside = label == name
        for column, level in enumerate(levels):
            noise = rng.normal(0, 110, n) if column > 1 else rng.normal(0, 6000, n)
            signal = 10 ** rng.normal(level, 0.15, n) if 0 < level < 10 else level
            events[inside, column] = (signal + noise)[inside]
    events[:, 6] = np.arange(n)
    stained = (
        Channel(detector=f"{m}-A", marker=Marker(m), fluorochrome=d) for m, d in _DYES.items()
    )
    scatter = (
        Channel(detector=f"{m}-A", marker=Marker(m), kind=ChannelKind.SCATTER)
        for m in ("FSC", "SSC")
    )
    sample = Sample(
        name="marrow",
        channels=(*scatter, *stained, Channel(detector="Time", kind=ChannelKind.TIME)),
        events=np.clip(events, -2000, 262143),
        keywords={"$TIMESTEP": "0.01", "$FIL": "secret name"},
        compensated=True,
    )
    populations = {name: Population(name, "nucleated", label == name) for name in _MADE_OF}
    return sample, populations | {"nucleated": Population("nucleated", "", np.ones(n, dtype=bool))}


def run_of(*names: str, simulated: bool = False, membership: bool = False, **marks: Any) -> Run:
    """Make a run with one tube a specimen; every value is invented."""
    specimens = tuple(_specimen(name, membership=membership, **marks) for name in names)
    failure = Failure(path="bad <b>.fcs", error="FcsError", message="FILE segment, byte 0: empty")
    return Run(
        specimens=specimens,
        failures=(failure,),
        generated="2026-01-02T03:04:05+00:00",
        version="0.1.0",
        definitions={"thresholds.yaml": "cd" * 32, "markers.yaml": "ef" * 32},
        simulated=simulated,
    )


_CHANNEL = ChannelRow(detector="CD10-A", marker="CD10", fluorochrome="APC", kind="fluorescence")
_FINDINGS = (
    Finding(
        code=ReasonCode.NO_NORMAL_TEMPLATE,
        severity=Severity.BLOCKING,
        stage="aberrancy",
        message="No template.",
    ),
    Finding(
        code=ReasonCode.MARGIN_EXCESS,
        severity=Severity.NOTE,
        stage="qc.margins",
        message="1.5 % of events at the margin.",
        value=1.5,
    ),
)
_REASONS = (ReasonCode.LINEAGE_FROM_HISTORY, ReasonCode.NO_NORMAL_TEMPLATE)


def _percent(k: float, n: int) -> float:
    return 100 * k / n if n else float("nan")


def _specimen(
    name: str,
    *,
    membership: bool,
    verdict: SpecimenVerdict = SpecimenVerdict.CONFIRMED_BCP_ALL,
    n: int = 4000,
    marker: str = "CD10",
    limitations: tuple[str, ...] = ("The template was not used.",),
) -> SpecimenResult:
    sample, populations = marrow(n)
    blasts, root = populations["blasts"], populations["nucleated"]
    cd34 = MarkerCall(
        marker=Marker("CD34"),
        call=Call.BORDERLINE,
        n=blasts.n,
        percent=wilson_percent(0, 0),
        reasons=(ReasonCode.COMP_SENSITIVE,),
    )
    given = MarkerCall(
        marker=Marker(marker),
        call=Call.POSITIVE,
        qualifiers=(Qualifier.BRIGHT,),
        median=81234.5,
        percent=wilson_percent(blasts.n, blasts.n),
        shift_log10=0.54,
        reference="hematogones",
        control="t_cells",
        cutoff=900.0,
        n=blasts.n,
        strong=True,
        rmfi=81.2,
        stain_index=44.5,
    )
    phenotype = Phenotype(population="blasts", calls={c.marker: c for c in (given, cd34)})
    shown = [populations[k] for k in ("t_cells", "mature_b", "blasts")]
    box = [(100.0, 1e3), (100.0, 4e4), (2e4, 4e4), (2e4, 1e3)]
    gate = polygon_gate(box, inside=blasts, parent=root)
    cd45, ssc = Marker("CD45"), Marker("SSC")
    tube = TubeResult(
        name=name,
        sha256="ab" * 32,
        n_events=n,
        channels=(replace(_CHANNEL, marker=marker),),
        compensation="matrix of the file",
        steps=(StepCount(step="singlets", n_in=n + 50, n_out=n, note="FSC-A against FSC-H"),),
        populations=tuple(
            PopulationCount(
                name=p.name, parent=p.parent, n=p.n, percent_of_parent=_percent(p.n, n)
            )
            for p in (root, *shown)
        ),
        phenotypes=(phenotype,),
        findings=_FINDINGS,
        plots=(
            density2d(sample, cd45, ssc, parent=root, overlays=shown, gates=[gate], bins=40),
            histogram(sample, Marker("CD34"), populations=[blasts, shown[0]], cutoff=900.0),
            time_plot(sample, markers=[cd45], bins=20),
        ),
        membership=pd.DataFrame({"blasts": blasts.mask}) if membership else None,
    )
    return SpecimenResult(
        specimen=name,
        patient="P1",
        material="bone marrow",
        site="left",
        date="2026-01-01",
        timepoint="relapse",
        tubes=(tube,),
        scores=_SCORES,
        matches=(_MATCH,),
        verdict=Verdict(
            verdict=verdict,
            reasons=_REASONS,
            evidence=(f"{blasts.n} events are CD19 and {marker} positive.",),
            limitations=limitations,
            n_blasts=blasts.n,
            n_nucleated=n,
            denominator="nucleated_all",
            blast_percent=wilson_percent(blasts.n, n),
            lod_percent=_percent(20, n),
            lloq_percent=_percent(50, n),
            hematogone_percent=float("nan"),
            clonality=Clonality.NOT_ASSESSABLE,
            lineage=Lineage.B,
            known_bcp_all=True,
            template="",
        ),
    )
