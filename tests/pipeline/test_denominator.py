"""Which cells a percentage refers to: named, counted, and never a way to another verdict."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.errors import PanelError
from flowpheno.finding import ReasonCode as R
from flowpheno.panel.definitions import with_denominator
from flowpheno.pipeline import analyse_tube, classify_specimen
from flowpheno.pipeline.denominator import count_denominator
from flowpheno.simulation import Artefacts
from flowpheno.specimen import Specimen
from flowpheno.verdict import SpecimenVerdict as V
from tests.marrows import without

QUIET = Artefacts(clog=False, dead=0.03)
NAMES = ["nucleated_all", "mononuclear", "CD45pos", "WBC"]


@pytest.fixture(scope="module")
def positive(simulate):
    return simulate(15_001, n_events=10_000, blasts=("BCR_ABL1", 0.3), artefacts=QUIET).sample


@pytest.fixture(scope="module")
def judge(definitions):
    def of(sample, denominator, **history):
        specimen = Specimen(name="x", tubes=(sample,), known_bcp_all=True, **history)
        used = with_denominator(definitions, denominator)
        return classify_specimen(specimen, used).verdict

    return of


def test_every_denominator_gives_the_same_verdict_and_another_percentage(judge, positive):
    found = {name: judge(positive, name) for name in NAMES}
    assert {v.verdict for v in found.values()} == {V.CONFIRMED_BCP_ALL}
    assert len({v.n_blasts for v in found.values()}) == 1
    for name, verdict in found.items():
        assert verdict.denominator == name
        expected = 100 * verdict.n_blasts / verdict.n_counted
        assert verdict.blast_percent.estimate == pytest.approx(expected)
        assert verdict.lod_percent == pytest.approx(100 * 20 / verdict.n_counted)
        assert verdict.n_blasts <= verdict.n_counted <= verdict.n_nucleated
    assert found["mononuclear"].n_counted < 0.8 * found["nucleated_all"].n_counted
    assert found["nucleated_all"].n_denominator is None


def test_the_aberrant_cells_are_counted_in_every_denominator(definitions, positive):
    specimen = Specimen(name="x", tubes=(positive,), known_bcp_all=True)
    gated = analyse_tube(positive, specimen, definitions).gated
    rules = definitions.mrd.denominators
    everything, nothing = np.ones(positive.n_events, bool), np.zeros(positive.n_events, bool)
    for rule in rules.values():
        assert count_denominator(gated, everything, rule) == gated.nucleated.sum()
    mononuclear = count_denominator(gated, nothing, rules["mononuclear"])
    granulocytes = int((gated.mask("gran") & gated.nucleated).sum())
    assert mononuclear == gated.nucleated.sum() - granulocytes


def test_what_the_tube_cannot_tell_is_said_and_all_nucleated_cells_stand_for_it(judge, positive):
    found = judge(without(positive, "CD45"), "CD45pos")
    assert found.denominator == "nucleated_all"
    assert R.DENOMINATOR_NOT_COUNTED in found.reasons
    assert any("denominator CD45pos cannot be counted" in said for said in found.limitations)


def test_a_negative_needs_the_limit_of_the_denominator_that_is_printed(
    definitions, simulate, template
):
    from flowpheno.aberrancy.follow_up import Comparators  # noqa: PLC0415 - one use

    sample = simulate(15_000, n_events=10_000, artefacts=QUIET).sample
    specimen = Specimen(name="x", tubes=(sample,))
    needed = definitions.mrd.model_copy(update={"required_lod_percent": 0.3})
    loose = replace(definitions, mrd=needed)
    against = Comparators(template=template)
    plain = classify_specimen(specimen, loose, against).verdict
    strict = classify_specimen(specimen, with_denominator(loose, "mononuclear"), against).verdict
    assert plain.verdict is V.NO_ABERRANT_B_PRECURSOR
    assert strict.lod_percent > 0.3
    assert strict.verdict is V.INDETERMINATE
    assert R.LOD_ABOVE_REQUIRED in strict.reasons


def test_categories_are_said_at_the_time_point_of_a_protocol(judge, positive):
    said = " ".join(judge(positive, "nucleated_all", timepoint="day 15").evidence)
    assert "aieop_bfm_d15 (day 15): FHR." in said
    assert "aieop_bfm_d15" not in " ".join(judge(positive, "nucleated_all").evidence)


def test_a_denominator_that_is_none_is_refused(definitions):
    with pytest.raises(PanelError, match="'wbc' is none of nucleated_all, mononuclear"):
        with_denominator(definitions, "wbc")
