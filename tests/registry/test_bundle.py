"""A registry moves as one file, with its history, and what was changed on the way is refused."""

import json

import pytest

from flowpheno.errors import RegistryError
from flowpheno.registry import (
    Outcome,
    export_bundle,
    import_bundle,
    list_specimens,
    open_registry,
    read_audit,
    read_history,
    verify,
)
from flowpheno.registry.bundle import is_bundle


@pytest.fixture
def bundle(tmp_path, registry, make, keep):
    """Export of two patients; one result was replaced and put back."""
    keep(registry, make("a", "P1"))
    keep(registry, make("b", "P2"))
    keep(registry, make("a", "P1", site="right"), who="bob", reason="the site was wrong")
    keep(registry, make("a", "P1"), who="ada", reason="it was not")
    path = tmp_path / "export.json"
    path.write_text("".join(export_bundle(registry)), encoding="utf-8")
    return path


@pytest.fixture
def other(tmp_path):
    with open_registry(tmp_path / "other.db") as opened:
        yield opened


def _facts(info):
    return (info.number, info.status, info.reason, info.who, info.recorded, info.record_sha256)


def test_the_whole_history_moves(bundle, registry, other):
    done = import_bundle(other, bundle, who="eve")
    assert len(done.stored) == 4
    for key in ("P1/a", "P2/b"):
        before, after = (map(_facts, read_history(r, key)) for r in (registry, other))
        assert list(before) == list(after)
    entry = read_audit(other)[1]
    assert (entry.who, entry.action) == ("eve", "stored")
    assert entry.detail.startswith("from export.json, SHA-256 ")
    assert verify(other).broken == ()


def test_the_same_bundle_twice_adds_nothing(bundle, other, registry):
    import_bundle(other, bundle, who="eve")
    before = read_audit(other)
    for into in (other, registry):
        done = import_bundle(into, bundle, who="eve")
        assert {stored.outcome for stored in done.stored} == {Outcome.KNOWN}
    assert read_audit(other) == before


def test_a_bundle_is_added_to_what_is_there(bundle, other, make, keep):
    keep(other, make("a", "P1", site="both"), who="carl")
    import_bundle(other, bundle, who="eve")
    found = [(i.number, i.status, i.who, i.site) for i in read_history(other, "P1/a")]
    assert found == [
        (1, "final", "carl", "both"),
        (2, "amended", "ada", "left"),
        (3, "amended", "bob", "right"),
        (4, "amended", "ada", "left"),
    ]
    assert verify(other).broken == ()
    done = import_bundle(other, bundle, who="eve")
    assert {stored.outcome for stored in done.stored} == {Outcome.KNOWN}


def test_one_patient_alone(registry, bundle, tmp_path, other):
    path = tmp_path / "p2.json"
    path.write_text("".join(export_bundle(registry, patient="P2")), encoding="utf-8")
    content = json.loads(path.read_text(encoding="utf-8"))
    assert {v["patient"] for v in content["versions"]} == {"P2"}
    assert [entry["patient"] for entry in content["audit"]] == ["P2"]
    import_bundle(other, path, who="eve")
    assert [info.key for info in list_specimens(other)] == ["P2/b"]
    assert is_bundle(bundle)


def test_a_patient_that_is_not_there_is_said(registry):
    with pytest.raises(RegistryError, match="P9: the registry has no such patient"):
        "".join(export_bundle(registry, patient="P9"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["versions"][0].update(who="mallory"), "who, when, why or how was changed"),
        (lambda c: c["versions"][0]["result"].update(site="x"), "the result was changed after"),
        (lambda c: next(iter(c["definitions"].values())).update(x="y"), "its definitions was"),
        (lambda c: c["versions"][1].pop("reason"), "not an export of a registry: KeyError"),
        (lambda c: c.update(versions=[3]), "not an export of a registry: TypeError"),
        (lambda c: c.update(kind="photos"), "not an export of a registry"),
        (lambda c: c.update(schema_version=2), "schema version 2 cannot be read, this flowpheno"),
    ],
)
def test_a_bundle_that_was_changed_is_refused_whole(bundle, other, change, said):
    content = json.loads(bundle.read_text(encoding="utf-8"))
    change(content)
    bundle.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(RegistryError, match=said):
        import_bundle(other, bundle, who="eve")
    assert list_specimens(other) == ()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"kind": "photos"}', "\udcff"])
def test_another_file_is_no_bundle(tmp_path, other, content):
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    assert not is_bundle(path)
    with pytest.raises(RegistryError, match=r"x\.json: not (JSON|an export of a registry)"):
        import_bundle(other, path, who="eve")


def test_a_file_that_is_not_there_is_said(tmp_path, other):
    assert not is_bundle(tmp_path)
    with pytest.raises(RegistryError, match=r"absent\.json: No such file"):
        import_bundle(other, tmp_path / "absent.json", who="eve")
