"""What is stored stays; a correction is a version of its own."""

import dataclasses
from dataclasses import replace

import pytest

from flowpheno.errors import RegistryError
from flowpheno.registry import (
    Outcome,
    Provenance,
    Signature,
    Status,
    is_pseudonym,
    list_specimens,
    read_audit,
    read_history,
    read_result,
    store,
    store_run,
    verify,
)
from flowpheno.registry.content import content_of
from flowpheno.verdict import SpecimenVerdict

HOSTILE = ("<script>alert(1)</script>", "../x", "ü" * 300, "\udcff", "a\0b", "'; DROP TABLE x; --")


def test_a_result_comes_back_as_it_was(registry, make, keep, run):
    result = make(site="left", date="2026-01-02")
    stored = keep(registry, result)
    assert (stored.outcome, stored.number, stored.current) == (Outcome.NEW, 1, 1)
    kept = read_result(registry, "P1/marrow")
    assert content_of(kept.result) == content_of(result)
    assert kept.provenance == Provenance.of(run)
    info = kept.info
    assert (info.status, info.who, info.reason) == (Status.FINAL, "ada", "")
    assert (info.site, info.date) == ("left", "2026-01-02")
    assert info.inputs == (("marrow", "of P1 marrow"),)
    assert info.verdict is result.verdict.verdict
    assert info.blast_percent == result.verdict.blast_percent.estimate


def test_what_leaves_the_registry_is_frozen(registry, make, keep):
    stored = keep(registry, make())
    values = (stored, read_result(registry, "marrow").info, read_audit(registry)[0])
    for value in values:
        with pytest.raises(dataclasses.FrozenInstanceError):
            value.patient = "P2"


def test_the_same_result_twice_is_one_version(registry, make, keep):
    for _ in range(3):
        stored = keep(registry, make())
    assert (stored.outcome, stored.number) == (Outcome.KNOWN, 1)
    assert len(read_history(registry, "marrow")) == 1
    assert [entry.action for entry in read_audit(registry)] == ["created", "stored"]


def test_another_verdict_is_a_correction_and_the_first_stays(registry, make, keep):
    first = make()
    other = replace(first.verdict, verdict=SpecimenVerdict.INDETERMINATE)
    keep(registry, first)
    stored = keep(registry, replace(first, verdict=other), who="bob", reason="tube was swapped")
    assert (stored.outcome, stored.number) == (Outcome.VERSION, 2)
    before, after = read_history(registry, "marrow")
    assert (before.verdict, before.who, before.status) == (first.verdict.verdict, "ada", "final")
    assert (after.status, after.who, after.reason) == ("corrected", "bob", "tube was swapped")
    assert content_of(read_result(registry, "marrow", number=1).result) == content_of(first)


@pytest.mark.parametrize(
    ("result", "made", "reason"),
    [
        ({"sha256": "another file"}, {}, "judged again: other input files"),
        ({}, {"definitions": {"markers.yaml": "00"}}, "judged again: other definitions"),
        ({"site": "right"}, {}, "judged again: other options or facts of the specimen"),
        (
            {"site": "right"},
            {"version": "9.0"},
            "judged again: flowpheno 9.0 instead of 0.1.0",
        ),
    ],
    ids=["files", "definitions", "facts", "version"],
)
def test_without_a_reason_what_differs_is_said(registry, make, keep, result, made, reason):
    keep(registry, make())
    keep(registry, make(**result), **made)
    after = read_history(registry, "marrow")[-1]
    assert (after.number, after.status, after.reason) == (2, Status.AMENDED, reason)


def test_an_older_result_is_known_and_put_back_only_with_a_reason(registry, make, keep):
    keep(registry, make())
    keep(registry, make(site="right"))
    known = keep(registry, make())
    assert (known.outcome, known.number, known.current) == (Outcome.KNOWN, 1, 2)
    back = keep(registry, make(), reason="it was left after all")
    assert (back.outcome, back.number) == (Outcome.VERSION, 3)
    again = keep(registry, make(), reason="it was left after all")
    assert (again.outcome, again.number) == (Outcome.KNOWN, 3)


def test_a_file_stored_for_another_specimen_is_said(registry, make, keep):
    keep(registry, make("a", "P1", sha256="one file"))
    assert keep(registry, make("b", "P2", sha256="one file")).elsewhere == ("P1/a",)
    assert keep(registry, make("c", "P2", sha256="other file")).elsewhere == ()


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_any_name_of_a_specimen_can_be_stored(registry, make, keep, name):
    keep(registry, make(name))
    (info,) = list_specimens(registry)
    assert read_result(registry, info.key).result.specimen == name
    assert verify(registry).broken == ()


@pytest.mark.parametrize("patient", ["P1", "ALL-0042", "a.b_c:d#1+2", "Käse"])
def test_pseudonyms(patient):
    assert is_pseudonym(patient)


@pytest.mark.parametrize("patient", ["", "Jane Doe", "Doe,Jane", "DOE^JANE", "a/b", "x" * 65])
def test_no_pseudonym_is_not_stored(registry, make, keep, patient):
    with pytest.raises(RegistryError, match="is no pseudonym: letters, digits"):
        keep(registry, make(patient=patient))
    assert list_specimens(registry) == ()


def test_a_specimen_needs_a_name_and_somebody_who_stores_it(registry, make, keep):
    with pytest.raises(RegistryError, match="a specimen without a name cannot be stored"):
        keep(registry, make(""))
    with pytest.raises(RegistryError, match="who stores a result must be said"):
        keep(registry, make(), who=" ")


def test_of_a_run_what_has_a_patient_is_stored_by_date(registry, make, run):
    dated = (make("b", date="2026-02-01"), make("a", date="2026-03-01"), make("c"))
    other = (make("d", patient=""), make("e", patient="Jane Doe"))
    done = store_run(registry, replace(run, specimens=(*dated, *other)), Signature(who="ada"))
    assert [stored.specimen for stored in done.stored] == ["c", "b", "a"]
    assert done.without_patient == ("d",)
    assert done.refused == ("e (Jane Doe)",)


def test_a_signature_says_the_status_itself(registry, make, run):
    made = Provenance.of(run)
    store(registry, make(), made, Signature(who="ada"))
    told = Signature(who="ada", reason="wrong marrow", status=Status.CORRECTED)
    store(registry, make(site="right"), made, told)
    assert read_history(registry, "marrow")[-1].status is Status.CORRECTED
