"""Diagnosis against relapse: calls, refusals, verdicts, and what they never say."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowpheno.comparison import (
    Anchor,
    MarkerProfile,
    Profile,
    ShiftCall,
    Stability,
    compare,
    profile,
)
from flowpheno.errors import ResultsError
from flowpheno.finding import Finding, ReasonCode, Severity
from flowpheno.lineage import Lineage
from flowpheno.marker import Marker
from flowpheno.panel.comparison import load_comparison_limits
from flowpheno.phenotype import Call, MarkerCall, Phenotype, Qualifier
from flowpheno.sample import Channel, ChannelKind, Sample, Scale
from flowpheno.statistics import Interval

LIMITS = load_comparison_limits()
CD10, CD19, CD20, CD45 = (Marker(name) for name in ("CD10", "CD19", "CD20", "CD45"))


def rng():
    return np.random.default_rng(1)


def log_normal(median=10_000.0, sd=0.2, n=2000):
    """Intensities whose median is exactly what is asked for."""
    z = np.random.default_rng(7).normal(0, sd, n)
    return median * 10 ** (z - np.median(z))


def kept(values, *, n=None, fluorochrome="PE", anchor=None, cofactor=150.0):
    quantiles = tuple(np.quantile(values, np.linspace(0, 1, 201)).tolist())
    return MarkerProfile(
        quantiles=quantiles,
        n=len(values) if n is None else n,
        cofactor=cofactor,
        fluorochrome=fluorochrome,
        anchor=anchor,
    )


def call(marker, what=Call.POSITIVE, **more):
    return MarkerCall(marker=marker, call=what, **more)


def one_marker(values, what=Call.POSITIVE, *, marker=CD10, call_more=None, more=None, **kept_more):
    phenotype = Phenotype(
        population="blasts", calls={marker: call(marker, what, **(call_more or {}))}
    )
    markers = {marker: kept(values, **kept_more)}
    return Profile(
        population="blasts",
        tube="T1",
        n=len(values),
        phenotype=phenotype,
        markers=markers,
        **(more or {}),
    )


def only_shift(diagnosis, relapse):
    (shift,) = compare(diagnosis, relapse, LIMITS, rng=rng()).shifts
    return shift


# --- calls -------------------------------------------------------------------
def at(delta):
    """Median that lies `delta` log10 above 10,000 on the asinh scale."""
    return 150 * np.sinh(np.arcsinh(10_000 / 150) + delta * np.log(10))


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (0.0, ShiftCall.STABLE),
        (0.299, ShiftCall.STABLE),
        (-0.299, ShiftCall.STABLE),
        (0.301, ShiftCall.UP),
        (0.999, ShiftCall.UP),
        (1.001, ShiftCall.MARKED_UP),
        (-0.301, ShiftCall.DOWN),
        (-0.999, ShiftCall.DOWN),
        (-1.001, ShiftCall.MARKED_DOWN),
    ],
)
def test_shifts_of_a_marker_that_stays_positive(delta, expected):
    shift = only_shift(one_marker(log_normal()), one_marker(log_normal(at(delta), sd=0.2)))
    assert shift.call is expected
    assert shift.delta_log10 == pytest.approx(delta, abs=1e-3)
    assert shift.low <= shift.delta_log10 <= shift.high


@pytest.mark.parametrize(
    ("before", "after", "delta", "expected"),
    [
        (Call.NEGATIVE, Call.POSITIVE, 0.31, ShiftCall.GAIN),
        (Call.NEGATIVE, Call.POSITIVE, 1.5, ShiftCall.GAIN),
        (Call.POSITIVE, Call.NEGATIVE, -0.31, ShiftCall.LOSS),
        (Call.POSITIVE, Call.NEGATIVE, -1.5, ShiftCall.LOSS),
        (Call.NEGATIVE, Call.POSITIVE, 0.1, ShiftCall.HETEROGENEITY),
        (Call.POSITIVE, Call.NEGATIVE, -0.1, ShiftCall.HETEROGENEITY),
        (Call.BORDERLINE, Call.POSITIVE, 0.5, ShiftCall.UP),
        (Call.NEGATIVE, Call.BORDERLINE, 0.1, ShiftCall.STABLE),
        (Call.NOT_REPORTED, Call.NEGATIVE, -0.5, ShiftCall.DOWN),
        (Call.NEGATIVE, Call.NEGATIVE, -1.2, ShiftCall.MARKED_DOWN),
    ],
)
def test_categories_and_shifts(before, after, delta, expected):
    diagnosis, relapse = one_marker(log_normal(), before), one_marker(log_normal(at(delta)), after)
    assert only_shift(diagnosis, relapse).call is expected


def test_a_second_mode_is_heterogeneity():
    half = log_normal(n=1000)
    two_modes = np.concatenate([half * 1.2, half[:900] / 20])
    partial = {"qualifiers": (Qualifier.PARTIAL,)}
    shift = only_shift(one_marker(log_normal()), one_marker(two_modes, call_more=partial))
    assert shift.call is ShiftCall.HETEROGENEITY
    assert shift.reshaped


def test_a_median_that_jumps_between_two_modes_is_no_shift():
    low, high = log_normal(100.0, n=1000), log_normal(10_000.0, n=1000)
    fewer = np.concatenate([low, high[:900]])
    more = np.concatenate([low[:900], high])
    shift = only_shift(one_marker(fewer), one_marker(more))
    assert shift.delta_log10 > 0.5
    assert shift.wasserstein < 0.2
    assert shift.call is ShiftCall.HETEROGENEITY


def test_a_word_that_flickers_on_the_same_distribution_is_stable():
    partial = {"qualifiers": (Qualifier.PARTIAL,)}
    shift = only_shift(one_marker(log_normal()), one_marker(log_normal(), call_more=partial))
    assert shift.call is ShiftCall.STABLE


def test_a_wider_spread_of_positive_events_is_heterogeneity():
    cutoff = {"cutoff": 500.0}
    narrow = one_marker(log_normal(sd=0.15), call_more=cutoff)
    wide = one_marker(log_normal(sd=0.45), call_more=cutoff)
    assert only_shift(narrow, wide).call is ShiftCall.HETEROGENEITY
    assert only_shift(wide, narrow).call is ShiftCall.HETEROGENEITY
    little_wider = one_marker(log_normal(sd=0.20), call_more=cutoff)
    assert only_shift(narrow, little_wider).call is ShiftCall.STABLE


def test_a_shift_that_chance_explains_is_not_called():
    values = np.array([100.0] * 26 + [20_000.0] * 25)  # the median hangs on one event
    other = np.array([100.0] * 25 + [20_000.0] * 26)
    shift = only_shift(one_marker(values), one_marker(other))
    assert shift.call is ShiftCall.NOT_COMPARABLE
    assert shift.reasons == (ReasonCode.TOO_FEW_EVENTS,)


# --- lymphocytes -------------------------------------------------------------
def anchored(values, lymphocytes, marker=CD45, n=1000, error=0.01):
    anchor = Anchor(median=lymphocytes, n=n, error=error)
    return one_marker(values, marker=marker, anchor=anchor)


def test_lymphocytes_that_express_the_marker_take_the_staining_off():
    plain = only_shift(one_marker(log_normal()), one_marker(log_normal(21_000)))
    assert plain.call is ShiftCall.UP
    assert plain.anchor_log10 is None
    diagnosis, relapse = anchored(log_normal(), 100_000.0), anchored(log_normal(21_000), 190_000.0)
    corrected = only_shift(diagnosis, relapse)
    assert corrected.call is ShiftCall.STABLE
    assert corrected.anchor_log10 == pytest.approx(np.log10(1.9), abs=1e-3)
    assert corrected.delta_log10 == pytest.approx(np.log10(2.1 / 1.9), abs=1e-3)
    assert corrected.wasserstein == pytest.approx(np.log10(2.1 / 1.9), abs=1e-2)


def test_staining_too_far_apart_is_not_comparable():
    shift = only_shift(anchored(log_normal(), 50_000.0), anchored(log_normal(), 150_000.0))
    assert shift.reasons == (ReasonCode.ANCHOR_SHIFTED,)


@pytest.mark.parametrize(
    ("marker", "lymphocytes", "n", "error"),
    [
        (CD10, 100_000.0, 1000, 0.01),  # lymphocytes do not express it
        (CD45, 300.0, 1000, 0.01),  # their median is noise
        (CD45, 100_000.0, 199, 0.01),  # too few
        (CD45, 100_000.0, 1000, 0.06),  # too uncertain
    ],
)
def test_lymphocytes_that_cannot_say_correct_nothing(marker, lymphocytes, n, error):
    before = anchored(log_normal(), lymphocytes, marker, n, error)
    after = anchored(log_normal(), lymphocytes * 1.5, marker, n, error)
    shift = only_shift(before, after)
    assert shift.anchor_log10 is None
    assert shift.delta_log10 == 0


# --- refusals ----------------------------------------------------------------
def reasons_of(relapse, diagnosis=None):
    shift = only_shift(diagnosis or one_marker(log_normal()), relapse)
    assert shift.call is ShiftCall.NOT_COMPARABLE
    assert math.isnan(shift.delta_log10)
    return shift.reasons


def test_another_fluorochrome_is_not_comparable():
    relapse = one_marker(log_normal(), fluorochrome="APC")
    assert reasons_of(relapse) == (ReasonCode.FLUOROCHROME_DIFFERS,)


def test_a_fluorochrome_that_is_not_known_is_not_another():
    relapse = one_marker(log_normal(), fluorochrome=None)
    assert only_shift(one_marker(log_normal()), relapse).call is ShiftCall.STABLE


@pytest.mark.parametrize(
    "code",
    [
        ReasonCode.COMP_SENSITIVE,
        ReasonCode.CD19_MASKED,
        ReasonCode.CD20_MASKED_RITUXIMAB,
        ReasonCode.CD22_MASKED_INOTUZUMAB,
        ReasonCode.CD38_MASKED_DARATUMUMAB,
    ],
)
def test_what_limits_a_call_forbids_its_comparison(code):
    limited = one_marker(log_normal(), call_more={"reasons": (code,)})
    assert reasons_of(limited) == (code,)
    assert reasons_of(one_marker(log_normal()), limited) == (code,)


@pytest.mark.parametrize(
    ("before", "after", "sensitive", "due"),
    [
        (20_000, 300, "relapse", ShiftCall.MARKED_DOWN),  # CD19 lost: whatever the matrix
        (300, 20_000, "diagnosis", ShiftCall.MARKED_UP),
        (20_000, 5_000, "relapse", ShiftCall.NOT_COMPARABLE),  # not far enough
        (20_000, 300, "diagnosis", ShiftCall.NOT_COMPARABLE),  # the bright call is in doubt
        (300, 20_000, "relapse", ShiftCall.NOT_COMPARABLE),
    ],
)
def test_what_the_matrix_cannot_explain_is_compared(before, after, sensitive, due):
    doubt = {"reasons": (ReasonCode.COMP_SENSITIVE,)}
    sides = [
        one_marker(log_normal(median), what, call_more=doubt if name == sensitive else None)
        for name, median, what in (
            ("diagnosis", before, Call.POSITIVE if before > after else Call.NEGATIVE),
            ("relapse", after, Call.BORDERLINE),
        )
    ]
    assert only_shift(*sides).call is due


def test_forty_nine_events_are_too_few_and_fifty_are_not():
    assert reasons_of(one_marker(log_normal(n=49))) == (ReasonCode.TOO_FEW_EVENTS,)
    assert only_shift(one_marker(log_normal(n=50)), one_marker(log_normal(n=50))).comparable


@pytest.mark.parametrize("code", [ReasonCode.SCALE_RELATIVE, ReasonCode.COMP_MATRIX_MISSING])
def test_what_limits_a_tube_limits_every_marker(code):
    relapse = one_marker(log_normal(), more={"limited": (code,)})
    comparison = compare(one_marker(log_normal()), relapse, LIMITS, rng=rng())
    assert comparison.verdict is Stability.NOT_EVALUABLE
    assert comparison.reasons == (code,)


def test_a_marker_missing_on_one_side_is_listed_and_not_negative():
    diagnosis, relapse = one_marker(log_normal()), one_marker(log_normal(), marker=CD19)
    comparison = compare(diagnosis, relapse, LIMITS, rng=rng())
    assert [s.reasons for s in comparison.shifts] == [(ReasonCode.MARKER_MISSING,)] * 2
    assert comparison.shifts[0].relapse.call is Call.NOT_REPORTED
    assert comparison.verdict is Stability.NOT_EVALUABLE


def test_a_relapse_without_cells_is_not_evaluable():
    empty = Profile(
        population="blasts",
        tube="T1",
        n=0,
        phenotype=Phenotype(population="blasts", calls={}),
        markers={CD10: MarkerProfile(quantiles=(), n=0, cofactor=150.0)},
    )
    assert reasons_of(empty) == (ReasonCode.TOO_FEW_EVENTS,)


@pytest.mark.parametrize("missing", [None, "empty"])
def test_no_diagnosis_is_invented(missing):
    blank = Profile(
        population="blasts",
        tube="",
        n=0,
        phenotype=Phenotype(population="blasts", calls={}),
        markers={},
    )
    relapse = one_marker(log_normal())
    comparison = compare(blank if missing else None, relapse, LIMITS, rng=rng())
    assert comparison.verdict is Stability.NOT_EVALUABLE
    assert comparison.reasons == (ReasonCode.DX_PHENOTYPE_MISSING,)
    assert comparison.shifts == ()
    assert "not available" in comparison.implications[0]


# --- verdicts ----------------------------------------------------------------
def many(deltas, *, aberrancies=None, lineage=Lineage.B, away=None):
    """A profile of as many markers as there are shifts."""
    names = [Marker(f"M{i:02}") for i in range(len(deltas))]
    calls = {m: call(m, shift_log10=away) for m in names}
    chosen = None if aberrancies is None else tuple(names[i] for i in aberrancies)
    return Profile(
        population="blasts",
        tube="T1",
        n=2000,
        phenotype=Phenotype(population="blasts", calls=calls),
        markers={m: kept(log_normal(at(d))) for m, d in zip(names, deltas, strict=True)},
        lineage=lineage,
        aberrancies=chosen,
    )


@pytest.mark.parametrize(
    ("n", "n_lost", "expected"),
    [
        (8, 0, Stability.PHENOTYPE_STABLE),
        (8, 2, Stability.PHENOTYPE_STABLE),  # 25 %
        (8, 3, Stability.SHIFTED),
        (5, 3, Stability.SHIFTED),  # 60 %
        (8, 5, Stability.DIVERGENT),
        (2, 2, Stability.SHIFTED),  # a share of two is no divergence
        (3, 3, Stability.DIVERGENT),
    ],
)
@pytest.mark.parametrize("assessed", [True, False], ids=["aberrancies", "all markers"])
def test_the_share_lost_decides(n, n_lost, expected, *, assessed):
    diagnosis = many([0] * n, aberrancies=range(n) if assessed else None)
    later = range(n_lost, n) if assessed else None
    relapse = many([-1.5] * n_lost + [0] * (n - n_lost), aberrancies=later)
    comparison = compare(diagnosis, relapse, LIMITS, rng=rng())
    assert comparison.verdict is expected
    assert (len(comparison.lost), len(comparison.kept)) == (n_lost, n - n_lost)
    assert comparison.lost_percent == pytest.approx(100 * n_lost / n)
    assert (LIMITS.sentences.no_aberrancies in comparison.implications) is not assessed
    if expected in {Stability.SHIFTED, Stability.DIVERGENT}:
        assert any("does not reject relapse" in said for said in comparison.implications)


def test_an_aberrancy_that_did_not_move_is_not_lost():
    diagnosis, relapse = many([0, 0], aberrancies=[0, 1]), many([0, 0.1], aberrancies=[0])
    assert compare(diagnosis, relapse, LIMITS, rng=rng()).lost == ()


@pytest.mark.parametrize(
    ("away", "delta", "lost"), [(1.0, -0.4, 0), (1.0, -0.6, 1), (1.0, 0.6, 0), (-1.0, 0.6, 1)]
)
def test_without_a_template_at_relapse_the_way_back_to_normal_decides(away, delta, lost):
    diagnosis = many([0], aberrancies=[0], away=away)
    assert len(compare(diagnosis, many([delta]), LIMITS, rng=rng()).lost) == lost


@pytest.mark.parametrize("assessed", [True, False], ids=["aberrancies", "all markers"])
@pytest.mark.parametrize("what", [Call.NEGATIVE, Call.POSITIVE], ids=["lost", "gained"])
def test_a_category_that_changes_beside_the_aberrancies_is_a_shift(what, assessed):
    earlier = many([0] * 8, aberrancies=range(1, 8) if assessed else None)
    later = many([-0.8 if what is Call.NEGATIVE else 0.8] + [0] * 7)
    later = dataclasses.replace(later, aberrancies=earlier.aberrancies)
    name = Marker("M00")
    before = Call.POSITIVE if what is Call.NEGATIVE else Call.NEGATIVE
    sides = []
    for side, said in ((earlier, before), (later, what)):
        calls = {**side.phenotype.calls, name: call(name, said)}
        phenotype = dataclasses.replace(side.phenotype, calls=calls)
        sides.append(dataclasses.replace(side, phenotype=phenotype))
    comparison = compare(*sides, LIMITS, rng=rng())
    assert comparison.verdict is Stability.SHIFTED
    assert comparison.changed == (name,)
    assert any(said.endswith("going back to normal: M00.") for said in comparison.implications)


def test_an_aberrancy_that_moves_tenfold_and_stays_one_is_a_shift():
    earlier, later = (
        many([0] * 8, aberrancies=range(8)),
        many([1.2] + [0] * 7, aberrancies=range(8)),
    )
    comparison = compare(earlier, later, LIMITS, rng=rng())
    assert (comparison.verdict, comparison.lost) == (Stability.SHIFTED, ())
    assert comparison.changed == ("M00",)


def test_an_overexpressed_marker_that_is_lost_did_not_go_back_to_normal():
    earlier, later = many([0] * 8, aberrancies=range(8), away=0.8), many([-2.5] + [0] * 7)
    earlier_call = later.phenotype.calls
    calls = {**earlier_call, Marker("M00"): call(Marker("M00"), Call.NEGATIVE)}
    later = dataclasses.replace(later, phenotype=dataclasses.replace(later.phenotype, calls=calls))
    comparison = compare(earlier, later, LIMITS, rng=rng())
    assert comparison.shifts[0].call is ShiftCall.LOSS
    assert comparison.lost_percent == 12.5
    assert comparison.verdict is Stability.SHIFTED


def test_gained_aberrancies_are_told():
    diagnosis, relapse = many([0, 0], aberrancies=[0]), many([0, 1.2], aberrancies=[0, 1])
    comparison = compare(diagnosis, relapse, LIMITS, rng=rng())
    assert comparison.gained == ("M01",)
    assert "new at relapse: M01" in comparison.implications[0]
    assert "still usable to follow: M00" in comparison.implications[0]


@pytest.mark.parametrize(
    ("before", "after", "verdict", "switch"),
    [
        (Lineage.B, Lineage.MYELOID, Stability.DIVERGENT, True),
        (Lineage.B, Lineage.T, Stability.DIVERGENT, True),
        (Lineage.B, Lineage.MPAL, Stability.DIVERGENT, False),
        (Lineage.B, Lineage.NOT_EVALUABLE, Stability.PHENOTYPE_STABLE, False),
        (Lineage.NOT_EVALUABLE, Lineage.MYELOID, Stability.PHENOTYPE_STABLE, False),
    ],
)
def test_a_lineage_switch_is_divergent_and_needs_genetics(before, after, verdict, switch):
    comparison = compare(
        many([0] * 4, lineage=before), many([0] * 4, lineage=after), LIMITS, rng=rng()
    )
    assert comparison.verdict is verdict
    assert comparison.lineage_switch is switch
    told = any("only by genetic identity" in said for said in comparison.implications)
    assert told is switch


def test_cd19_loss_warns_of_cd19_gates():
    diagnosis = one_marker(log_normal(), marker=CD19)
    relapse = one_marker(log_normal(50, sd=0.1), Call.NEGATIVE, marker=CD19)
    comparison = compare(diagnosis, relapse, LIMITS, rng=rng())
    assert comparison.shifts[0].call is ShiftCall.LOSS
    assert LIMITS.sentences.cd19_lost in comparison.implications
    assert LIMITS.sentences.no_b_gates in comparison.implications  # nothing else was stained


@pytest.mark.parametrize("kept", [True, False])
def test_gates_that_are_left_are_those_that_the_relapse_still_bears(kept):
    cd22 = Marker("CD22")
    sides = [
        with_marker(one_marker(log_normal(), marker=CD19), one_marker(log_normal(), marker=cd22)),
        with_marker(
            one_marker(log_normal(50, sd=0.1), Call.NEGATIVE, marker=CD19),
            one_marker(
                log_normal() if kept else log_normal(50, sd=0.1),
                Call.POSITIVE if kept else Call.NEGATIVE,
                marker=cd22,
            ),
        ),
    ]
    said = compare(*sides, LIMITS, rng=rng()).implications
    assert LIMITS.sentences.cd19_lost in said
    assert (f"{LIMITS.sentences.other_b_gates}: CD22." in said) is kept
    assert (LIMITS.sentences.no_b_gates in said) is not kept


def with_marker(side, other):
    """Put two profiles of one marker each together."""
    calls = {**other.phenotype.calls, **side.phenotype.calls}
    return dataclasses.replace(
        side,
        phenotype=Phenotype(population="blasts", calls=calls),
        markers={**other.markers, **side.markers},
    )


def test_a_phenotype_whose_cd19_may_be_lost_is_not_called_stable():
    doubt = {"reasons": (ReasonCode.COMP_SENSITIVE,)}
    hidden = [
        one_marker(log_normal(), marker=CD19),
        one_marker(log_normal(2000), Call.BORDERLINE, marker=CD19, call_more=doubt),
    ]
    stable = one_marker(log_normal(), marker=CD10)
    sides = [with_marker(side, stable) for side in hidden]
    comparison = compare(*sides, LIMITS, rng=rng())
    assert [shift.call for shift in comparison.shifts] == [
        ShiftCall.STABLE,
        ShiftCall.NOT_COMPARABLE,
    ]
    assert comparison.verdict is Stability.NOT_EVALUABLE
    assert ReasonCode.COMP_SENSITIVE in comparison.reasons
    assert LIMITS.sentences.cd19_masked in comparison.implications
    assert LIMITS.sentences.not_evaluable not in comparison.implications  # CD10 is comparable
    assert LIMITS.sentences.relapse in comparison.implications


# --- properties --------------------------------------------------------------
@settings(max_examples=30, deadline=None)
@given(
    median=st.floats(-200, 200_000),
    sd=st.floats(0.01, 0.6),
    n=st.integers(50, 500),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_profile_compared_with_itself_is_stable(median, sd, n, seed):
    values = median + np.random.default_rng(seed).normal(0, 100 + abs(median) * sd, n)
    anchor = Anchor(median=90_000.0, n=500, error=0.01)
    one = one_marker(values, anchor=anchor, marker=CD45)
    same = dataclasses.replace(one, markers=dict.fromkeys((CD45, CD10, CD19), one.markers[CD45]))
    comparison = compare(same, same, LIMITS, rng=np.random.default_rng(seed))
    for shift in comparison.shifts:
        assert shift.call is ShiftCall.STABLE
        assert shift.delta_log10 == 0
        assert shift.wasserstein == 0
        assert shift.low <= 0 <= shift.high
    assert comparison.verdict is Stability.PHENOTYPE_STABLE


@pytest.mark.parametrize(("n", "due"), [(2, "NOT_EVALUABLE"), (3, "PHENOTYPE_STABLE")])
def test_of_two_comparable_markers_no_phenotype_is_stable(n, due):
    one = one_marker(log_normal())
    same = dataclasses.replace(
        one, markers=dict.fromkeys((CD10, CD20, CD45)[:n], one.markers[CD10])
    )
    comparison = compare(same, same, LIMITS, rng=rng())
    assert comparison.verdict is Stability(due)
    assert (LIMITS.sentences.few_markers in comparison.implications) is (n == 2)
    changed = one_marker(log_normal(300.0), Call.NEGATIVE)
    assert compare(one, changed, LIMITS, rng=rng()).verdict is Stability.SHIFTED


@settings(max_examples=20, deadline=None)
@given(delta=st.floats(-2, 2))
def test_what_goes_up_one_way_goes_down_the_other(delta):
    a, b = one_marker(log_normal()), one_marker(log_normal(at(delta)))
    there, back = only_shift(a, b), only_shift(b, a)
    assert there.delta_log10 == pytest.approx(-back.delta_log10)
    assert there.wasserstein == pytest.approx(back.wasserstein)
    assert (there.call is ShiftCall.STABLE) == (back.call is ShiftCall.STABLE)


def test_the_same_seed_gives_the_same_interval():
    a, b = one_marker(log_normal()), one_marker(log_normal(at(0.4)))
    assert only_shift(a, b) == only_shift(a, b)


def test_the_interval_is_that_of_resampled_events():
    values, other = log_normal(n=80, sd=0.5), log_normal(at(0.6), n=80, sd=0.5)
    shift = only_shift(one_marker(values), one_marker(other))
    draw = rng()
    medians = [
        np.median(np.arcsinh(draw.choice(v, (4000, v.size)) / 150), axis=1) / np.log(10)
        for v in (values, other)
    ]
    low, high = np.quantile(medians[1] - medians[0], [0.025, 0.975])
    assert (shift.low, shift.high) == pytest.approx((low, high), abs=0.05)


# --- the table ---------------------------------------------------------------
def test_the_table_has_the_columns_of_shifts_csv():
    percent = {
        "percent": Interval(98.25, 97, 99),
        "median": 1234.0,
        "qualifiers": (Qualifier.DIM,),
    }
    diagnosis = one_marker(log_normal(), call_more=percent)
    limited = (ReasonCode.SCALE_RELATIVE, ReasonCode.COMP_MATRIX_MISSING)
    relapse = one_marker(log_normal(), Call.NOT_EVALUABLE, more={"limited": limited})
    table = compare(diagnosis, relapse, LIMITS, rng=rng()).table
    columns = "marker,call,diagnosis,relapse,delta_log10,low,high,reason"
    assert ",".join(table.columns) == columns
    row = table.iloc[0]
    assert row["diagnosis"] == "positive, dim, 98.2 %, median 1,234"
    assert row["relapse"] == "not evaluable"
    assert row["reason"] == "COMP_MATRIX_MISSING;SCALE_RELATIVE"
    assert ",".join(compare(None, relapse, LIMITS, rng=rng()).table.columns) == columns


def test_similarity_describes():
    same = compare(many([0, 0]), many([0, 0.2]), LIMITS, rng=rng()).similarity
    assert same.n_comparable == 2
    assert same.agreement_percent == 100
    assert math.isnan(same.kappa)  # one category only: chance agrees as well
    assert same.mean_shift_log10 == pytest.approx(0.1, abs=1e-3)
    assert same.largest_wasserstein == pytest.approx(0.2, abs=2e-3)


# --- profile -----------------------------------------------------------------
def make_sample(**more):
    events = np.column_stack([log_normal(n=400), log_normal(80_000, n=400)]).astype(np.float32)
    channels = (
        Channel(detector="PE-A", marker=CD10, fluorochrome="PE"),
        Channel(detector="V500-A", marker=CD45, fluorochrome="V500", range=1024.0),
    )
    made = {"channels": channels, "compensated": True, **more}
    return Sample(name="tube", events=events, **made)


def profiled(sample, n_blasts=300):
    blasts = np.arange(400) < n_blasts
    phenotype = Phenotype(population="blasts", calls={CD10: call(CD10)})
    return profile(
        sample, blasts, lymphocytes=np.arange(400) >= 300, phenotype=phenotype, aberrancies=[CD10]
    )


def test_a_profile_keeps_what_a_comparison_needs():
    sample = make_sample()
    made = profiled(sample)
    assert made.n == 300
    assert made.markers[CD10].quantiles[100] == pytest.approx(np.median(sample.events[:300, 0]))
    assert made.markers[CD10].cofactor == 150
    assert made.markers[CD45].cofactor == pytest.approx(150 * 1024 / 262144)
    assert made.markers[CD10].fluorochrome == "PE"
    assert made.limited == ()


def test_the_anchor_error_is_that_of_a_bootstrap():
    sample = make_sample()
    anchor = profiled(sample).markers[CD45].anchor
    assert anchor is not None
    values = np.arcsinh(sample.events[300:, 1] / (150 * 1024 / 262144)) / np.log(10)
    drawn = np.median(rng().choice(values, (4000, values.size)), axis=1)
    assert anchor.n == 100
    assert anchor.error == pytest.approx(np.std(drawn), rel=0.15)


def test_an_empty_population_has_no_quantiles():
    made = profiled(make_sample(), n_blasts=0)
    assert made.n == 0
    assert made.markers[CD10].quantiles == ()


def test_events_that_are_no_number_are_left_out():
    sample = make_sample()
    events = sample.events.copy()
    events[0, 0] = np.nan
    made = profiled(dataclasses.replace(sample, events=events))
    assert made.markers[CD10].n == 299
    assert made.markers[CD45].n == 300


def _guessed() -> Finding:
    """A full scale that was read off the values."""
    return Finding(
        code=ReasonCode.RANGE_NOT_REACHED,
        severity=Severity.WARNING,
        stage="transform.full_scale",
        message="of a scale of its own",
    )


@pytest.mark.parametrize(
    ("more", "limited"),
    [
        ({"compensated": False}, (ReasonCode.COMP_MATRIX_MISSING,)),
        ({"scale": Scale.RELATIVE}, (ReasonCode.SCALE_RELATIVE,)),
        ({"findings": (_guessed(),)}, (ReasonCode.RANGE_NOT_REACHED,)),
    ],
)
def test_a_sample_that_cannot_be_compared_says_so(more, limited):
    assert profiled(make_sample(**more)).limited == limited


def test_mass_needs_no_spillover_and_has_its_own_cofactor():
    channels = (
        Channel(detector="Nd142Di", marker=CD10, kind=ChannelKind.MASS),
        Channel(detector="Nd144Di", marker=CD45, kind=ChannelKind.MASS),
    )
    made = profiled(make_sample(channels=channels, compensated=False))
    assert made.limited == ()
    assert made.markers[CD10].cofactor == 5


def test_a_mask_of_another_sample_is_refused():
    phenotype = Phenotype(population="blasts", calls={})
    mask = np.ones(400, dtype=bool)
    with pytest.raises(ValueError, match="for 400 events"):
        profile(make_sample(), mask[:5], lymphocytes=mask, phenotype=phenotype)


# --- storage -----------------------------------------------------------------
def rich_profile():
    made = profiled(make_sample())
    full = call(
        CD10,
        qualifiers=(Qualifier.BRIGHT,),
        percent=Interval(98.0, 97.0, 99.0),
        median=1234.5,
        shift_log10=0.7,
        reference="hematogones",
        control="T",
        cutoff=321.0,
        n=300,
        strong=True,
        reasons=(ReasonCode.REF_SUBSTITUTED,),
        rmfi=12.5,
        stain_index=8.25,
    )
    phenotype = Phenotype(
        population="blasts", calls={CD10: full, CD45: call(CD45, Call.BORDERLINE)}
    )
    return dataclasses.replace(made, phenotype=phenotype, lineage=Lineage.B)


def test_a_profile_survives_json():
    made = rich_profile()
    assert Profile.from_dict(json.loads(json.dumps(made.to_dict(), allow_nan=False))) == made


def test_a_profile_stored_before_calls_had_ratios_is_read():
    stored = json.loads(json.dumps(rich_profile().to_dict()))
    for each in stored["phenotype"]["calls"].values():
        del each["rmfi"], each["stain_index"]
    read = Profile.from_dict(stored).phenotype.call(CD10)
    assert (read.rmfi, read.stain_index, read.median) == (None, None, 1234.5)


def test_aberrancies_that_were_not_assessed_stay_not_assessed():
    made = dataclasses.replace(rich_profile(), aberrancies=None)
    assert Profile.from_dict(made.to_dict()).aberrancies is None


def change(stored, path, value):
    *way, last = path
    place = stored
    for key in way:
        place = place[key]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return stored


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (["n"], KeyError, "n is missing"),
        (["n"], -1, "not a count"),
        (["n"], True, "not a count"),
        (["population"], 5, "not text"),
        (["scale"], "logarithmic", "logarithmic"),
        (["lineage"], "X", "X"),
        (["limited"], "COMP", "limited is not a list"),
        (["limited"], ["NO_SUCH"], "NO_SUCH"),
        (["aberrancies"], [5], "not text"),
        (["phenotype"], [], "list found where an object should be"),
        (["phenotype", "calls", "CD10", "call"], "perhaps", "perhaps"),
        (["phenotype", "calls", "CD10", "strong"], "yes", "neither true nor false"),
        (["phenotype", "calls", "CD10", "percent"], [1, 2], "stored profile"),
        (["markers", "CD10", "quantiles"], [1.0, 2.0], "2 quantiles of 300 events"),
        (["markers", "CD10", "quantiles", 0], 1e9, "must rise"),
        (["markers", "CD10", "quantiles", 0], None, "must be finite"),
        (["markers", "CD10", "quantiles", 0], "low", "not a number"),
        (["markers", "CD10", "cofactor"], 0, "cofactor above 0"),
        (["markers", "CD10", "fluorochrome"], 7, "not text"),
        (["markers", "CD10", "anchor", "n"], 0, "an anchor of 0 events"),
    ],
)
def test_a_stored_profile_that_makes_no_sense_is_refused(path, value, sentence):
    stored = json.loads(json.dumps(rich_profile().to_dict()))
    with pytest.raises(ResultsError, match=sentence):
        Profile.from_dict(change(stored, path, value))


@pytest.mark.parametrize("stored", [None, 5, "profile", [], {}])
def test_what_is_no_profile_at_all_is_refused(stored):
    with pytest.raises(ResultsError, match="stored profile"):
        Profile.from_dict(stored)
