"""Whatever is changed behind the registry's back is found, and the first broken link is named."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from flowpheno.errors import RegistryError
from flowpheno.registry import open_registry, read_audit, verify

TABLES = (
    *("patients", "specimens", "definition_sets", "versions", "verdicts", "tubes"),
    *("populations", "marker_calls", "audit"),
)


@pytest.fixture
def lab(tmp_path, make, keep):
    """A registry of three specimens, the first with two versions: five links."""
    path = tmp_path / "lab.db"
    with open_registry(path) as registry:
        for name in "abc":
            keep(registry, make(name, f"P-{name}"))
        keep(registry, make("a", "P-a", site="right"))
    return path


def _tamper(path, *statements):
    """Change a registry as somebody does who knows SQLite."""
    with closing(sqlite3.connect(path)) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def _verified(path, **options):
    with open_registry(path, create=False) as registry:
        return verify(registry, **options)


def test_what_nobody_touched_agrees(registry, make, keep):
    for name in "abc":
        keep(registry, make(name))
    found = verify(registry)
    assert (found.links, found.versions, found.broken) == (4, 3, ())
    assert found.head == read_audit(registry)[-1].sha256


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}"], ids=["set", "del"])
def test_the_database_refuses_to_change_rows(registry, make, keep, table, change):
    keep(registry, make())
    with registry.engine.connect() as connection:
        column = connection.execute(text(f"SELECT * FROM {table}")).keys()  # noqa: S608 - a constant
        name = next(iter(column))
        with pytest.raises(DBAPIError, match="the registry is append-only"):
            connection.execute(text(change.format(table, name, name)))


def test_a_refused_change_is_said_in_words(registry, make, keep):
    keep(registry, make())
    said = "a correction is a new version"
    with pytest.raises(RegistryError, match=said), registry.writing() as connection:
        connection.execute(text("DELETE FROM audit"))


@pytest.mark.parametrize(
    ("statement", "link", "problem"),
    [
        ("UPDATE audit SET who = 'eve' WHERE seq = 3", 3, "is not what was written"),
        ("DELETE FROM audit WHERE seq = 2", 3, "does not follow the link before it"),
        ("UPDATE verdicts SET verdict = 'NOT_ASSESSED' WHERE version_id = 2", 3, "of verdicts"),
        ("UPDATE marker_calls SET call = 'negative' WHERE version_id = 2", 3, "of marker_calls"),
        ("DELETE FROM populations WHERE version_id = 3", 4, "of populations"),
        ("UPDATE tubes SET sha256 = 'x' WHERE version_id = 1", 2, "of tubes"),
        ("UPDATE versions SET reason = 'none' WHERE id = 4", 5, "who, when, why or how"),
        ("UPDATE versions SET content = x'00' WHERE id = 3", 4, "a stored result is damaged"),
        ("DELETE FROM versions WHERE id = 2", 3, "P-b/b version 1 is gone"),
        ("UPDATE patients SET pseudonym = 'P-x' WHERE id = 2", 3, "P-b/b version 1 is gone"),
        (
            "UPDATE versions SET content = (SELECT content FROM versions LIMIT 1) WHERE id = 3",
            4,
            "the result was changed",
        ),
    ],
)
def test_the_first_broken_link_is_named(lab, statement, link, problem):
    _tamper(lab, statement)
    first = _verified(lab).broken[0]
    assert first.link == link
    assert problem in first.problem


def test_a_version_slipped_in_is_known_by_no_link(lab):
    columns = "specimen_id, status, reason, who, recorded, flowpheno, generated, simulated, "
    columns += "overridden, definitions_sha256, content, content_sha256, record_sha256"
    rows = f"SELECT 7, {columns} FROM versions WHERE id = 2"  # noqa: S608 - a constant
    _tamper(
        lab,
        f"INSERT INTO versions (number, {columns}) {rows}",
        "INSERT INTO verdicts SELECT 5, material, site, date, timepoint, verdict, reasons, "
        "n_blasts, n_nucleated, denominator, blast_percent, blast_percent_low, "
        "blast_percent_high, lod_percent, lloq_percent, lineage, clonality, known_bcp_all, "
        "template FROM verdicts WHERE version_id = 2",
    )
    problems = {broken.problem for broken in _verified(lab).broken}
    assert "P-b/b version 7: no link knows of it" in problems


def test_a_log_cut_off_with_its_version_is_known_by_the_hash_noted(lab):
    head = _verified(lab).head
    assert _verified(lab, head=head).broken == ()
    _tamper(
        lab,
        "DELETE FROM audit WHERE seq = 5",
        *(
            f"DELETE FROM {table} WHERE version_id = 4"  # noqa: S608 - a constant
            for table in ("verdicts", "tubes", "populations", "marker_calls")
        ),
        "DELETE FROM versions WHERE id = 4",
    )
    assert _verified(lab).broken == ()
    (broken,) = _verified(lab, head=head).broken
    assert broken.problem == "the chain no longer holds the hash noted"
