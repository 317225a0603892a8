from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode as R
from flowpheno.marker import CutoffKind, Marker, Mode
from flowpheno.phenotype import Call, Qualifier
from flowpheno.positivity import call_marker, call_phenotype, call_phenotypes
from flowpheno.positivity.control import antigen_of
from flowpheno.specimen import Therapy
from flowpheno.statistics import wilson_percent

CONTROL = np.zeros(1000)  # its end is 0: an event above it is positive


def some_of(k, n, *, high=5000.0):
    """Intensities of `n` cells, `k` of them positive."""
    return np.repeat([high, 0.0], [k, n - k])


@pytest.fixture
def call(definitions, make_tube):
    def of_marker(marker, blasts, *, scheme="egil", relative=False, **others):
        tube = make_tube({"blasts": {marker: blasts}, **others}, relative=relative)
        limits = replace(definitions.positivity, scheme=scheme)
        antigen = antigen_of(definitions.vocabulary, Marker(marker))
        return call_marker(tube, tube.populations["blasts"], antigen, limits)

    return of_marker


def test_percent_stands_with_its_interval_control_and_cutoff(call):
    result = call("CD34", some_of(143, 200), T={"CD34": CONTROL})
    assert result.call is Call.POSITIVE
    assert result.percent == wilson_percent(143, 200)
    assert (result.control, result.cutoff, result.n) == ("T", 0.0, 200)
    assert result.median == 5000
    assert result.shift_log10 is None
    assert result.reasons == ()


@pytest.mark.parametrize(
    ("marker", "scheme", "threshold"),
    [
        ("CD34", "egil", 20),
        ("CD34", "aieop_bfm", 10),
        ("cyCD79a", "egil", 10),
        ("TdT", "egil", 10),
        ("TdT", "aieop_bfm", 10),
    ],
)
def test_positive_negative_or_borderline_by_the_interval(call, marker, scheme, threshold):
    n = 400
    least = next(k for k in range(n) if wilson_percent(k, n).high >= threshold)
    sure = next(k for k in range(n) if wilson_percent(k, n).low >= threshold)
    for k in (0, least - 1, least, n * threshold // 100, sure - 1, sure, n):
        result = call(marker, some_of(k, n), scheme=scheme, T={marker: CONTROL})
        interval = wilson_percent(k, n)
        if interval.low >= threshold:
            expected = Call.POSITIVE
        elif interval.high < threshold:
            expected = Call.NEGATIVE
        else:
            expected = Call.BORDERLINE
        assert result.call is expected, f"{k} of {n}"


@pytest.mark.parametrize(("marker", "k"), [("CD34", 200), ("TdT", 100)])
def test_a_value_on_the_cutoff_is_borderline_with_events_alone(call, marker, k):
    result = call(marker, some_of(k, 1000), T={marker: CONTROL})
    assert result.call is Call.BORDERLINE
    assert result.truth is None


def test_an_event_on_the_cutoff_intensity_is_negative(call):
    result = call("CD34", np.zeros(500), T={"CD34": CONTROL})
    assert (result.call, result.percent.estimate) == (Call.NEGATIVE, 0.0)


@pytest.mark.parametrize(("n", "expected"), [(49, Call.NOT_EVALUABLE), (50, Call.POSITIVE)])
def test_few_events_are_not_called(call, n, expected):
    result = call("CD34", some_of(n, n), T={"CD34": CONTROL})
    assert result.call is expected
    assert result.n == n
    assert (R.TOO_FEW_EVENTS in result.reasons) == (n < 50)


def test_no_event_has_no_median(definitions, make_tube):
    tube = make_tube({"blasts": {"CD34": np.empty(0)}, "T": {"CD34": CONTROL}})
    antigen = antigen_of(definitions.vocabulary, Marker("CD34"))
    result = call_marker(tube, tube.populations["blasts"], antigen, definitions.positivity)
    assert (result.call, result.median, result.n) == (Call.NOT_EVALUABLE, None, 0)


@pytest.mark.parametrize(("n", "expected"), [(199, Call.NOT_EVALUABLE), (200, Call.POSITIVE)])
def test_a_small_control_is_not_trusted(call, n, expected):
    result = call("CD34", some_of(400, 400), T={"CD34": np.zeros(n)})
    assert result.call is expected
    assert (R.NEG_CONTROL_TOO_SMALL in result.reasons) == (n < 200)
    assert result.percent is None or n == 200


# --- qualifiers ---


def spread(median, sd, n=600, seed=3):
    return 10 ** np.random.default_rng(seed).normal(np.log10(median), sd, n)


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (-0.55, Qualifier.DIM),
        (-0.45, None),
        (0.0, None),
        (0.45, None),
        (0.55, Qualifier.BRIGHT),
    ],
)
def test_dim_and_bright_against_normal_precursors(call, shift, expected):
    result = call(
        "CD10",
        spread(20_000 * 10**shift, 0.05),
        T={"CD10": CONTROL},
        hematogones={"CD10": spread(20_000, 0.05)},
    )
    assert result.call is Call.POSITIVE
    assert set(result.qualifiers) == ({expected} if expected else set())


