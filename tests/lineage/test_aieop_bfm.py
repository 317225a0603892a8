"""AIEOP-BFM classes."""

import pytest

from flowpheno.lineage.aieop_bfm import aieop_bfm_class


@pytest.mark.parametrize(
    ("text", "bcp", "t", "words"),
    [
        ("CD19++ CD10+ cyIgM- TdT+ cyCD3- MPO-", True, False, "BCP-ALL; common"),
        ("CD19++ cyCD22+ CD10- cyIgM- TdT+ cyCD3- MPO-", True, False, "BCP-ALL; pro-B"),
        ("CD19++ CD10+ cyIgM+ TdT+ cyCD3- MPO-", True, False, "BCP-ALL; pre-B"),
        ("CD19++ CD10+ cyIgM- kappa+ cyCD3- MPO-", True, False, "BCP-ALL; mature"),
        (
            "CD19++ CD10+ cyIgM- TdT+ cyCD3- MPO- CD33+ CD13+",
            True,
            False,
            "BCP-ALL; common; myeloid co-expression: CD13, CD33",
        ),
        ("CD19++ CD10+ cyCD3- MPO+", False, False, "neither BCP-ALL nor T-ALL"),
        ("CD19dim CD10+ cyCD3- MPO-", False, False, "neither BCP-ALL nor T-ALL"),
        ("cyCD3++ CD7++ CD19-", False, True, "T-ALL"),
        (
            "cyCD3++ CD7+ CD19-",
            False,
            None,
            "T-ALL undecided (CD7 intensity unknown)",
        ),
        (
            "CD19+ CD10+ cyIgM- TdT+",
            None,
            None,
            "BCP-ALL undecided (CD19 intensity unknown; cyCD3, cyMPO not done); common",
        ),
        ("", None, None, "BCP-ALL and T-ALL not evaluable"),
    ],
)
def test_classes(typed, scores, text, bcp, t, words):
    result = aieop_bfm_class(typed(text), scores.aieop_bfm)
    assert (result.bcp_all, result.t_all, result.text) == (bcp, t, words)
