"""Against normal cells: shift, overlap, spread; and what is normal itself."""

from __future__ import annotations

import numpy as np
import pytest

from flowpheno.finding import ReasonCode as R
from flowpheno.marker import Marker
from flowpheno.phenotype import Call, Qualifier
from flowpheno.positivity import call_marker
from flowpheno.positivity.control import antigen_of, is_own

ZERO = np.zeros(300)


@pytest.fixture
def call(definitions, make_tube):
    def of_marker(marker, *, of="blasts", relative=False, **populations):
        tube = make_tube({k: {marker: v} for k, v in populations.items()}, relative=relative)
        antigen = antigen_of(definitions.vocabulary, Marker(marker))
        return call_marker(tube, tube.populations[of], antigen, definitions.positivity)

    return of_marker


def around(level, sd, n=600):
    """A population whose decades have exactly that mean and standard deviation."""
    z = np.random.default_rng(4).normal(0, 1, n)
    return 10 ** (np.log10(level) + sd * (z - z.mean()) / z.std())


# --- overlap and shift ---


@pytest.mark.parametrize(("level", "overlap"), [(99, 0), (101, 1), (500, 1), (899, 1), (901, 0)])
def test_overlap_is_the_share_between_the_outer_quantiles_of_normal_cells(call, level, overlap):
    normal = np.linspace(91.8367346939, 908.1632653061, 1001)  # 1st percentile 100, 99th 900
    result = call("CD10", blasts=np.full(200, level), T=ZERO, hematogones=normal)
    assert result.overlap == overlap
    assert result.reference == "hematogones"


def test_overlap_of_a_part(call):
    cells = np.repeat([1000.0, 9000.0], [150, 50])
    result = call("CD10", blasts=cells, T=ZERO, hematogones=np.full(60, 1000.0))
    assert result.overlap == 0.75


@pytest.mark.parametrize("marker", ["CD10", "CD123", "CD38"])
def test_a_shift_stands_with_its_reference(call, marker):
    result = call(marker, blasts=np.full(200, 5000.0), T=ZERO, hematogones=np.full(60, 50_000.0))
    assert result.shift_log10 == pytest.approx(-1, abs=0.01)
    assert (result.reference, result.overlap) == ("hematogones", 0)


@pytest.mark.parametrize(
    ("marker", "reference"), [("CD3", "T"), ("cyCD3", "T"), ("cyMPO", "gran"), ("CD45", "T")]
)
def test_the_normal_counterpart_is_that_of_the_vocabulary(call, marker, reference):
    controls = {"B_mature": ZERO, "lymphocytes": ZERO, "hematogones": np.full(60, 9.0)}
    normal = {reference: np.full(300, 5000.0)}
    result = call(marker, blasts=np.full(200, 5000.0), **(controls | normal))
    assert result.reference == reference
    assert result.shift_log10 == pytest.approx(0, abs=0.01)


def test_no_counterpart_no_figure(call):
    few = call("CD10", blasts=np.full(200, 5000.0), T=ZERO, hematogones=np.full(49, 5000.0))
    assert (few.shift_log10, few.overlap, few.reference) == (None, None, "")


@pytest.mark.parametrize(("marker", "reference"), [("CD10", "hematogones"), ("CD45", "T")])
def test_on_a_relative_scale_there_is_the_overlap_of_ranks_alone(call, marker, reference):
    cells = np.repeat([0.9, 0.5], [150, 50])
    tube = {"T": ZERO, reference: np.full(300, 0.9)}
    ranks = call(marker, relative=True, blasts=cells, **tube)
    assert (ranks.overlap, ranks.reference) == (0.75, reference)
    assert (ranks.shift_log10, ranks.spread_log10, ranks.qualifiers) == (None, None, ())
    assert (ranks.call is Call.NOT_EVALUABLE) == (marker == "CD45")


# --- spread ---


@pytest.mark.parametrize(
    ("sd", "normal", "broad"),
    [
        (0.29, 0.20, False),
        (0.31, 0.20, True),
        (0.149, 0.10, False),
        (0.151, 0.10, True),
        (0.34, 0.30, False),
        (0.36, 0.30, True),
        (0.36, 9.0, True),
    ],
)
def test_heterogeneous_from_one_and_a_half_times_the_spread_of_normal_cells(
    call, sd, normal, broad
):
    result = call(
        "CD10",
        blasts=around(30_000, sd),
        T=ZERO,
        hematogones=around(30_000, min(normal, 0.5), n=60),
    )
    assert result.spread_log10 == pytest.approx(sd, abs=0.003)
    assert result.qualifiers == ((Qualifier.HETEROGENEOUS,) if broad else ())


def test_spread_of_normal_cells_counts_only_where_they_are_positive(call):
    """49 positive hematogones say nothing of how normal cells spread."""
    normal = np.concatenate([np.zeros(60), around(30_000, 0.05, n=49)])
    assert call("CD10", blasts=around(30_000, 0.2), T=ZERO, hematogones=normal).qualifiers == (
        Qualifier.BRIGHT,
    )


@pytest.mark.parametrize(("n", "known"), [(49, False), (50, True)])
def test_spread_needs_positive_events(call, n, known):
    cells = np.concatenate([np.zeros(100), around(9000, 0.2, n=n)])
    assert (call("CD34", blasts=cells, T=ZERO).spread_log10 is not None) == known


