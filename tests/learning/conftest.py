"""A model trained on small invented tubes: two markers, FSC, SSC, and T cells to align by."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.learning import LabelledCells, TubeCells, train_model
from flowpheno.panel.definitions import load_definitions

N = 600


@pytest.fixture(scope="session")
def limits():
    """Those that come along, with small trees."""
    return replace(
        load_definitions().learning,
        trees=8,
        bins=16,
        leaf_events=10,
        events_per_specimen=N,
        rare_events=20,
        folds=3,
        calibration_folds=2,
    )


@pytest.fixture(scope="session")
def make_cells():
    """Make the cells of one tube; the blasts are CD10 bright and CD45 dim."""

    def of_seed(seed, *, share=0.2, n=N, moved=0.0, columns=("CD10", "CD45", "FSC", "SSC")):
        rng = np.random.default_rng(seed)
        blasts = np.arange(n) < round(share * n)
        values = rng.normal(2, 0.2, (n, len(columns)))
        for column, effect in (("CD10", 1.5), ("CD45", -1.0)):
            if column in columns:
                values[blasts, columns.index(column)] += effect
        if "CD45" in columns:  # the detector of CD45 is set higher
            values[:, columns.index("CD45")] += moved
        stained = [c for c in columns if c not in {"FSC", "SSC"}]
        anchors = {"CD45": 2.3 + moved, "FSC": 2.0, "SSC": 2.0}
        cells = TubeCells(
            columns=columns,
            values=values.astype(np.float32),
            rows=np.arange(n) + 5,
            n_events=n + 10,
            fluorochromes=dict.fromkeys(stained, "FITC"),
            anchors={c: a for c, a in anchors.items() if c in columns},
            scale="decades",
        )
        return cells, blasts

    return of_seed


@pytest.fixture(scope="session")
def labelled(make_cells):
    """Eight patients, of whom two have no blasts."""

    def of(seed, share, **options):
        cells, blasts = make_cells(seed, share=share, **options)
        return LabelledCells(
            name=f"specimen {seed}", patient=f"patient {seed}", cells=cells, blasts=blasts
        )

    shares = (0.5, 0.3, 0.2, 0.1, 0.05, 0.05, 0.0, 0.0)
    return [of(seed, share, moved=0.05 * seed) for seed, share in enumerate(shares)]


@pytest.fixture(scope="session")
def trained(labelled, limits):
    """What was learned of them."""
    return train_model("small", labelled, limits, seed=1)
