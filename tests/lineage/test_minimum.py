"""Markers that are missing for a task."""

import pytest

from flowpheno.lineage import missing_for_confirmation, missing_for_rejection

FULL = "CD45+ CD19+ CD10+ CD34- CD22+ MPO- cyCD3-"
REJECT = {"CD45", "CD19", "CD10", "CD20", "CD34", "CD38", "CD81"}


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (FULL, ()),
        (FULL.replace("CD22+", "cyCD79a-"), ()),
        (FULL.replace("CD22+", ""), (("CD22", "cyCD22", "cyCD79a"),)),
        (FULL.replace("MPO-", ""), (("cyMPO",),)),
        (FULL.replace("MPO-", "MPO+/-"), (("cyMPO",),)),  # borderline excludes nothing
        (FULL.replace("cyCD3-", "CD3-"), (("cyCD3",),)),
        (FULL.replace("CD34-", "CD34+/-"), ()),  # was stained
        (FULL.replace("CD34-", "CD34 not evaluable"), (("CD34",),)),
        (FULL.replace("CD45+ ", ""), (("CD45",),)),
    ],
)
def test_confirmation(typed, scores, text, missing):
    assert missing_for_confirmation(typed(text), scores.minimum) == missing


def test_nothing_measured_lacks_everything(typed, scores):
    assert len(missing_for_confirmation(typed(""), scores.minimum)) == 7


@pytest.mark.parametrize("marker", ["CD58", "CD81", "CD66c", "CD123", "CD73", "CD304"])
def test_one_discriminator_is_enough(scores, marker):
    stained = REJECT - {"CD81"} | {marker}
    assert missing_for_rejection(stained, scores.minimum, post_cd19=False) == ()


@pytest.mark.parametrize("marker", sorted(REJECT))
def test_each_marker_is_needed_to_reject(scores, marker):
    missing = missing_for_rejection(REJECT - {marker}, scores.minimum, post_cd19=False)
    assert len(missing) == 1
    assert marker in missing[0]


def test_a_combined_channel_is_neither_of_its_antigens(scores):
    stained = REJECT - {"CD81"} | {"CD66c+CD123"}
    assert missing_for_rejection(stained, scores.minimum, post_cd19=False)


def test_after_cd19_therapy_another_b_marker_is_needed(scores):
    minimum = scores.minimum
    assert missing_for_rejection(REJECT, minimum, post_cd19=True) == (("CD22", "CD24", "cyCD79a"),)
    assert missing_for_rejection(REJECT | {"CD24"}, minimum, post_cd19=True) == ()
