from __future__ import annotations

import pytest

from flowpheno.marker import by_context, resolve_channel
from flowpheno.panel.vocabulary import builtin_vocabulary


def named(*labels):
    known = builtin_vocabulary()
    tube = [resolve_channel(f"FL{i}-A", label, known) for i, label in enumerate(labels, start=1)]
    return [name.marker for name in by_context(tube, known)]


@pytest.mark.parametrize(
    ("labels", "markers"),
    [
        (["IgM FITC", "sIgM PE"], ["cyIgM", "sIgM"]),
        (["sIgM PE", "IgM FITC"], ["sIgM", "cyIgM"]),
        (["IgM FITC", "cyIgM PE"], ["sIgM", "cyIgM"]),
        (["IgM FITC", "CD117+sIgM APC"], ["cyIgM", "sIgM+CD117"]),
        (["IgM FITC", "Kappa PE", "CD19 APC"], [None, "sIgK", "CD19"]),
        (["IgM FITC", "TdT PE", "cyCD79a APC"], [None, "TdT", "cyCD79a"]),
        (["IgM FITC", "sIgM PE", "cyIgM APC"], [None, "sIgM", "cyIgM"]),
        (["CD79 FITC", "CD79a PE"], [None, "cyCD79a"]),
        (["IgM+CD117 FITC", "sIgM PE"], [None, "sIgM"]),
        (["CD101", "CD10"], [None, "CD10"]),
        ([], []),
    ],
)
def test_only_the_other_staining_of_the_same_antigen_settles_a_name(labels, markers):
    assert named(*labels) == markers


def test_what_is_settled_is_recognised_and_keeps_its_fluorochrome():
    known = builtin_vocabulary()
    tube = [resolve_channel("FL1-H", "IgM FITC", known), resolve_channel("FL2", "sIgM", known)]
    settled = by_context(tube, known)[0]
    assert (settled.parts, settled.fluorochrome, settled.measure) == (("cyIgM",), "FITC", "height")
    assert settled.recognised
    assert settled.nearest == ()


def test_two_names_that_contradict_each_other_are_never_settled():
    known = builtin_vocabulary()
    tube = [resolve_channel("sIgM-A", "cyIgM", known), resolve_channel("FL2", "sIgM PE", known)]
    assert by_context(tube, known)[0].marker is None
