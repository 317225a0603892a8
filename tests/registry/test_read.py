"""Specimens are found by their name, and never the wrong one."""

import pytest

from flowpheno.errors import RegistryError
from flowpheno.registry import list_specimens, read_audit, read_history, read_result


def test_an_empty_registry_lists_nothing(registry):
    assert list_specimens(registry) == ()


def test_specimens_are_listed_by_patient_each_with_its_newest_version(registry, make, keep):
    for name, patient in (("b", "P2"), ("z", "P1"), ("a", "P1")):
        keep(registry, make(name, patient))
    keep(registry, make("z", "P1", site="right"))
    found = list_specimens(registry)
    assert [(i.key, i.number) for i in found] == [("P1/z", 2), ("P1/a", 1), ("P2/b", 1)]
    assert [i.key for i in list_specimens(registry, patient="P2")] == ["P2/b"]
    assert list_specimens(registry, patient="P") == ()


def test_a_name_that_two_patients_share_must_say_the_patient(registry, make, keep):
    keep(registry, make("left", "P1"))
    keep(registry, make("left", "P2"))
    with pytest.raises(RegistryError, match="left: 2 specimens: P1/left, P2/left"):
        read_result(registry, "left")
    assert read_result(registry, "P2/left").info.patient == "P2"


@pytest.mark.parametrize("read", [read_result, read_history])
def test_what_is_not_there_is_said(registry, make, keep, read):
    keep(registry, make())
    with pytest.raises(RegistryError, match="P9/marrow: the registry has no such specimen"):
        read(registry, "P9/marrow")


def test_a_version_that_is_not_there_is_said(registry, make, keep):
    keep(registry, make())
    with pytest.raises(RegistryError, match="marrow: no version 2; there are 1"):
        read_result(registry, "marrow", number=2)


def test_the_audit_log_of_a_patient(registry, make, keep):
    keep(registry, make("a", "P1"), who="ada")
    keep(registry, make("b", "P2"), who="bob")
    (entry,) = read_audit(registry, patient="P2")
    assert (entry.seq, entry.who, entry.specimen, entry.number) == (3, "bob", "b", 1)
