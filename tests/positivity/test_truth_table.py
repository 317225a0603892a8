"""On and around every threshold of ``panels/positivity.yaml``.

The bounds of the table were worked out with another implementation of Wilson's interval (SciPy).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode as R
from flowpheno.marker import CutoffKind, Localisation, Marker
from flowpheno.phenotype import Call, Qualifier
from flowpheno.positivity import call_marker
from flowpheno.positivity.control import antigen_of

N, B, P, X = Call.NEGATIVE, Call.BORDERLINE, Call.POSITIVE, Call.NOT_EVALUABLE

BOUNDS = {  # cut-off, events: most that are negative, fewest that are positive
    (10, 50): (0, 10),
    (10, 200): (11, 29),
    (10, 1000): (81, 119),
    (10, 10_000): (941, 1059),
    (20, 50): (4, 16),
    (20, 200): (28, 52),
    (20, 1000): (175, 225),
    (20, 10_000): (1921, 2079),
}
CUTOFFS = {  # marker: percent by scheme
    "CD34": {"egil": 20, "aieop_bfm": 10},
    "CD19": {"egil": 20, "aieop_bfm": 10},
    "TdT": {"egil": 10, "aieop_bfm": 10},
    "cyCD79a": {"egil": 10, "aieop_bfm": 10},
    "cyCD22": {"egil": 10, "aieop_bfm": 10},
    "cyIgM": {"egil": 10, "aieop_bfm": 10},
    "cyMPO": {"egil": 10, "aieop_bfm": 10},
    "cyCD3": {"egil": 10, "aieop_bfm": 10},
}
NEGATIVE_CELLS = {"cyMPO": "lymphocytes", "cyCD3": "B_mature"}


@pytest.fixture
def call(definitions, make_tube):
    def of_marker(marker, blasts, *, scheme="egil", spill=None, **others):
        bright, relative = others.pop("bright", None), others.pop("relative", False)
        levels = {marker: blasts, **(bright or {})}
        tube = make_tube({"blasts": levels, **others}, spill=spill, relative=relative)
        limits = replace(definitions.positivity, scheme=scheme)
        antigen = antigen_of(definitions.vocabulary, Marker(marker))
        return call_marker(tube, tube.populations["blasts"], antigen, limits)

    return of_marker


def share(k, n):
    return np.repeat([5000.0, 0.0], [k, n - k])


# --- percent ---


@pytest.mark.parametrize("scheme", ["egil", "aieop_bfm"])
@pytest.mark.parametrize("marker", CUTOFFS)
@pytest.mark.parametrize("n", [50, 200, 1000, 10_000])
def test_percent(call, marker, scheme, n):
    cutoff = CUTOFFS[marker][scheme]
    negative, positive = BOUNDS[cutoff, n]
    expected = {0: N, negative: N, negative + 1: B, n * cutoff // 100: B}
    expected |= {positive - 1: B, positive: P, n: P}
    control = {NEGATIVE_CELLS.get(marker, "T"): {marker: np.zeros(200)}}
    found = {k: call(marker, share(k, n), scheme=scheme, **control).call for k in expected}
    assert found == expected


def test_the_lower_cutoff_is_that_of_what_lies_inside_the_cell(definitions):
    antigens = definitions.vocabulary.antigens.values()
    inside = {a.name for a in antigens if a.localisation is not Localisation.SURFACE}
    assert {a.name for a in antigens if a.cutoff_kind is CutoffKind.CYTOPLASMIC} == inside
    assert set(CUTOFFS) - {"CD34", "CD19"} <= inside


@pytest.mark.parametrize(
    ("n", "n_control", "expected", "reason"),
    [
        (49, 199, X, R.TOO_FEW_EVENTS),
        (49, 200, X, R.TOO_FEW_EVENTS),
        (50, 199, X, R.NEG_CONTROL_TOO_SMALL),
        (50, 200, P, None),
    ],
)
@pytest.mark.parametrize("marker", CUTOFFS)
def test_sizes(call, marker, n, n_control, expected, reason):
    control = {NEGATIVE_CELLS.get(marker, "T"): {marker: np.zeros(n_control)}}
    result = call(marker, share(n, n), **control)
    assert result.call is expected
    assert result.reasons == ((reason,) if reason else ())
    assert (result.percent is None) == (expected is X)


@pytest.mark.parametrize(
    ("n_control", "expected", "reason"),
    [(49, X, R.NEG_CONTROL_TOO_SMALL), (50, P, None)],
)
def test_sizes_of_a_reference(call, n_control, expected, reason):
    result = call("CD45", np.full(50, 9000.0), T={"CD45": np.full(n_control, 9000.0)})
    assert result.call is expected
    assert result.reasons == ((reason,) if reason else ())


# --- end of the negative ---


@pytest.mark.parametrize(("outliers", "cutoff"), [(5, 0.0), (9, 0.0), (11, 500.0), (30, 500.0)])
def test_a_hundredth_of_the_control_may_lie_above_the_end(call, outliers, cutoff):
    control = np.repeat([0.0, 500.0], [1000 - outliers, outliers])
    assert call("CD34", share(400, 400), T={"CD34": control}).cutoff == cutoff


def test_three_robust_sds_where_they_reach_further(call):
    control = np.tile([0.0, 10.0, 20.0, 30.0, 40.0], 100)  # median 20, MAD 10
    result = call("CD34", share(400, 400), T={"CD34": control})
    assert result.cutoff == pytest.approx(20 + 3 * 14.826)


def test_on_a_relative_scale_the_end_is_a_rank(call):
    """Robust SDs would put it above 1, the end of the scale, and no cell could be positive."""
    control = np.repeat([0.1, 0.6, 0.7], [170, 129, 1])
    blasts = np.full(400, 0.8)
    by_rank = call("CD34", blasts, relative=True, T={"CD34": control})
    assert (by_rank.cutoff, by_rank.call) == (pytest.approx(0.6), P)
    spread = np.tile([0.1, 0.3, 0.5], 100)
    assert call("CD34", blasts, relative=True, T={"CD34": spread}).cutoff == pytest.approx(0.5)
    assert call("CD34", blasts, T={"CD34": spread}).cutoff > 1


@pytest.mark.parametrize(("level", "expected"), [(500.0, N), (500.1, P)])
def test_an_event_on_the_end_is_negative(call, level, expected):
    control = np.full(300, 500.0)
    assert call("CD34", np.full(400, level), T={"CD34": control}).call is expected


# --- spillover ---


@pytest.mark.parametrize("scheme", ["egil", "aieop_bfm"])
@pytest.mark.parametrize(
    ("share_of", "level", "expected"),
    [  # 10 % of a spillover of 0.2 of 20 000 is 400
        (0.0, -500.0, N),
        (0.0, -300.0, B),
        (0.15, -500.0, None),
        (1.0, 300.0, B),
        (1.0, 500.0, P),
    ],
)
def test_a_call_that_another_spillover_flips(call, scheme, share_of, level, expected):
    high = int(share_of * 1000)
    cd34 = np.full(1000, level) if high == 1000 else share_of_high(high, level)
    result = call(
        "CD34",
        cd34,
        scheme=scheme,
        spill={("CD10", "CD34"): 0.2},
        bright={"CD10": 20_000.0},
        T={"CD34": np.zeros(400), "CD10": 0.0},
    )
    if expected is None:  # 15 %, whichever the spillover: below 20 and above 10
        expected = {"egil": N, "aieop_bfm": P}[scheme]
    assert result.call is expected
    assert (R.COMP_SENSITIVE in result.reasons) == (expected is B)


def share_of_high(k, level, n=1000):
    return np.repeat([5000.0, level], [k, n - k])


# --- level ---


@pytest.mark.parametrize(
    ("marker", "shift", "expected", "qualifiers"),
    [
        ("CD45", -0.29, P, ()),
        ("CD45", -0.31, P, (Qualifier.DIM,)),
        ("CD45", -1.29, P, (Qualifier.DIM,)),
        ("CD45", -1.31, N, ()),
        ("CD45", 0.49, P, ()),
        ("CD45", 0.51, P, (Qualifier.BRIGHT,)),
        ("CD38", -0.49, P, ()),
        ("CD38", -0.51, P, (Qualifier.DIM,)),
        ("CD38", -1.29, P, (Qualifier.DIM,)),
        ("CD38", -1.31, N, ()),
        ("CD38", 0.49, P, ()),
        ("CD38", 0.51, P, (Qualifier.BRIGHT,)),
        ("CD10", -0.49, P, ()),
        ("CD10", -0.51, P, (Qualifier.DIM,)),
        ("CD10", 0.49, P, ()),
        ("CD10", 0.51, P, (Qualifier.BRIGHT,)),
    ],
)
def test_levels(call, marker, shift, expected, qualifiers):
    normal = 50_000.0  # far from where decades turn linear
    result = call(
        marker,
        np.full(300, normal * 10**shift),
        T={marker: np.full(300, normal if marker == "CD45" else 0.0)},
        hematogones={marker: np.full(60, normal)},
    )
    assert (result.call, result.qualifiers) == (expected, qualifiers)


# --- spread ---


def modes(k, n, *, gap, low=5000.0):
    """`k` of `n` events `gap` decades above the others; each mode spreads by 0.05 decades."""
    at = np.repeat([np.log10(low) + gap, np.log10(low)], [k, n - k])
    return 10 ** (at + np.random.default_rng(2).normal(0, 0.05, n))


@pytest.mark.parametrize(
    ("k", "qualifiers"),
    [
        (119, (Qualifier.PARTIAL,)),
        (500, (Qualifier.PARTIAL,)),
        (900, (Qualifier.PARTIAL,)),
        (901, ()),
    ],
)
def test_partial_from_10_to_90_percent(call, k, qualifiers):
    result = call("TdT", modes(k, 1000, gap=1.0), T={"TdT": np.full(300, 15_000.0)})
    assert (result.call, result.percent.estimate) == (P, pytest.approx(k / 10))
    assert result.qualifiers == qualifiers


@pytest.mark.parametrize(
    ("gap", "qualifier"), [(0.38, Qualifier.HETEROGENEOUS), (0.42, Qualifier.PARTIAL)]
)
def test_modes_of_a_partial_marker_lie_apart(call, gap, qualifier):
    cells = modes(500, 1000, gap=gap)
    between = np.full(300, 5000 * 10 ** (gap / 2))
    assert call("CD34", cells, T={"CD34": between}).qualifiers == (qualifier,)


@pytest.mark.parametrize(("sd", "qualifiers"), [(0.34, ()), (0.36, (Qualifier.HETEROGENEOUS,))])
def test_heterogeneous_from_a_spread_of_0_35_decades(call, sd, qualifiers):
    z = np.random.default_rng(4).normal(0, 1, 500)
    z = (z - z.mean()) / z.std()
    result = call("CD34", 10 ** (4.5 + sd * z), T={"CD34": np.zeros(300)})
    assert (result.percent.estimate, result.qualifiers) == (100, qualifiers)
