"""Categories of protocols: only where they apply, and never better than the limit of detection."""

import pytest

from flowpheno.mrd import assess_mrd, categories, pcr_risk
from flowpheno.panel.mrd import load_mrd_rules

RULES = load_mrd_rules()


def named(k, n, timepoint="", denominator=None):
    mrd = assess_mrd(k, n, rules=RULES, denominator=denominator)
    return {c.protocol: c for c in categories(mrd, RULES, timepoint=timepoint)}


@pytest.mark.parametrize(
    ("timepoint", "protocols"),
    [
        ("", {"mrd_0_01", "aieop_bfm_d15", "cog_d29_bm", "bfm_pcr_tp2"}),
        ("day 15", {"mrd_0_01", "aieop_bfm_d15"}),
        ("d15", {"mrd_0_01", "aieop_bfm_d15"}),
        ("D 29 bone marrow", {"mrd_0_01", "cog_d29_bm"}),
        ("day 150", {"mrd_0_01"}),
        ("relapse", {"mrd_0_01"}),
    ],
)
def test_a_protocol_applies_at_its_time_point(timepoint, protocols):
    assert set(named(30, 500_000, timepoint)) == protocols


@pytest.mark.parametrize(
    ("k", "category"),
    [
        (100, "FLR"),
        (499, "FLR (CI crosses 0.1 %)"),
        (500, "FMR (CI crosses 0.1 %)"),
        (5_000, "FMR"),
        (49_999, "FMR (CI crosses 10 %)"),
        (50_000, "FHR (CI crosses 10 %)"),
        (90_000, "FHR"),
    ],
)
def test_day_15_of_aieop_bfm_on_both_sides_of_its_bounds(k, category):
    assert named(k, 500_000, "d15")["aieop_bfm_d15"].category == category


def test_another_denominator_than_that_of_the_protocol_is_said():
    assert named(30, 500_000)["cog_d29_bm"].note == "the protocol counts mononuclear"
    assert named(30, 500_000, denominator="mononuclear")["cog_d29_bm"].note == ""


def test_a_molecular_category_is_listed_and_never_applied():
    found = named(400, 500_000)["bfm_pcr_tp2"]
    assert (found.category, "never applied to a flow count" in found.note) == ("", True)


def test_what_the_limit_of_detection_does_not_reach_is_no_negative():
    found = named(0, 83_000)
    assert found["cog_d29_bm"].category == "not evaluable (LOD 0.0241 % above 0.01 %)"
    assert found["aieop_bfm_d15"].category == "FLR"
    assert named(30, 83_000)["cog_d29_bm"].category == "positive"


@pytest.mark.parametrize(
    ("tp1", "tp2", "sensitivity", "group"),
    [
        (0, 0, 0.01, "SR"),
        (0, 0, 0.02, "not evaluable"),
        (0.2, 0, 0.01, "MR"),
        (0, 0.049, 0.01, "MR"),
        (0, 0.05, 0.01, "HR"),
        (None, 0.05, 0.1, "HR"),
        (0, None, 0.01, "not evaluable"),
        (None, 0, 0.01, "not evaluable"),
    ],
)
def test_molecular_risk_groups(tp1, tp2, sensitivity, group):
    assert pcr_risk(tp1, tp2, sensitivity=sensitivity, rules=RULES.pcr_risk) == group


def test_what_is_no_percentage_is_refused():
    with pytest.raises(ValueError, match="101 is not a percentage"):
        pcr_risk(101, 0, sensitivity=0.01, rules=RULES.pcr_risk)