def test_without_normal_precursors_neither_dim_nor_bright(call):
    few = {"CD10": spread(20_000, 0.05, n=49)}
    result = call("CD10", spread(500, 0.05), T={"CD10": CONTROL}, hematogones=few)
    assert result.qualifiers == ()


def test_two_modes_are_partial_one_broad_mode_is_heterogeneous(call):
    halves = np.concatenate([spread(10, 0.02, 300), spread(20_000, 0.1, 300)])
    control = np.random.default_rng(1).normal(0, 80, 1000)
    partial = call("CD34", halves, T={"CD34": control})
    assert partial.qualifiers == (Qualifier.PARTIAL,)
    broad = call("CD34", spread(8000, 0.5), T={"CD34": control})
    assert broad.qualifiers == (Qualifier.HETEROGENEOUS,)
    tight = call("CD34", spread(8000, 0.1), T={"CD34": control})
    assert tight.qualifiers == ()


def test_a_negative_marker_has_no_qualifier(call):
    result = call(
        "CD10", np.zeros(500), T={"CD10": CONTROL}, hematogones={"CD10": spread(2e4, 0.1)}
    )
    assert (result.call, result.qualifiers) == (Call.NEGATIVE, ())


# --- WHO: strong ---


@pytest.mark.parametrize(("level", "strong"), [(5001, True), (5000, False), (4000, False)])
def test_strong_is_above_half_of_normal_precursors(call, level, strong):
    result = call(
        "CD19",
        np.full(400, level),
        T={"CD19": CONTROL},
        hematogones={"CD19": np.full(50, 10_000.0)},
        B_mature={"CD19": np.full(300, 1e5)},
    )
    assert result.strong is strong
    assert R.REF_SUBSTITUTED not in result.reasons


def test_strong_in_part_is_enough(call):
    quarter = np.repeat([9000.0, 1000.0], [120, 280])
    tube = {"T": {"CD19": CONTROL}, "hematogones": {"CD19": np.full(60, 10_000.0)}}
    assert call("CD19", quarter, **tube).strong is True
    assert call("CD19", np.repeat([9000.0, 1000.0], [80, 320]), **tube).strong is False


@pytest.mark.parametrize(("level", "strong"), [(2751, True), (2749, False)])
def test_mature_b_cells_stand_in_for_missing_precursors(call, level, strong):
    result = call(
        "CD19",
        np.full(400, level),
        T={"CD19": CONTROL},
        hematogones={"CD19": np.full(49, 10.0)},
        B_mature={"CD19": np.full(300, 10_000.0)},
    )
    assert result.strong is strong
    assert R.REF_SUBSTITUTED in result.reasons


def test_strong_needs_a_counterpart(call):
    assert call("CD19", np.full(400, 9e4), T={"CD19": CONTROL}).strong is None
    assert call("CD34", np.full(400, 9e4), T={"CD34": CONTROL}).strong is None


# --- markers without a clean negative ---


