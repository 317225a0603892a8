"""Of which tubes a model speaks."""

import re
from dataclasses import replace

import numpy as np
import pytest

from flowpheno.errors import ModelError
from flowpheno.learning.cells import aligned
from flowpheno.learning.domain import largest_drift, learn_domain, not_applicable


def test_a_tube_like_those_of_the_training_is_spoken_of(trained, make_cells, limits):
    cells, _ = make_cells(50, moved=0.2)
    assert not_applicable(cells, trained.model.domain, limits) == ("", None)


def _without(cells, column):
    keep = [i for i, c in enumerate(cells.columns) if c != column]
    return replace(
        cells, columns=tuple(cells.columns[i] for i in keep), values=cells.values[:, keep]
    )


REFUSED = {
    "marker": (lambda c: _without(c, "CD10"), "^not stained: CD10$"),
    "fluorochrome": (
        lambda c: replace(c, fluorochromes={"CD10": "APC", "CD45": "FITC"}),
        "^other fluorochrome: CD10$",
    ),
    "scale": (lambda c: replace(c, scale="relative"), "^the scale of the file is relative"),
    "no cells": (
        lambda c: replace(c, values=c.values[:0], rows=c.rows[:0]),
        "^there are no nucleated cells$",
    ),
    "no anchors": (lambda c: replace(c, anchors={}), "^too few internal lymphocytes"),
    "drift": (
        lambda c: replace(c, anchors={**c.anchors, "CD45": 3.2}),
        r"^CD45 of internal lymphocytes lies \+0.55 log10 beyond",
    ),
    "range": (lambda c: replace(c, values=c.values * 3), "^100.0 % of the cells lie outside"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_others_are_refused_with_the_reason(trained, make_cells, limits, why):
    change, said = REFUSED[why]
    reason, _ = not_applicable(change(make_cells(50)[0]), trained.model.domain, limits)
    assert re.search(said, reason)


def test_a_fluorochrome_that_is_not_said_is_not_another(trained, make_cells, limits):
    cells = replace(make_cells(50)[0], fluorochromes={})
    assert not_applicable(cells, trained.model.domain, limits)[0] == ""


def test_drift_is_measured_from_the_nearest_training_specimen(trained, make_cells):
    cells, _ = make_cells(50)
    moved = replace(cells, anchors={"CD45": 2.1, "FSC": 2.0})
    column, drift = largest_drift(moved, trained.model.domain)
    assert column == "CD45"
    assert drift == pytest.approx(-0.2)


def test_a_tube_is_moved_to_where_the_training_lies(trained, make_cells):
    domain = trained.model.domain
    here, there = (
        aligned(make_cells(50, moved=moved)[0], domain.columns, domain.centres)
        for moved in (0.0, 0.3)
    )
    assert np.allclose(here, there, atol=1e-5)


def test_a_marker_that_was_not_stained_everywhere_may_lack(labelled, make_cells, limits):
    poorer, blasts = make_cells(60, columns=("CD45", "FSC", "SSC"))
    domain = learn_domain([*(t.cells for t in labelled), poorer], limits)
    assert domain.required == {"CD45", "FSC", "SSC"}
    assert domain.columns == ("CD10", "CD45", "FSC", "SSC")
    assert not_applicable(poorer, domain, limits) == ("", None)
    assert np.isnan(aligned(poorer, domain.columns, domain.centres)[:, 0]).all()
    assert len(blasts)


def test_a_marker_that_was_never_seen_is_passed_over(trained, make_cells, limits):
    cells, _ = make_cells(50, columns=("CD10", "CD45", "CD99", "FSC", "SSC"))
    assert not_applicable(cells, trained.model.domain, limits)[0] == ""
    assert aligned(cells, trained.model.domain.columns, {}).shape == (len(cells.rows), 4)


def test_training_files_of_two_scales_are_refused(labelled, limits):
    mixed = [labelled[0].cells, replace(labelled[1].cells, scale="counts")]
    with pytest.raises(ModelError, match="different scales: counts, decades"):
        learn_domain(mixed, limits)


def test_training_files_without_a_marker_in_common_are_refused(make_cells, limits):
    one, _ = make_cells(1, columns=("CD10", "FSC"))
    other, _ = make_cells(2, columns=("CD45", "FSC"))
    with pytest.raises(ModelError, match="no marker in common"):
        learn_domain([one, other], limits)
