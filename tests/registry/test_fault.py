"""A full disk, a lock, a server that is not there: nothing is lost, and the sentence is clear."""

import resource
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import event, text

from flowpheno.errors import RegistryError
from flowpheno.registry import list_specimens, open_registry, verify
from flowpheno.registry.fault import clear_faults
from flowpheno.registry.place import parse_place


def test_a_full_file_loses_nothing_that_was_confirmed(tmp_path, make, keep):
    path = tmp_path / "lab.db"
    with open_registry(path) as registry:

        @event.listens_for(registry.engine, "connect")
        def _small(raw, _record):
            raw.execute("PRAGMA max_page_count=80")

        registry.engine.dispose()
        done = []

        def store_until_it_is_full():
            for number in range(200):
                keep(registry, make(f"s{number}"))
                done.append(f"s{number}")

        with pytest.raises(RegistryError, match="the disk is full; what was being stored was not"):
            store_until_it_is_full()
    assert done
    with open_registry(path) as registry:
        assert [info.specimen for info in list_specimens(registry)] == done
        assert verify(registry).broken == ()
        keep(registry, make("after"))


def test_a_disk_that_takes_no_more_loses_nothing_that_was_confirmed(tmp_path):
    """Files of the program may not grow: its writes fail as on a full disk."""
    path = tmp_path / "lab.db"
    command = [sys.executable, "-m", "tests.registry.writer", str(path), "w", "500"]
    limit = 400_000

    def bound():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    code = (
        "import runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "sys.argv = sys.argv[1:]; "
        "runpy.run_module('tests.registry.writer', run_name='__main__')"
    )
    done = subprocess.run(
        [command[0], "-c", code, "writer", *command[3:]],
        preexec_fn=bound,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "RegistryError" in done.stderr
    assert "the disk" in done.stderr.splitlines()[-1]
    confirmed = done.stdout.split()
    assert confirmed
    with open_registry(path) as registry:
        assert [info.specimen for info in list_specimens(registry)] == confirmed
        assert verify(registry).broken == ()


def test_a_lock_is_waited_for_and_then_said(tmp_path, make, keep):
    path = tmp_path / "lab.db"
    with open_registry(path, wait_seconds=0.2) as registry:
        with closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(RegistryError, match="locked by another program for longer than"):
                keep(registry, make())
            assert list_specimens(registry) == ()  # readers do not wait
        keep(registry, make())
        assert len(list_specimens(registry)) == 1


@pytest.mark.postgresql
def test_a_lock_on_a_server_is_waited_for_and_then_said(server, make, keep):
    with (
        open_registry(server, wait_seconds=0.2) as registry,
        open_registry(server) as other,
        other.writing() as connection,
    ):
        other.lock_audit(connection)
        with pytest.raises(RegistryError, match="locked by another program for longer than"):
            keep(registry, make())


@pytest.mark.postgresql
def test_a_server_that_ends_a_connection_is_said(server, make, keep):
    with open_registry(server) as registry, open_registry(server) as other:
        keep(registry, make("a"))

        def write_while_the_connection_is_ended():
            with registry.writing() as connection:
                me = connection.execute(text("SELECT pg_backend_pid()")).scalar()
                with other.writing() as killer:
                    killer.execute(text(f"SELECT pg_terminate_backend({me})"))
                connection.execute(text("SELECT 1"))

        with pytest.raises(RegistryError, match=r"not confirmed is not stored|cannot be reached"):
            write_while_the_connection_is_ended()
        keep(other, make("b"))
        assert len(list_specimens(other)) == 2


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("database", "said"),
    [("no_such_database", "no such database|cannot be reached.*does not exist")],
)
def test_a_server_without_the_database_is_said(server, database, said):
    url = parse_place(server).url.set(database=database)
    place = url.render_as_string(hide_password=False)
    with pytest.raises(RegistryError, match=said), open_registry(place):
        pass


def test_a_server_that_is_not_there_is_said_without_the_password():
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    place = "postgresql://ada:secret@127.0.0.1:1/lab"
    said = "the server cannot be reached"
    with pytest.raises(RegistryError, match=said) as caught, open_registry(place):
        pass
    assert "secret" not in str(caught.value)


def test_a_file_that_may_not_be_written_is_said(tmp_path, make, keep):
    path = tmp_path / "lab.db"
    with open_registry(path) as registry:

        @event.listens_for(registry.engine, "connect")
        def _only_read(raw, _record):
            raw.execute("PRAGMA query_only=ON")

        registry.engine.dispose()
        with pytest.raises(RegistryError, match="cannot be written: no permission"):
            keep(registry, make())


def test_a_damaged_file_is_said(tmp_path, make, keep):
    path = tmp_path / "lab.db"
    with open_registry(path) as registry:
        for number in range(30):
            keep(registry, make(f"s{number}"))
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    with (
        pytest.raises(RegistryError, match="the file is damaged: restore it from a copy"),
        open_registry(path) as registry,
    ):
        verify(registry)


def test_an_error_of_ours_passes_through(tmp_path):
    place = parse_place(tmp_path / "lab.db")
    with pytest.raises(ZeroDivisionError), clear_faults(place):
        _ = 1 / 0
