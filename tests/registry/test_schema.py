"""A registry is made on first use; what is none, or of a newer version, is left as it is."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import flowpheno.registry
from flowpheno.errors import MissingPackageError, RegistryError
from flowpheno.registry import list_specimens, open_registry, read_audit
from flowpheno.registry.place import parse_place
from flowpheno.registry.schema import REVISIONS, VERSION_TABLE
from flowpheno.registry.tables import Base

MIGRATIONS = Path(flowpheno.registry.__file__).parent / "migrations"


def test_it_is_made_on_first_use_and_found_afterwards(place):
    for _ in range(2):
        with open_registry(place) as registry:
            (entry,) = read_audit(registry)
    assert (entry.action, entry.who, entry.seq) == ("created", "flowpheno", 1)
    assert entry.detail.endswith(f"tables of version {REVISIONS[-1]}")


def test_a_file_lets_readers_work_beside_a_writer_and_keeps_its_keys(tmp_path):
    with open_registry(tmp_path / "lab.db") as registry, registry.reading() as connection:
        asked = [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2)]
        for name, value in asked:
            assert connection.execute(text(f"PRAGMA {name}")).scalar() == value


def test_a_reader_sees_one_state_while_another_writes(registry, place, make, keep):
    keep(registry, make("a"))
    query = text("SELECT count(*) FROM versions")
    with registry.reading() as connection:
        before = connection.execute(query).scalar()
        with open_registry(place) as other:
            keep(other, make("b"))
        assert connection.execute(query).scalar() == before == 1
    assert len(list_specimens(registry)) == 2


def test_the_tables_made_are_those_the_code_knows(registry):
    with registry.reading() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_every_version_of_the_tables_is_known():
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == REVISIONS


def test_a_registry_of_a_newer_version_is_left_as_it_is(registry, place):
    with registry.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608 - a constant
    newer = "made by a newer flowpheno .its tables are of version 9999.*install the newer"
    for create in (True, False):
        with pytest.raises(RegistryError, match=newer), open_registry(place, create=create):
            pass
    with registry.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar() == 1


def test_a_database_of_another_program_is_left_as_it_is(tmp_path):
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE photos (id INTEGER)")
    before = path.read_bytes()
    with pytest.raises(RegistryError, match="a database, but no registry"), open_registry(path):
        pass
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "create", "said"),
    [
        ("text.db", True, "not a registry: the file is no SQLite database"),
        ("folder", True, "a folder, not a registry"),
        ("absent/lab.db", True, "there is no folder"),
        ("absent.db", False, "there is no such registry"),
        ("empty.db", False, "holds no registry"),
    ],
)
def test_what_is_no_registry_is_said(tmp_path, name, create, said):
    (tmp_path / "text.db").write_text("no database, but long enough to have a header" * 30)
    (tmp_path / "empty.db").touch()
    (tmp_path / "folder").mkdir()
    path = tmp_path / name
    with pytest.raises(RegistryError, match=said), open_registry(path, create=create):
        pass
    assert not (tmp_path / "absent.db").exists()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("lab.db", "lab.db"),
        ("sqlite:///lab.db", "lab.db"),
        ("postgresql://ada:secret@host/lab", "postgresql+psycopg://ada:***@host/lab"),
        ("postgres://host/lab", "postgresql+psycopg://host/lab"),
    ],
)
def test_places(given, shown):
    assert str(parse_place(given)) == shown


@pytest.mark.parametrize("given", ["mysql://host/lab", "sqlite://", "http://lab"])
def test_another_kind_of_database_is_refused(given):
    with pytest.raises(RegistryError, match="is no kind of registry: a file, sqlite:///FILE or"):
        parse_place(given)


def test_a_url_that_cannot_be_read_is_refused_without_its_password():
    said = "neither a file nor a URL that can be read"
    with pytest.raises(RegistryError, match=said) as caught:
        parse_place("postgresql://ada:secret@host:port/lab")
    assert "secret" not in str(caught.value)


def test_without_its_driver_a_server_cannot_be_used(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    said = r"pip install 'flowpheno\[postgresql\]'"
    with pytest.raises(MissingPackageError, match=said), open_registry("postgresql://host/lab"):
        pass


@pytest.mark.postgresql
def test_a_registry_may_lie_in_a_schema_of_its_own(server):
    with open_registry(server) as registry, registry.writing() as connection:
        connection.execute(text("CREATE SCHEMA lab"))
    url = parse_place(server).url
    place = url.update_query_dict({"options": "-c search_path=lab"})
    with (
        open_registry(place.render_as_string(hide_password=False)) as registry,
        registry.reading() as connection,
    ):
        assert connection.execute(text("SELECT count(*) FROM lab.audit")).scalar() == 1
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "1min"


def test_programs_that_make_a_registry_at_the_same_time_make_one(place):
    code = f"from flowpheno.registry import open_registry as o\nwith o({place!r}): pass"
    programs = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [program.wait() for program in programs] == [0] * 4
    with open_registry(place, create=False) as registry:
        assert [entry.action for entry in read_audit(registry)] == ["created"]
