"""Registries of both kinds, and a specimen to store."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa

from flowpheno.registry import Provenance, Signature, open_registry, store
from flowpheno.registry.place import parse_place
from tests.invented import run_of


@pytest.fixture
def server():
    """URL of an empty database on a PostgreSQL server, dropped at the end."""
    url = os.environ.get("FLOWPHENO_POSTGRESQL")
    if not url:
        pytest.skip("no server here: set FLOWPHENO_POSTGRESQL to the URL of a PostgreSQL database")
    name = f"flowpheno_{uuid.uuid4().hex}"
    place = parse_place(url)
    engine = sa.create_engine(place.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield place.url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def place(request, tmp_path):
    """Where a registry may be made: a file, or a database on a server."""
    if request.param == "sqlite":
        return str(tmp_path / "lab.db")
    return request.getfixturevalue("server")


@pytest.fixture
def registry(place):
    """An empty registry of each kind."""
    with open_registry(place) as opened:
        yield opened


@pytest.fixture(scope="session")
def run():
    """A run with one specimen; every value is invented."""
    return run_of("marrow")


@pytest.fixture(scope="session")
def make(run):
    """Make a specimen; a test states only what it is about."""

    def specimen(name="marrow", patient="P1", *, sha256=None, **changes):
        (result,) = run.specimens
        tubes = (replace(result.tubes[0], sha256=sha256 or f"of {patient} {name}"),)
        return replace(result, specimen=name, patient=patient, tubes=tubes, **changes)

    return specimen


@pytest.fixture(scope="session")
def keep(run):
    """Store a specimen; a test states only what it is about."""

    def kept(registry, result, *, who="ada", reason="", **provenance):
        made = replace(Provenance.of(run), **provenance)
        return store(registry, result, made, Signature(who=who, reason=reason))

    return kept
