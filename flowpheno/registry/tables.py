"""The tables of the registry. Rows are added, never changed: the database refuses it too."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by INTEGER alone


class Base(DeclarativeBase):
    """Parent of the tables."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {float: Double()}


class Patient(Base):
    """A pseudonym."""

    __tablename__ = "patients"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    pseudonym: Mapped[str] = mapped_column(unique=True)


class SpecimenRow(Base):
    """A specimen of a patient; what is known of it stands in its versions."""

    __tablename__ = "specimens"
    __table_args__ = (UniqueConstraint("patient_id", "name"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    name: Mapped[str] = mapped_column(index=True)


class DefinitionSet(Base):
    """All definition files of a run, under one hash."""

    __tablename__ = "definition_sets"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    files: Mapped[str]  # canonical JSON: name to SHA-256


class Version(Base):
    """A result as it was at one time."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("specimen_id", "number"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    specimen_id: Mapped[int] = mapped_column(ForeignKey("specimens.id"))
    number: Mapped[int]
    status: Mapped[str]
    reason: Mapped[str]
    who: Mapped[str]
    recorded: Mapped[str]
    flowpheno: Mapped[str]
    generated: Mapped[str]
    simulated: Mapped[bool]
    overridden: Mapped[str]  # canonical JSON: list of names
    definitions_sha256: Mapped[str] = mapped_column(ForeignKey("definition_sets.sha256"))
    content: Mapped[bytes] = mapped_column(LargeBinary)  # canonical JSON, zlib
    content_sha256: Mapped[str]
    record_sha256: Mapped[str]


class VerdictRow(Base):
    """The verdict of a version, and what the manifest said of the specimen."""

    __tablename__ = "verdicts"

    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), primary_key=True)
    material: Mapped[str]
    site: Mapped[str]
    date: Mapped[str]
    timepoint: Mapped[str]
    verdict: Mapped[str]
    reasons: Mapped[str]  # codes joined by ;
    n_blasts: Mapped[int] = mapped_column(BigInteger)
    n_nucleated: Mapped[int] = mapped_column(BigInteger)
    denominator: Mapped[str]
    blast_percent: Mapped[float | None]
    blast_percent_low: Mapped[float | None]
    blast_percent_high: Mapped[float | None]
    lod_percent: Mapped[float | None]
    lloq_percent: Mapped[float | None]
    lineage: Mapped[str]
    clonality: Mapped[str]
    known_bcp_all: Mapped[bool]
    template: Mapped[str]


class TubeRow(Base):
    """A tube of a version, with the hash of its file."""

    __tablename__ = "tubes"

    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    n_events: Mapped[int] = mapped_column(BigInteger)
    compensation: Mapped[str]


class PopulationRow(Base):
    """A population of a tube."""

    __tablename__ = "populations"

    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), primary_key=True)
    tube: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    parent: Mapped[str]
    n: Mapped[int] = mapped_column(BigInteger)
    percent_of_parent: Mapped[float | None]


class CallRow(Base):
    """A marker call of a population: together they are its phenotype."""

    __tablename__ = "marker_calls"

    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), primary_key=True)
    tube: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    phenotype: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    marker: Mapped[str] = mapped_column(primary_key=True)
    population: Mapped[str]
    call: Mapped[str]
    qualifiers: Mapped[str]
    percent: Mapped[float | None]
    percent_low: Mapped[float | None]
    percent_high: Mapped[float | None]
    median: Mapped[float | None]
    shift_log10: Mapped[float | None]
    reference: Mapped[str]
    n: Mapped[int] = mapped_column(BigInteger)
    reasons: Mapped[str]


class AuditRow(Base):
    """A link of the audit log; its number is given by the chain, not by the database."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    at: Mapped[str]
    who: Mapped[str]
    action: Mapped[str]
    patient: Mapped[str]
    specimen: Mapped[str]
    number: Mapped[int]
    record_sha256: Mapped[str]
    detail: Mapped[str]
    previous: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
