"""Typed phenotypes for the scores."""

import pytest

from flowpheno.notation import parse_phenotype
from flowpheno.panel.scores import builtin_scores
from flowpheno.panel.vocabulary import builtin_vocabulary


@pytest.fixture(scope="session")
def scores():
    return builtin_scores()


@pytest.fixture(scope="session")
def typed():
    def parse(text):
        return parse_phenotype(text, builtin_vocabulary())

    return parse


@pytest.fixture(scope="session")
def case_report():
    """Relapse marrow of the case report: everything that was listed was positive."""
    return "CD10+ CD19+ CD22+ CD24+ cyCD22+ cyCD79a+ TdT+ HLA-DR+ CD34+ CD99+ CD38+ CD58+"