# --- one mode or two ---


def test_a_skewed_mode_is_not_partial(call):
    """Two components fit it better than one, by far; there is no valley between them."""
    skewed = 10 ** (3 + np.random.default_rng(8).exponential(0.5, 3000))
    result = call("CD34", blasts=skewed, T=np.full(300, 2200.0))
    assert 10 < result.percent.estimate < 90
    assert result.qualifiers == (Qualifier.HETEROGENEOUS,)


@pytest.mark.parametrize(
    ("share", "qualifier"), [(0.05, Qualifier.HETEROGENEOUS), (0.15, Qualifier.PARTIAL)]
)
def test_a_few_events_far_out_are_no_mode(call, share, qualifier):
    """The cut-off halves the main mode; the share beyond the valley tells whether it is one."""
    n = int(2000 * share)
    cells = np.concatenate([around(3000, 0.1, n=2000 - n), around(1e5, 0.05, n=n)])
    result = call("CD34", blasts=cells, T=np.full(300, 3000.0))
    assert 10 < result.percent.estimate < 90
    assert result.qualifiers == (qualifier,)


@pytest.mark.parametrize(("sd", "qualifier"), [(0.2, "partial"), (0.35, "heterogeneous")])
def test_two_modes_that_run_into_each_other_are_one(call, sd, qualifier):
    cells = np.concatenate([around(3000, sd, n=1000), around(20_000, sd, n=1000)])
    assert call("CD34", blasts=cells, T=np.full(300, 7700.0)).qualifiers == (qualifier,)


# --- a population that is its own control ---


def test_other_negative_cells_judge_the_control_itself(call):
    result = call("CD19", of="T", T=np.full(400, 50.0), NK=np.zeros(300))
    assert (result.control, result.call) == ("NK", Call.POSITIVE)
    assert call("CD19", of="T", T=np.zeros(400), NK=np.zeros(300)).call is Call.NEGATIVE


def test_what_stands_in_is_named(call):
    result = call("CD19", of="T", T=np.zeros(400), NK=np.zeros(20), erythroid=np.zeros(300))
    assert (result.control, result.reasons) == ("NK+erythroid", (R.REF_SUBSTITUTED,))


def test_without_other_negative_cells_it_is_not_evaluable(call):
    result = call("CD19", of="T", T=np.zeros(400), B_mature=np.full(300, 9000.0))
    assert (result.call, result.reasons) == (Call.NOT_EVALUABLE, (R.OWN_CONTROL,))
    assert result.percent is None
    small = call("CD19", of="T", T=np.zeros(150), B_mature=np.full(300, 9000.0))
    assert small.reasons == (R.NEG_CONTROL_TOO_SMALL,)


@pytest.mark.parametrize(
    ("marker", "of", "others", "reason"),
    [
        ("CD45", "T", {}, R.OWN_CONTROL),
        ("CD38", "T", {}, R.OWN_CONTROL),
        ("CD38", "hematogones", {"T": ZERO}, R.REF_SUBSTITUTED),
    ],
)
def test_a_level_is_not_compared_with_itself(call, marker, of, others, reason):
    result = call(marker, of=of, **{of: np.full(300, 9000.0)}, **others)
    assert (result.shift_log10, result.reference) == (None, "")
    assert result.reasons == (reason,)


def test_blasts_among_t_cells_are_judged_against_the_other_ones(definitions, make_tube):
    """T-lineage blasts gated as T cells would be negative of whatever they bear."""
    tube = make_tube({"blasts": {"CD34": np.full(700, 5000.0)}, "rest": {"CD34": np.zeros(300)}})
    cells = np.ones(1000, bool)
    populations = {**tube.populations, "T": type(tube.populations["rest"])("T", "all", cells)}
    tube = type(tube)(
        **{f: getattr(tube, f) for f in tube.__slots__} | {"populations": populations}
    )
    antigen = antigen_of(definitions.vocabulary, Marker("CD34"))
    result = call_marker(tube, tube.populations["blasts"], antigen, definitions.positivity)
    assert (result.call, result.control) == (Call.POSITIVE, "other T")


@pytest.mark.parametrize(("within", "own"), [(89, False), (90, True), (100, True)])
def test_own_from_nine_tenths(definitions, within, own):
    judged = np.arange(1000) < 100
    control = np.arange(1000) < within
    assert is_own(control, judged, definitions.positivity) is own


def test_a_mixture_that_holds_its_control_is_judged_by_it(definitions):
    """Lymphocytes, of which some are T cells."""
    judged, control = np.arange(1000) < 500, np.arange(1000) < 300
    assert not is_own(control, judged, definitions.positivity)
    assert not is_own(control, np.zeros(1000, bool), definitions.positivity)


@pytest.mark.parametrize(
    ("marker", "of", "control"), [("CD3", "T", "B_mature"), ("cyMPO", "gran", "lymphocytes")]
)
def test_strong_is_not_said_of_the_population_it_is_measured_by(call, marker, of, control):
    result = call(marker, of=of, **{of: np.full(300, 9000.0), control: ZERO})
    assert (result.call, result.strong, result.shift_log10) == (Call.POSITIVE, None, None)
