"""Anchors of ion counts: blasts are not taken for the lymphocytes they crowd out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.gating.anchor import find_anchors
from flowpheno.gating.decades import to_decades
from flowpheno.marker import Marker
from flowpheno.sample import Channel, ChannelKind, Sample

MARKERS = ("CD45", "CD19", "CD10", "CD34", "SSC")
COUNTS = {  # mean ions of each of MARKERS; side scatter is no mass, and a constant
    "T": (120.0, 0.2, 0.2, 0.2, 1.0),
    "blast": (25.0, 12.0, 150.0, 30.0, 1.0),
    "myeloid": (30.0, 0.2, 0.2, 0.2, 1.0),
    "red": (1.0, 0.2, 0.2, 0.2, 1.0),
}


def tube(*, kind=ChannelKind.MASS, **numbers):
    rng = np.random.default_rng(13)
    label = np.repeat(list(numbers), list(numbers.values()))
    events = np.vstack([rng.poisson(COUNTS[name]) for name in label]).astype(np.float32)
    events[:, -1] = 1.0
    channels = [Channel(detector=m, marker=Marker(m), kind=kind) for m in MARKERS[:-1]]
    scatter = Channel(detector="SSC-A", marker=Marker("SSC"), kind=ChannelKind.SCATTER)
    return Sample(name="s", channels=(*channels, scatter), events=events), label


def anchors_of(sample, limits, parent=None):
    decades = to_decades(sample)
    everything = np.ones(sample.n_events, bool)
    return find_anchors(decades, everything if parent is None else parent, limits)


@pytest.mark.parametrize("others", [30, 60, 150])
def test_a_tube_of_nearly_only_blasts_takes_none_for_lymphocytes(definitions, others):
    sample, label = tube(blast=2500, T=others, myeloid=others)
    assert to_decades(sample).counts
    anchors = anchors_of(sample, definitions.gating)
    found = label[anchors.lymphocytes]
    assert len(found) >= 25
    assert (found == "blast").sum() == 0
    assert (found == "T").mean() >= 0.9


def test_where_no_kind_of_other_cells_makes_a_cluster_of_its_own_they_stand_in_together(
    definitions,
):
    sample, label = tube(blast=2500, T=18, myeloid=18, red=18)
    found = label[anchors_of(sample, definitions.gating).lymphocytes]
    assert len(found) >= 25
    assert (found == "blast").sum() == 0
    assert (found == "T").sum() >= 17
    # of light the same numbers say nothing: what is dimmest may yet bear an antigen
    light, _ = tube(blast=2500, T=18, myeloid=18, red=18, kind=ChannelKind.FLUORESCENCE)
    assert not to_decades(light).counts


@pytest.mark.parametrize("compensated", [True, False])
def test_compensated_light_tells_blasts_from_lymphocytes_too(definitions, compensated):
    """Zero is no antigen after compensation only; before it, nobody can say."""
    counted, label = tube(blast=2500, T=18, myeloid=18, red=18)
    light = np.array(counted.events) * np.float32(200)
    light[:, -1] = 10_000
    channels = tuple(
        replace(c, kind=ChannelKind.FLUORESCENCE) if c.kind is ChannelKind.MASS else c
        for c in counted.channels
    )
    sample = replace(counted, events=light, channels=channels, compensated=compensated)
    found = label[anchors_of(sample, definitions.gating).lymphocytes]
    assert ("blast" in found) is not compensated


def test_many_lymphocytes_are_found_as_they_are(definitions):
    sample, label = tube(blast=500, T=1500, myeloid=500)
    anchors = anchors_of(sample, definitions.gating)
    assert (label[anchors.lymphocytes] == "T").mean() >= 0.99
    assert (label[anchors.lymphocytes] == "T").sum() >= 0.9 * 1500


def test_where_all_are_blasts_there_are_no_anchors(definitions):
    sample, _ = tube(blast=2500)
    assert anchors_of(sample, definitions.gating) is None
    few, _ = tube(blast=2500, T=20)
    assert anchors_of(few, definitions.gating) is None


def test_anchors_lie_within_the_parent(definitions):
    sample, label = tube(blast=1500, T=400, myeloid=400)
    parent = np.arange(sample.n_events) % 2 == 0
    anchors = anchors_of(sample, definitions.gating, parent)
    assert anchors.lymphocytes.any()
    for mask in (anchors.lymphocytes, anchors.granulocytes, anchors.low_scatter):
        assert not (mask & ~parent).any()
    assert (anchors.cluster[~parent] == -1).all()
    assert anchors.sizes.sum() == parent.sum()
    assert (label[anchors.lymphocytes] == "T").mean() >= 0.9


def test_few_cells_or_half_a_backbone_give_no_anchors(definitions):
    sample, _ = tube(blast=30, T=15)
    assert anchors_of(sample, definitions.gating) is None
    enough, _ = tube(T=300)
    assert anchors_of(enough, definitions.gating) is not None
    assert anchors_of(enough, definitions.gating, np.arange(300) < 49) is None
