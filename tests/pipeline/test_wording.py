"""Sentences that limit a number."""

from types import SimpleNamespace

import numpy as np
import pytest

from flowpheno.pipeline.wording import _uncertain_share


def tube(n_blasts, n_precursors, *, method="internal"):
    rows = np.arange(100)
    blasts = rows < n_blasts
    gated = SimpleNamespace(mask=lambda _name: rows < n_precursors)
    detection = SimpleNamespace(blasts=blasts, method=method)
    return SimpleNamespace(gated=gated, detection=detection, n_blasts=n_blasts, n_nucleated=100)


def test_a_share_told_by_internal_evidence_has_a_range():
    (sentence,) = _uncertain_share(tube(12, 41))
    assert sentence.endswith("may lie anywhere between 12.0 and 41.0 %.")


@pytest.mark.parametrize(
    "sure", [tube(41, 41), tube(0, 41), tube(12, 41, method="template"), tube(12, 5)]
)
def test_nothing_is_said_where_nothing_was_told_apart(sure):
    assert _uncertain_share(sure) == []
