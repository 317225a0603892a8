"""Results of one invented specimen with the membership of its events, written once."""

import numpy as np
import pandas as pd
import pytest

from flowpheno.panel.evaluation import load_evaluation_rules
from flowpheno.results import write_results
from tests.invented import marrow, run_of


@pytest.fixture(scope="session")
def rules():
    return load_evaluation_rules()


@pytest.fixture(scope="session")
def called():
    """Events called blasts in the invented specimen."""
    return marrow()[1]["blasts"].mask


@pytest.fixture
def results(tmp_path):
    """Write a run of specimens that all hold the invented marrow."""

    def write(*names, **marks):
        folder = tmp_path / "results"
        write_results(run_of(*names, membership=True, **marks), folder)
        return folder

    return write


@pytest.fixture
def label_file(tmp_path):
    """Write labels of events as simulate does, or as a CSV."""

    def write(stem, blasts, *, csv=False, **columns):
        folder = tmp_path / "labels"
        folder.mkdir(exist_ok=True)
        table = pd.DataFrame({"blast": np.asarray(blasts).astype(int), **columns})
        if csv:
            table.to_csv(folder / f"{stem}_labels.csv", index=False)
            return folder / f"{stem}_labels.csv"
        path = folder / f"{stem}.labels.parquet"
        label = np.where(table["blast"] == 1, "blast", "T")
        pd.DataFrame({"label": label, **columns}).to_parquet(path, index=False)
        return path

    return write
