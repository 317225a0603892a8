"""B-lineage cells of a leukaemia beside those of a healthy marrow, by mass cytometry."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture

from flowpheno.aberrancy.template import template_markers
from flowpheno.aberrancy.template.normal import mixture_surprise
from flowpheno.pipeline.populations import find_populations
from flowpheno.reading import IonCounts
from flowpheno.reading.table import sample_from_table

FOLDS = 5
COMPONENTS = 6


def surprise_of(events, normal):
    mixture = GaussianMixture(COMPONENTS, reg_covar=1e-2, random_state=0).fit(normal)
    return mixture_surprise((mixture.weights_, mixture.means_, mixture.covariances_), events)


@pytest.fixture(scope="module")
def gated(data_dir, definitions):
    table = pd.read_csv(data_dir / "cytof_b_all" / "tidytof_ddpr_data.csv.gz")
    surface = [c for c in table.columns if c.startswith("cd")]
    return {
        name.split("_")[0]: find_populations(
            sample_from_table(part[surface], scale=IonCounts(), name=name), definitions
        ).gated
        for name, part in table.groupby("sample_name")
    }


def cells(gated, *populations):
    mask = np.logical_or.reduce([gated.mask(name) for name in populations])
    return np.column_stack([gated.decades.of(m)[mask] for m in template_markers(gated)])


@pytest.mark.parametrize("populations", [("B_lineage",), ("B_lineage", "progenitors")])
def test_cells_of_the_leukaemia_surprise_the_healthy_marrow(gated, populations):
    healthy, leukaemic = (cells(gated[name], *populations) for name in ("Healthy1", "UPN1"))
    order = np.random.default_rng(0).permutation(len(healthy))
    held = np.empty(len(healthy))
    for fold in range(FOLDS):  # a healthy cell is scored by others than itself
        out = order[fold::FOLDS]
        held[out] = surprise_of(healthy[out], np.delete(healthy, out, axis=0))
    scores = np.concatenate([held, surprise_of(leukaemic, healthy)])
    of_leukaemia = np.repeat([0, 1], [len(healthy), len(leukaemic)])
    assert roc_auc_score(of_leukaemia, scores) >= 0.95
