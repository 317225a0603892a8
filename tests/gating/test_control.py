"""Negative controls: which cells lack a marker, also where the amplifier ends at a floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.gating.anchor import Anchors
from flowpheno.gating.control import NegativeControls, control_of, find_controls
from flowpheno.gating.decades import Decades
from flowpheno.marker import Marker

CD45, SSC, CD19, CD3, CD10 = map(Marker, ("CD45", "SSC", "CD19", "CD3", "CD10"))
N = 300
KIND = np.repeat(["lymphocyte", "red", "granulocyte", "blast"], N)
HOME, RED, GRAN, BLAST = (k == KIND for k in ("lymphocyte", "red", "granulocyte", "blast"))


def decades(**columns):
    return Decades(
        values=np.column_stack([np.asarray(v, np.float32) for v in columns.values()]),
        columns={Marker(m): n for n, m in enumerate(columns)},
        transforms={},
        relative=False,
    )


def anchors(granulocytes=GRAN):
    return Anchors(
        cluster=np.zeros(4 * N, np.int32),
        medians=np.zeros((1, 2)),
        sizes=np.array([4 * N]),
        lymphocytes=HOME,
        granulocytes=granulocytes,
        low_scatter=~GRAN,
        scatter_border=1.0,
    )


@pytest.fixture
def limits(definitions):
    return replace(
        definitions.gating, minimum_control=200, faint_cd45=1.2, floor_share=0.3, floor_gap=0.5
    )


CD45_LEVELS = np.select([HOME, RED, GRAN], [3.0, 1.0, 2.4], 2.0)


# --- which cells ---


def test_granulocytes_lack_what_t_cells_have(limits):
    controls = find_controls(decades(CD45=CD45_LEVELS), anchors(), limits)
    assert controls.others_name == "gran"
    np.testing.assert_array_equal(controls.others, GRAN)
    np.testing.assert_array_equal(controls.lymphocytes, HOME)


def test_without_enough_granulocytes_what_has_low_scatter_stands_in(limits):
    few = GRAN & (np.cumsum(GRAN) < limits.minimum_control)
    controls = find_controls(decades(CD45=CD45_LEVELS), anchors(few), limits)
    assert controls.others_name == "low side scatter"
    np.testing.assert_array_equal(controls.others, RED | BLAST)


def test_faint_cells_have_low_scatter_and_no_cd45(limits):
    controls = find_controls(decades(CD45=CD45_LEVELS), anchors(), limits)
    np.testing.assert_array_equal(controls.faint, RED)
    dark = np.where(GRAN, 0.0, CD45_LEVELS)  # granulocytes without CD45 are not of low scatter
    again = find_controls(decades(CD45=dark), anchors(), limits)
    np.testing.assert_array_equal(again.faint, RED)


def test_a_few_faint_cells_are_none(limits):
    cd45 = np.where(RED & (np.cumsum(RED) > 199), 3.0, CD45_LEVELS)
    assert not find_controls(decades(CD45=cd45), anchors(), limits).faint.any()
    enough = np.where(RED & (np.cumsum(RED) > 200), 3.0, CD45_LEVELS)
    assert find_controls(decades(CD45=enough), anchors(), limits).faint.sum() == 200


# --- of which marker ---


def controls(**changes):
    whole = NegativeControls(lymphocytes=HOME, others=GRAN, others_name="gran", faint=RED)
    return replace(whole, **changes)


def column(floor_share, faint):
    """Lymphocytes of whom a share lies on the floor 0, faint cells at one level, brighter ones."""
    rng = np.random.default_rng(11)
    home = np.where(np.arange(N) < floor_share * N, 0.0, rng.uniform(0.1, 0.4, N))
    return np.concatenate([home, np.full(N, faint), np.full(N, 2.0), np.full(N, 3.0)])


@pytest.mark.parametrize("marker", ["CD3", "cyCD3", "CD7", "CD2", "CD5", "CD4", "CD8", "CD56"])
def test_markers_of_t_cells_stand_beside_other_cells(limits, marker):
    table = decades(**{marker: column(0.0, 0.1)})
    name, mask = control_of(Marker(marker), table, controls(), limits)
    assert name == "gran"
    np.testing.assert_array_equal(mask, GRAN)
    nobody = controls(others=np.zeros(4 * N, bool))
    assert control_of(Marker(marker), table, nobody, limits)[0].startswith("T")


@pytest.mark.parametrize(
    ("floor_share", "faint", "joined"),
    [
        (0.0, 0.1, False),  # the spread of the control is known
        (0.25, 0.1, False),
        (0.35, 0.1, True),
        (1.0, 0.0, True),
        (1.0, 0.45, True),
        (1.0, 0.55, False),  # too bright: blasts without CD45
        (0.6, 0.55, False),
    ],
)
def test_on_the_floor_of_the_amplifier_faint_cells_join_if_hardly_brighter(
    limits, floor_share, faint, joined
):
    table = decades(CD19=column(floor_share, faint))
    name, mask = control_of(CD19, table, controls(), limits)
    assert name == ("T and cells without CD45" if joined else "T")
    np.testing.assert_array_equal(mask, HOME | RED if joined else HOME)


def test_the_brighter_half_of_a_control_counts_too(limits):
    # two thirds off the floor: the median of the lymphocytes is 0.2, faint cells 0.6 are beside
    values = column(1 / 3, 0.6)
    values[:N][values[:N] > 0] = 0.2
    assert control_of(CD19, decades(CD19=values), controls(), limits)[0] == (
        "T and cells without CD45"
    )


def test_without_faint_cells_the_lymphocytes_stand_alone(limits):
    nobody = controls(faint=np.zeros(4 * N, bool))
    name, mask = control_of(CD10, decades(CD10=column(1.0, 0.0)), nobody, limits)
    assert name == "T"
    np.testing.assert_array_equal(mask, HOME)


def test_a_floor_is_where_the_channel_ends_not_where_the_control_does(limits):
    values = column(1.0, 0.1)
    values[BLAST] = -1.0  # the channel goes lower than its control
    assert control_of(CD10, decades(CD10=values), controls(), limits)[0] == "T"
