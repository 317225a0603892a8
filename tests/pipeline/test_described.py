"""Every population is called, unless it is none or too small."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode
from flowpheno.phenotype import Call
from flowpheno.pipeline import classify_specimen
from flowpheno.pipeline.described import described, described_beside
from flowpheno.population import Population
from flowpheno.simulation import Artefacts
from flowpheno.specimen import Specimen, Therapy

SPECIMEN = Specimen(name="x", tubes=())


@pytest.fixture
def tube(make_tube):
    made = make_tube({
        "T": {"CD19": np.zeros(300), "CD34": 0.0},
        "mono": {"CD19": np.zeros(50), "CD34": 0.0},
        "few": {"CD19": np.zeros(49), "CD34": 0.0},
        "B_mature": {"CD19": np.full(80, 9000.0), "CD34": 0.0},
        "unclassified": {"CD19": np.zeros(90), "CD34": 0.0},
        "singlets": {"CD19": np.zeros(90), "CD34": 0.0},
    })  # fmt: skip
    view = Population("singlets", "all", made.mask("singlets").copy())
    return replace(made, populations={**made.populations, "singlets": view})


def test_views_what_is_left_over_and_small_populations_are_not_called(tube, definitions):
    found = described_beside(tube, SPECIMEN, definitions, besides=())
    assert [p.population for p in found] == ["T", "mono", "B_mature"]


def test_what_is_described_already_is_not_described_twice(tube, definitions):
    found = described_beside(tube, SPECIMEN, definitions, besides=["T", "nothing"])
    assert [p.population for p in found] == ["mono", "B_mature"]


def test_each_is_called_as_it_would_be_alone(tube, definitions):
    for phenotype in described_beside(tube, SPECIMEN, definitions, besides=()):
        population = tube.populations[phenotype.population]
        assert phenotype == described(tube, population, SPECIMEN, definitions)
        assert all(call.n == population.n for call in phenotype.calls.values())


def test_therapy_hides_an_antigen_on_every_population(tube, definitions):
    treated = replace(SPECIMEN, therapy=frozenset({Therapy.ANTI_CD19}))
    calls = {
        p.population: p.call("CD19").call
        for p in described_beside(tube, treated, definitions, besides=())
    }
    assert set(calls.values()) == {Call.NOT_EVALUABLE}
    untreated = described_beside(tube, SPECIMEN, definitions, besides=())
    assert [p.call("CD19").call for p in untreated] == [
        Call.NOT_EVALUABLE,  # T cells are the control, and no others are negative for sure
        Call.NEGATIVE,
        Call.POSITIVE,
    ]
    assert untreated[0].call("CD19").reasons == (ReasonCode.OWN_CONTROL,)


@pytest.mark.parametrize("blasts", [("common", 0.4), None])
def test_a_specimen_holds_the_calls_of_each_large_population_once(simulate, definitions, blasts):
    sample = simulate(
        15_010, n_events=10_000, blasts=blasts, artefacts=Artefacts(clog=False, dead=0.03)
    ).sample
    result = classify_specimen(Specimen(name="x", tubes=(sample,)), definitions)
    (tube,) = result.tubes
    names = [p.population for p in tube.phenotypes]
    large = {
        p.name
        for p in tube.populations
        if p.n >= definitions.positivity.minimum_events
        and p.parent not in {"all", ""}
        and p.name != "unclassified"
    }
    assert len(names) == len(set(names))
    assert names[0] == ("blasts" if blasts else "B_precursors")
    assert set(names) == large
    assert {"T", "gran", "mono", "lymphocytes"} <= large
