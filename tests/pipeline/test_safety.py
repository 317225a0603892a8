"""What must hold whatever is taken away: a poor specimen confirms at most, and excludes nothing.

Through the whole pipeline, on simulated marrows; of the decision alone see ``test_decision.py``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from flowpheno.aberrancy.follow_up import Comparators
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.pipeline import classify_specimen
from flowpheno.sample import Scale
from flowpheno.specimen import Specimen, Therapy
from flowpheno.verdict import SpecimenVerdict as V
from tests.edge_marrows import CORE, marrow, patient_of, tube_of
from tests.marrows import MRD_TUBE, events_of, without

MRD = builtin_tubes()[MRD_TUBE]
SHARE = 30.0
MARKERS = ("CD20", "CD45", "CD81", "CD66c+CD123", "CD34", "CD19", "CD10", "CD38", "SSC", "FSC")
ARCHETYPES = ("common", "hyperdiploid", "proB_KMT2A", "BCR_ABL1")
FEW = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    """Fits of few values on many threads cost several times the time."""
    import sklearn.mixture  # noqa: F401, PLC0415 - loads the libraries that are limited

    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def verdict_of(definitions, template):
    def of(sample, *, needed=100.0, **history):
        mrd = definitions.mrd.model_copy(update={"required_lod_percent": needed})
        specimen = Specimen(name="x", tubes=(sample,), **history)
        against = Comparators(template=template)
        return classify_specimen(specimen, replace(definitions, mrd=mrd), against).verdict

    return of


@pytest.fixture(scope="module")
def diseased():
    """A marrow of the MRD tube with each kind of blasts."""
    return {
        name: marrow(9300 + i, MRD, patient=patient_of(name, 9300 + i), percent=SHARE).sample
        for i, name in enumerate(ARCHETYPES)
    }


HISTORY = st.fixed_dictionaries(
    {
        "known_bcp_all": st.booleans(),
        "therapy": st.frozensets(
            st.sampled_from([Therapy.ANTI_CD19, Therapy.ANTI_CD20, Therapy.ANTI_CD38])
        ),
    }
)


@st.composite
def poor(draw, diseased):
    """A marrow with blasts, of which markers, events and perhaps the matrix were taken."""
    whole = diseased[draw(st.sampled_from(ARCHETYPES))]
    step = draw(st.sampled_from([2, 3, 10, 40]))
    lost = draw(st.sets(st.sampled_from(MARKERS), max_size=3))
    left = without(events_of(whole, np.arange(0, whole.n_events, step)), *lost)
    return left if draw(st.booleans()) else replace(left, spillover=None)


@FEW
@given(data=st.data(), history=HISTORY)
def test_what_is_taken_away_never_makes_disease_disappear(verdict_of, diseased, data, history):
    result = verdict_of(data.draw(poor(diseased)), **history)
    if result.verdict is V.NO_ABERRANT_B_PRECURSOR:
        assert result.lod_percent > SHARE


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_the_same_marrows_are_positive(verdict_of, diseased, archetype):
    whole = diseased[archetype]
    thin = events_of(whole, np.arange(0, whole.n_events, 2))
    result = verdict_of(thin, known_bcp_all=True)
    assert result.verdict is V.CONFIRMED_BCP_ALL


def test_a_third_of_all_cells_of_one_stage_is_no_absence_of_disease(verdict_of):
    blasts = marrow(9303, MRD, patient=patient_of("preB_TCF3", 9303), percent=SHARE).sample
    result = verdict_of(blasts, known_bcp_all=True)
    assert result.verdict is not V.NO_ABERRANT_B_PRECURSOR


def no_matrix(sample):
    return replace(sample, spillover=None)


def no_cd38(sample):
    return without(sample, "CD38")


def no_cd19(sample):
    return without(sample, "CD19")


def relative(sample):
    return replace(sample, scale=Scale.RELATIVE)


def dim(sample):
    """A detector at a tenth of its voltage, without a word of it."""
    events = np.array(sample.events)
    events[:, sample.column("CD10")] *= np.float32(0.1)
    return replace(sample, events=events)


@pytest.fixture(scope="module")
def empty():
    return marrow(9310, MRD, n_events=5_000).sample


def test_the_blast_free_marrow_is_negative(verdict_of, empty):
    assert verdict_of(empty).verdict is V.NO_ABERRANT_B_PRECURSOR


@pytest.mark.parametrize("fault", [no_matrix, no_cd38, no_cd19, relative, dim])
def test_a_fault_of_the_file_gives_no_negative(verdict_of, empty, fault):
    result = verdict_of(fault(empty), known_bcp_all=True).verdict
    assert result is not V.NO_ABERRANT_B_PRECURSOR


@pytest.mark.parametrize("therapy", [Therapy.ANTI_CD19, Therapy.ANTI_CD20, Therapy.ANTI_CD38])
def test_a_hidden_antigen_gives_no_negative(verdict_of, empty, therapy):
    result = verdict_of(empty, therapy=frozenset({therapy})).verdict
    assert result is V.INDETERMINATE


def test_few_events_give_no_negative(verdict_of, empty):
    assert verdict_of(empty, needed=0.01).verdict is V.INDETERMINATE


@pytest.mark.parametrize("blasts", [0.0, SHARE])
def test_a_dead_cell_dye_left_out_makes_no_negative(definitions, blasts):
    dying = {"percent": blasts, "patient": patient_of("common", 9320) if blasts else None}
    stained = marrow(9320, tube_of(*CORE, "CD58", "VIABILITY"), n_events=5_000, **dying).sample
    for sample in (stained, without(stained, "VIABILITY")):
        specimen = Specimen(name="x", tubes=(sample,), known_bcp_all=True)
        result = classify_specimen(specimen, definitions).verdict.verdict
        assert result is not V.NO_ABERRANT_B_PRECURSOR
