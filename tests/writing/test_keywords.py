from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from flowpheno.compensation import compensate
from flowpheno.fcs.spillover import Spillover
from flowpheno.sample import Channel, Sample
from flowpheno.writing.keywords import own_keywords, true_keywords, unmixed_columns, without_values


def tube(*detectors, **keywords):
    return Sample(
        name="s",
        channels=tuple(Channel(detector=name) for name in detectors),
        events=np.zeros((1, len(detectors)), np.float32),
        keywords=MappingProxyType(keywords),
        version="FCS3.0",
    )


WRITTEN = {"$PAR": "3", "$P1N": "A", "$P2N": "B", "$P3N": "C"}
WRITTEN |= {"$P1V": "10", "$P3V": "30", "#P3LABEL": "c", "@MB_P1_BASE": "a", "P2DISPLAY": "LOG"}
WRITTEN |= {"$CYT": "x", "$TR": "A,5"}


def test_keywords_of_all_columns_stay_as_they_are():
    assert own_keywords(tube("A", "B", "C", **WRITTEN)) == WRITTEN


def test_names_made_unique_in_reading_are_still_the_same_columns():
    keywords = WRITTEN | {"$P2N": "A", "$P3N": ""}
    assert own_keywords(tube("A", "A (2)", "P3", **keywords)) == keywords


def test_fewer_columns_in_another_order_are_numbered_anew():
    own = own_keywords(tube("C", "A", **WRITTEN))
    assert own == {
        "$PAR": "2",
        "$P1N": "C",
        "$P2N": "A",
        "$P1V": "30",
        "$P2V": "10",
        "#P1LABEL": "c",
        "@MB_P2_BASE": "a",
        "$CYT": "x",
        "$TR": "A,5",
    }


def test_as_many_columns_in_another_order():
    own = own_keywords(tube("C", "B", "A", **WRITTEN))
    assert (own["$P1N"], own["$P1V"], own["$P3V"]) == ("C", "30", "10")


def test_a_column_that_is_not_in_the_file_has_no_keywords():
    own = own_keywords(tube("C", "new", **WRITTEN))
    assert {key for key in own if key.startswith("$P2")} == set()


@pytest.mark.parametrize("count", ["", "many", "-1", "1e300", "99999999999"])
def test_a_count_that_makes_no_sense(count):
    assert own_keywords(tube("A", **{"$PAR": count, "$P1N": "A"}))["$P1N"] == "A"


def test_what_is_said_of_values_goes_with_them():
    keywords = {"$P1G": "2", "$P1D": "Linear,0,1", "$P1V": "5", "$P2G": "3", "$P11G": "4"}
    keywords |= {"$P1CALIBRATION": "2,MESF", "FLOWCORE_$P1RMAX": "9"}
    assert without_values(keywords, {1}) == {"$P1V": "5", "$P2G": "3", "$P11G": "4"}


def test_a_logarithmic_amplifier_leaves_no_gain_and_no_region():
    keywords = {"$PAR": "2", "$P1N": "A", "$P2N": "B", "$P1E": "4,1", "$P2E": "0,0"}
    keywords |= {"$P1G": "1", "$P2G": "2", "$R1W": "1,2", "$LAST_MODIFIED": "x"}
    kept = true_keywords(tube("A", "B", **keywords))
    assert "$P1G" not in kept
    assert "$R1W" not in kept
    assert kept["$P2G"] == "2"
    assert kept["$ORIGINALITY"] == "DataModified"
    assert "$LAST_MODIFIED" not in kept


def test_regions_stay_where_no_value_changed():
    kept = true_keywords(tube("A", **{"$PAR": "1", "$P1N": "A", "$R1W": "1,2"}))
    assert (kept["$R1W"], kept["$ORIGINALITY"]) == ("1,2", "NonDataModified")


def test_modified_once_is_modified_for_good():
    kept = true_keywords(tube("A", **{"$ORIGINALITY": "DataModified"}))
    assert kept["$ORIGINALITY"] == "DataModified"


def test_nothing_is_claimed_of_a_sample_made_in_memory():
    assert true_keywords(replace(tube("A"), version="")) == {}


def test_columns_compensated_by_the_matrix():
    matrix = np.array([[1, 0.1], [0, 1]])
    mixed = replace(
        tube("A", "B", "C"),
        spillover=Spillover(detectors=("C", "A"), matrix=matrix, source="x"),
    )
    assert unmixed_columns(mixed) == set()
    assert unmixed_columns(compensate(mixed)) == {1, 3}
    identity = Spillover(detectors=("C", "A"), matrix=np.eye(2), source="x")
    assert unmixed_columns(replace(mixed, spillover=identity, compensated=True)) == set()