@pytest.mark.parametrize(
    ("level", "call_", "qualifiers"),
    [
        (30_000, Call.POSITIVE, ()),
        (30_000 * 10**-0.29, Call.POSITIVE, ()),
        (30_000 * 10**-0.31, Call.POSITIVE, (Qualifier.DIM,)),
        (30_000 * 10**-1.35, Call.NEGATIVE, ()),
        (30_000 * 10**0.55, Call.POSITIVE, (Qualifier.BRIGHT,)),
    ],
)
def test_cd45_is_a_level_against_t_cells(call, level, call_, qualifiers):
    result = call("CD45", np.full(200, level), T={"CD45": np.full(300, 30_000.0)})
    assert (result.call, result.qualifiers) == (call_, qualifiers)
    assert (result.reference, result.percent) == ("T", None)
    assert result.shift_log10 == pytest.approx(np.log10(level / 30_000), abs=0.01)


def test_cd38_against_normal_precursors(call):
    result = call(
        "CD38",
        np.full(200, 2_000.0),
        T={"CD38": np.full(300, 100.0)},
        hematogones={"CD38": np.full(60, 20_000.0)},
    )
    assert (result.call, result.qualifiers) == (Call.POSITIVE, (Qualifier.DIM,))
    assert result.reference == "hematogones"
    assert result.shift_log10 == pytest.approx(-1, abs=0.01)


@pytest.mark.parametrize(
    ("level", "expected"), [(2_000.0, Call.POSITIVE), (50.0, Call.NOT_EVALUABLE)]
)
def test_t_cells_that_stand_in_can_only_show_presence(call, level, expected):
    few = {"CD38": np.full(49, 20_000.0)}
    result = call("CD38", np.full(200, level), T={"CD38": np.full(300, 100.0)}, hematogones=few)
    assert result.call is expected
    assert result.shift_log10 is None
    assert result.reasons == (R.REF_SUBSTITUTED,)


def test_without_any_reference_a_level_is_not_evaluable(call):
    result = call("CD38", np.full(200, 1.0), T={"CD38": np.full(49, 1.0)})
    assert result.call is Call.NOT_EVALUABLE
    assert result.reasons == (R.NEG_CONTROL_TOO_SMALL,)


# --- a relative scale ---


def test_on_a_relative_scale_ranks_count_and_levels_do_not(call):
    t, precursors = np.linspace(0, 0.2, 500), np.full(100, 0.9)
    rank = call(
        "CD10", np.full(300, 0.5), relative=True, T={"CD10": t}, hematogones={"CD10": precursors}
    )
    assert (rank.call, rank.qualifiers, rank.shift_log10) == (Call.POSITIVE, (), None)
    strong = call(
        "CD19", np.full(300, 0.5), relative=True, T={"CD19": t}, hematogones={"CD19": precursors}
    )
    assert strong.strong is None
    for marker in ("CD45", "CD38"):
        level = call(marker, np.full(300, 0.5), relative=True, T={marker: t})
        assert level.call is Call.NOT_EVALUABLE
        assert level.reasons == (R.SCALE_RELATIVE,)


@pytest.mark.parametrize(
    ("level", "relative", "expected", "reasons"),
    [
        (0.9, True, Call.POSITIVE, (R.REF_SUBSTITUTED,)),
        (0.1, True, Call.NOT_EVALUABLE, (R.REF_SUBSTITUTED, R.SCALE_RELATIVE)),
        (0.1, False, Call.NEGATIVE, (R.REF_SUBSTITUTED,)),
    ],
)
def test_on_a_relative_scale_cells_that_stand_in_can_only_show_presence(
    call, level, relative, expected, reasons
):
    """Granulocytes glow more than T cells; by how many ranks is not known."""
    granulocytes = np.linspace(0, 0.5, 500)
    result = call("CD19", np.full(300, level), relative=relative, gran={"CD19": granulocytes})
    assert (result.call, result.reasons) == (expected, reasons)
    assert (result.rating is None) == (expected is Call.NOT_EVALUABLE)


# --- therapy ---


