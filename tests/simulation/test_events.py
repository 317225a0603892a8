from __future__ import annotations

import numpy as np
import pytest

from flowpheno.panel.tubes import builtin_tubes
from flowpheno.simulation.artefacts import Artefacts, draw_amounts
from flowpheno.simulation.cells import Staining
from flowpheno.simulation.composition import Background, draw_composition
from flowpheno.simulation.events import ARTEFACT_LABELS, draw_events
from flowpheno.simulation.specification import load_specification

SPECIFICATION = load_specification()
TUBE = builtin_tubes()["euroflow_bcp_all_mrd_t1"]


def drawn(n, artefacts):
    rng = np.random.default_rng(3)
    composition = draw_composition(SPECIFICATION, Background(), rng=rng)
    amounts = draw_amounts(SPECIFICATION, artefacts, n, rng=rng)
    shifts = np.zeros(len(TUBE.channels), dtype=np.float32)
    staining = Staining(specification=SPECIFICATION, tube=TUBE, shifts=shifts)
    return amounts, draw_events(staining, composition, n, amounts=amounts, rng=rng)


def test_every_amount_is_labelled():
    amounts, events = drawn(5_000, Artefacts(margin=0.01, platelets=0.01))
    counts = {name: int(np.sum(events.labels == name)) for name in ARTEFACT_LABELS}
    assert counts == {
        "dead": amounts.dead,
        "doublet": amounts.doublets,
        "debris": amounts.debris,
        "platelet_aggr": amounts.platelets,
        "margin": amounts.margin,
    }
    assert len(events.cells) == 5_000 + sum(counts.values())


def test_origin_names_the_population_of_a_dead_cell():
    _, events = drawn(5_000, Artefacts(dead=0.3))
    dead = events.labels == "dead"
    assert set(events.origin[dead]) <= {*SPECIFICATION.populations, "hematogone"}
    np.testing.assert_array_equal(events.origin[~dead], events.labels[~dead])


def test_labels_lie_with_their_events():
    _, events = drawn(5_000, Artefacts())
    assert np.isfinite(events.cells.maturation[events.labels == "hematogone"]).all()
    others = events.cells.maturation[events.labels != "hematogone"]
    dead_hematogones = np.sum((events.labels == "dead") & (events.origin == "hematogone"))
    assert np.isfinite(others).sum() == dead_hematogones
    debris = events.cells.fsc[events.labels == "debris"]
    assert debris.mean() == pytest.approx(14_000, rel=0.1)


def test_order_is_random():
    _, events = drawn(5_000, Artefacts(doublets=0.06))
    places = np.flatnonzero(events.labels == "doublet") / len(events.labels)
    assert places.mean() == pytest.approx(0.5, abs=0.06)


def test_no_cells_no_events():
    _, events = drawn(0, Artefacts())
    assert len(events.cells) == len(events.labels) == 0
