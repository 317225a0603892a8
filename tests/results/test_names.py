from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.results.names import file_stems


@given(st.lists(st.tuples(st.text(max_size=400)), max_size=8))
def test_stems_are_portable_and_never_collide(keys):
    stems = file_stems(keys)
    assert len({stem.casefold() for stem in stems}) == len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_+.-]{0,99}", stem) for stem in stems)
    assert all(not stem.endswith(".") for stem in stems)


def test_a_harmless_name_stays_as_it_is():
    assert file_stems([("P1", "494"), ("P2", "marrow_2.a")]) == ["494", "marrow_2.a"]


@pytest.mark.parametrize("name", ["../x", "a/b", "CON", "index", "nul.txt", "", ".", "ü" * 300])
def test_a_dangerous_name_is_replaced(name):
    (stem,) = file_stems([(name,)])
    assert re.fullmatch(r"[A-Za-z0-9-]+-[0-9a-f]{10}", stem)


def test_names_that_differ_in_case_alone_get_different_files():
    a, b = file_stems([("Marrow",), ("marrow",)])
    assert a.casefold() != b.casefold()


def test_a_replaced_name_is_the_same_in_every_run():
    assert file_stems([("../x",)]) == file_stems([("other",), ("../x",)])[1:]
