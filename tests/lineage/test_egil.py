"""EGIL points, bounds, the cut-off and the stages."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flowpheno.lineage.egil import egil_score, egil_stage
from flowpheno.panel.scores import builtin_scores
from flowpheno.phenotype import Call, MarkerCall, Phenotype

EGIL = builtin_scores().egil
ROWS = {"b": EGIL.b, "t": EGIL.t, "myeloid": EGIL.myeloid}
MARKERS = sorted(
    {m for row in ROWS.values() for item in row for m in (*item.any_of, item.surface) if m}
)


def switched(**switches):
    return EGIL.model_copy(update={"switches": EGIL.switches.model_copy(update=switches)})


def points(score):
    return score.b, score.t, score.myeloid


def test_the_case_report(typed, case_report):
    score = egil_score(typed(case_report), EGIL)
    assert points(score) == (7.0, 1.5, 0.0)
    assert score.biphenotypic_as_measured is False
    assert score.b_range == (7.0, 10.0)


BAL = "CD19+CD10+cyCD79a+CD13+CD33+"
OTHERS_NEGATIVE = (
    "cyIgM- cyCD22- CD22- CD20- TdT- CD24- cyCD3- CD3- TCRab- TCRgd- CD2- CD5- CD8- CD7- CD1a- "
    "MPO- CD65- CD14- CD15- CD64- "
)


def test_two_points_are_not_more_than_two(typed):
    score = egil_score(typed(BAL), EGIL)
    assert (score.b, score.myeloid) == (4.0, 2.0)
    assert score.biphenotypic_as_measured is False
    assert score.biphenotypic is None  # CD117 was not reported
    complete = egil_score(typed(BAL + OTHERS_NEGATIVE + "CD117-"), EGIL)
    assert (complete.b, complete.myeloid, complete.biphenotypic) == (4.0, 2.0, False)


def test_with_cd117_it_is_biphenotypic(typed):
    score = egil_score(typed(BAL + "CD117+"), EGIL)
    assert (score.b, score.myeloid) == (4.0, 3.0)
    assert score.biphenotypic is True


def test_half_a_point_above_the_cut_off_is_enough(typed):
    complete = BAL + OTHERS_NEGATIVE.replace("CD15-", "CD15+") + "CD117-"
    assert egil_score(typed(complete), EGIL).biphenotypic is True


@pytest.mark.parametrize(
    ("text", "value", "highest"),
    [
        ("cyCD22+", 2.0, 2.0),
        ("cyCD22+ CD22+", 2.0, 2.0),  # once
        ("cyCD22- CD22+", 2.0, 2.0),  # cytoplasm was stained
        ("cyCD22- CD22-", 0.0, 0.0),
        ("cyCD22-", 0.0, 0.0),
        ("CD22+", 1.0, 2.0),
        ("CD22-", 0.0, 2.0),
        ("CD22+/-", 0.0, 2.0),
        ("", 0.0, 2.0),
    ],
)
def test_cd22_counts_once(typed, text, value, highest):
    rest = 8.0  # of all other B markers
    score = egil_score(typed(text), EGIL)
    assert score.b == value
    assert score.b_range == (value, highest + rest)


def test_switches(typed):
    surface = typed("CD22+ lysozyme+")
    assert points(egil_score(surface, EGIL)) == (1.0, 0.0, 0.0)
    assert points(egil_score(surface, switched(cd22_surface_points=2.0))) == (2.0, 0.0, 0.0)
    assert points(egil_score(surface, switched(lysozyme=True))) == (1.0, 0.0, 2.0)


def test_alternatives_count_once(typed):
    score = egil_score(typed("CD3+ cyCD3+ TCRab+ TCRgd+"), EGIL)
    assert score.t == 4.0


@pytest.mark.parametrize("unknown", [Call.BORDERLINE, Call.NOT_EVALUABLE, Call.NOT_REPORTED])
def test_unknown_markers_widen_the_range_and_add_nothing(unknown):
    call = MarkerCall(marker="cyMPO", call=unknown)
    score = egil_score(Phenotype(population="blasts", calls={"cyMPO": call}), EGIL)
    assert (score.myeloid, score.myeloid_range) == (0.0, (0.0, 7.5))


@given(
    st.fixed_dictionaries({m: st.sampled_from(Call) for m in MARKERS}),
    st.sampled_from(MARKERS),
)
def test_a_range_holds_what_more_markers_would_give(calls, marker):
    # an antigen that is absent from the cell is not expected on its surface
    assume(calls.get(f"cy{marker}") is not Call.NEGATIVE)

    def score(changed):
        merged = {m: MarkerCall(marker=m, call=c) for m, c in {**calls, **changed}.items()}
        return egil_score(Phenotype(population="blasts", calls=merged), EGIL)

    before = score({marker: Call.NOT_REPORTED})
    for answer in (Call.POSITIVE, Call.NEGATIVE):
        after = score({marker: answer})
        for name in ROWS:
            low, high = getattr(before, f"{name}_range")
            inner = getattr(after, f"{name}_range")
            assert low <= inner[0] <= inner[1] <= high
            assert getattr(after, name) == inner[0]
        assert before.biphenotypic in {after.biphenotypic, None}


PRE = "CD19+ cyCD79a+ "


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        (PRE + "CD10- cyIgM- kappa- lambda- IgMs-", "B-I"),
        (PRE + "CD10+ cyIgM- kappa- lambda- IgMs-", "B-II"),
        (PRE + "CD10+ cyIgM+ kappa- lambda- IgMs-", "B-III"),
        (PRE + "CD10- cyIgM+ kappa- lambda- IgMs-", "B-III"),
        (PRE + "CD10+ kappa+", "B-IV"),
        (PRE + "CD10+ cyIgM+ TdT+ kappa+", "B-IV"),
        (PRE + "CD10+ TdT+", "B-II or B-III (cyIgM not done)"),
        (PRE + "CD10+ CD34+ cyIgM+/-", "B-II or B-III (cyIgM borderline)"),
        (PRE + "CD10- CD34+", "B-I or B-III (cyIgM not done)"),
        (PRE + "cyIgM- CD34+ CD10+/-", "B-I or B-II (CD10 borderline)"),
        (PRE + "CD10+ cyIgM- CD34+", "B-II"),
        ("CD19+ CD10+ TdT+", "no stage: neither B nor T lineage is shown"),
        ("CD19+ CD22+ CD10+ TdT+", "B-II or B-III (cyIgM not done)"),
        ("cyCD3+ CD7+ CD2- CD5- CD8- CD1a- CD3-", "T-I"),
        ("cyCD3+ CD7+ CD2- CD5+ CD8- CD1a- CD3-", "T-II"),
        ("cyCD3+ CD7+ CD5+ CD1a+ CD3-", "T-III"),
        ("CD3+ CD7+ CD5+ CD1a-", "T-IV"),
        ("CD3+ CD7+ CD5+ CD1a- TCRab+", "T-IV alpha-beta"),
        ("CD3+ CD7+ CD5+ CD1a- TCRgd+ TCRab-", "T-IV gamma-delta"),
        ("cyCD3+ CD7+ CD5+ CD3-", "T-II or T-III (CD1a not done)"),
        (PRE + "CD10+ cyIgM- CD34+ cyCD3+ CD1a+", "B-II; T-III"),
        ("", "no stage: neither B nor T lineage is shown"),
    ],
)
def test_stages(typed, text, stage):
    assert egil_stage(typed(text), EGIL) == stage


def test_stage_of_the_case_report(typed, case_report):
    assert egil_stage(typed(case_report), EGIL) == "B-II or B-III (cyIgM not done)"


def test_without_tdt_and_cd34_a_mature_cell_stays_possible(typed):
    stage = egil_stage(typed(PRE + "CD10+ cyIgM- TdT- CD34-"), EGIL)
    assert stage.startswith("B-II or B-IV (")
    assert "sIgK" in stage


def test_markers_against_every_stage_leave_none(typed):
    text = PRE + "CD10+ cyIgM- IgMs+ kappa- lambda- cyKappa- cyLambda-"
    assert egil_stage(typed(text), EGIL) == "no stage fits"
