"""A specimen judged with a learned model: evidence, which may forbid a negative and no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.aberrancy.follow_up import Comparators
from flowpheno.finding import ReasonCode as R
from flowpheno.learning import LearnedModel, tube_cells
from flowpheno.learning.domain import learn_domain
from flowpheno.pipeline import classify_specimen
from flowpheno.simulation import Artefacts
from flowpheno.specimen import Specimen
from flowpheno.verdict import SpecimenVerdict as V
from tests.marrows import without

QUIET = Artefacts(clog=False, dead=0.03)


class _Of:
    """A classifier that is sure of one thing: the share of cells that it takes for blasts."""

    def __init__(self, share):
        self.share = share

    def predict_proba(self, events):
        called = (np.arange(len(events)) < self.share * len(events)).astype(float)
        return np.column_stack([1 - called, called])


@pytest.fixture(scope="module")
def negative(simulate):
    return simulate(15_000, n_events=10_000, artefacts=QUIET).sample


@pytest.fixture(scope="module")
def positive(simulate):
    return simulate(15_001, n_events=10_000, blasts=("BCR_ABL1", 0.3), artefacts=QUIET).sample


@pytest.fixture(scope="module")
def model_for(gate, definitions):
    """Make a model at home in a tube, that calls a share of its cells."""

    def of(sample, share):
        return LearnedModel(
            name="sure",
            classifier=_Of(share),
            domain=learn_domain(
                [tube_cells(gate(sample), definitions.learning)], definitions.learning
            ),
            prior=0.1,
            false_shares={0.5: 1e-4},
            n_specimens=1,
            n_patients=1,
            n_cells=1,
        )

    return of


@pytest.fixture(scope="module")
def judge(definitions, template):
    def of(*samples, model=None, **history):
        mrd = definitions.mrd.model_copy(update={"required_lod_percent": 1.0})
        specimen = Specimen(name="x", tubes=samples, **history)
        return classify_specimen(
            specimen,
            replace(definitions, mrd=mrd),
            Comparators(template=template),
            events=True,
            model=model,
        )

    return of


def test_a_model_that_disagrees_forbids_a_negative(judge, negative, model_for):
    assert judge(negative).verdict.verdict is V.NO_ABERRANT_B_PRECURSOR
    verdict = judge(negative, model=model_for(negative, 0.01)).verdict
    assert verdict.verdict is V.INDETERMINATE
    assert R.MODEL_DISAGREES in verdict.reasons
    assert verdict.n_blasts == 0
    assert verdict.evidence[0].startswith("The learned model sure gives ")
    assert "the search found nothing: look at them" in verdict.evidence[0]


def test_a_model_that_is_of_one_mind_changes_nothing(judge, negative, model_for):
    verdict = judge(negative, model=model_for(negative, 0)).verdict
    assert verdict.verdict is V.NO_ABERRANT_B_PRECURSOR
    assert R.MODEL_DISAGREES not in verdict.reasons
    assert any("gives 0 events a blast probability above 0.5" in s for s in verdict.evidence)


@pytest.fixture(scope="module")
def confirmed(judge, positive):
    return judge(positive, known_bcp_all=True).verdict


@pytest.mark.parametrize("share", [0, 1])
def test_a_model_never_changes_a_positive(judge, positive, model_for, confirmed, share):
    before = confirmed
    after = judge(positive, model=model_for(positive, share), known_bcp_all=True).verdict
    assert before.verdict is V.CONFIRMED_BCP_ALL
    assert (after.verdict, after.n_blasts, after.reasons) == (
        before.verdict,
        before.n_blasts,
        before.reasons,
    )


def test_a_model_never_makes_a_positive(judge, negative, model_for):
    verdict = judge(negative, model=model_for(negative, 1), known_bcp_all=True).verdict
    assert verdict.verdict is V.INDETERMINATE


def test_a_model_that_does_not_apply_changes_nothing(judge, negative, model_for):
    model = model_for(negative, 1)
    poorer = without(negative, "CD81")
    verdict = judge(poorer, model=model).verdict
    assert verdict.verdict is judge(poorer).verdict.verdict
    assert R.MODEL_NOT_APPLICABLE in verdict.reasons
    assert any("does not apply: not stained: CD81" in s for s in verdict.evidence)


def test_a_disagreement_in_any_tube_counts(judge, negative, model_for):
    """Here the model knows one tube of two, and the verdict may rest on the other."""
    other = replace(without(negative, "CD81"), name="other")
    for tubes in ((negative, other), (other, negative)):
        verdict = judge(*tubes, model=model_for(negative, 0.05)).verdict
        assert verdict.verdict is not V.NO_ABERRANT_B_PRECURSOR
        assert R.MODEL_DISAGREES in verdict.reasons
        assert verdict.evidence[0].startswith(f"{negative.name}: The learned model sure")


def test_events_have_a_probability(judge, negative, model_for):
    (tube,) = judge(negative, model=model_for(negative, 0.01)).tubes
    column = tube.membership["blast_probability"]
    assert column[tube.membership["nucleated"]].notna().all()
    assert column[~tube.membership["nucleated"]].isna().all()
    (plain,) = judge(negative).tubes
    assert "blast_probability" not in plain.membership