@pytest.mark.parametrize(
    ("therapy", "marker", "code"),
    [
        (Therapy.ANTI_CD19, "CD19", R.CD19_MASKED),
        (Therapy.ANTI_CD20, "CD20", R.CD20_MASKED_RITUXIMAB),
        (Therapy.ANTI_CD22, "CD22", R.CD22_MASKED_INOTUZUMAB),
        (Therapy.ANTI_CD38, "CD38", R.CD38_MASKED_DARATUMUMAB),
        (Therapy.ANTI_CD20, "CD20+CD22", R.CD20_MASKED_RITUXIMAB),
    ],
)
def test_therapy_hides_its_antigen(definitions, make_tube, therapy, marker, code):
    blasts = {marker: np.full(300, 9000.0), "CD34": 9000.0}
    tube = make_tube({"blasts": blasts, "T": {marker: CONTROL}})
    before, after = (
        call_phenotype(
            tube, tube.populations["blasts"], definitions.vocabulary, definitions.positivity,
            therapy=given,
        )
        for given in ((), (therapy, Therapy.STEROIDS))
    )  # fmt: skip
    assert before.call(Marker(marker)).call is Call.POSITIVE
    hidden = after.call(Marker(marker))
    assert (hidden.call, hidden.percent, hidden.truth) == (Call.NOT_EVALUABLE, None, None)
    assert code in hidden.reasons
    assert after.call(Marker("CD34")) == before.call(Marker("CD34"))


def test_a_phenotype_holds_what_was_stained_and_nothing_else(definitions, make_tube):
    blasts = {"CD19": np.full(300, 9000.0), "SYTO": 3e4, "VIABILITY": 10.0}
    tube = make_tube({"blasts": blasts, "T": {"CD19": CONTROL}})
    phenotype = call_phenotype(
        tube, tube.populations["blasts"], definitions.vocabulary, definitions.positivity
    )
    assert set(phenotype.calls) == {"CD19"}
    assert phenotype.call(Marker("CD10")).call is Call.NOT_REPORTED
    assert phenotype.population == "blasts"


def test_order_of_events_does_not_matter(definitions, make_tube):
    values = np.concatenate([spread(300, 0.4), spread(9000, 0.2)])
    rng = np.random.default_rng(5)
    antigen = antigen_of(definitions.vocabulary, Marker("CD34"))
    one, other = (
        call_marker(tube, tube.populations["blasts"], antigen, definitions.positivity)
        for tube in (
            make_tube({"blasts": {"CD34": v}, "T": {"CD34": spread(50, 0.3)}})
            for v in (values, rng.permutation(values))
        )
    )
    assert one == other


@pytest.mark.parametrize("marker", ["CD34", "cyMPO", "CD45"])
def test_the_vocabulary_says_how_a_marker_is_judged(definitions, marker):
    antigen = definitions.vocabulary.antigens[Marker(marker)]
    assert (antigen.mode is Mode.INTENSITY) == (marker == "CD45")
    assert (antigen.cutoff_kind is CutoffKind.CYTOPLASMIC) == (marker == "cyMPO")


def test_populations_called_together_are_called_as_alone(definitions, make_tube):
    rng = np.random.default_rng(5)
    tube = make_tube(
        {
            name: {
                "CD19": rng.normal(level, 80, n),
                "CD10": rng.normal(level / 2, 80, n),
                "CD45": rng.normal(900, 80, n),
            }
            for name, level, n in [
                ("blasts", 3000, 400),
                ("hematogones", 1500, 300),
                ("T", 0, 900),
            ]
        },
        spill={("CD19", "CD10"): 0.2},
    )
    vocabulary, limits = definitions.vocabulary, definitions.positivity
    together = call_phenotypes(tube, tube.populations.values(), vocabulary, limits)
    alone = tuple(call_phenotype(tube, p, vocabulary, limits) for p in tube.populations.values())
    assert [p.population for p in together] == list(tube.populations)
    assert together == alone
    own = next(p for p in together if p.population == "T").calls["CD19"]
    assert own.reasons == (R.OWN_CONTROL,)
