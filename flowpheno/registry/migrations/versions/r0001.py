"""The first tables, and what keeps their rows as they were written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_APPEND_ONLY = (
    "patients", "specimens", "definition_sets", "versions", "verdicts", "tubes", "populations",
    "marker_calls", "audit",
)  # fmt: skip
_FUNCTION = """\
CREATE FUNCTION registry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the registry is append-only'; END $$
"""


def upgrade() -> None:
    """Make tables and triggers."""
    _specimens()
    _versions()
    _rows()
    _audit()
    for table in _APPEND_ONLY:
        _refuse_changes(table)


def downgrade() -> None:
    """Refuse: there is nothing before the first version.

    Raises
    ------
    RuntimeError
        Always.
    """
    raise RuntimeError("the first version of the tables has none before it")


def _specimens() -> None:
    op.create_table(
        "patients",
        sa.Column("id", _ID, nullable=False),
        _text("pseudonym"),
        sa.PrimaryKeyConstraint("id", name="pk_patients"),
        sa.UniqueConstraint("pseudonym", name="uq_patients_pseudonym"),
    )
    op.create_table(
        "specimens",
        sa.Column("id", _ID, nullable=False),
        sa.Column("patient_id", _ID, nullable=False),
        _text("name"),
        sa.PrimaryKeyConstraint("id", name="pk_specimens"),
        sa.UniqueConstraint("patient_id", "name", name="uq_specimens_patient_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_specimens_patient_id"),
    )
    op.create_index("ix_specimens_name", "specimens", ["name"])


def _versions() -> None:
    op.create_table(
        "definition_sets",
        _text("sha256"),
        _text("files"),
        sa.PrimaryKeyConstraint("sha256", name="pk_definition_sets"),
    )
    op.create_table(
        "versions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("specimen_id", _ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        *map(_text, ("status", "reason", "who", "recorded", "flowpheno", "generated")),
        sa.Column("simulated", sa.Boolean, nullable=False),
        _text("overridden"),
        _text("definitions_sha256"),
        sa.Column("content", sa.LargeBinary, nullable=False),
        _text("content_sha256"),
        _text("record_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.UniqueConstraint("specimen_id", "number", name="uq_versions_specimen_id"),
        sa.ForeignKeyConstraint(["specimen_id"], ["specimens.id"], name="fk_versions_specimen_id"),
        sa.ForeignKeyConstraint(
            ["definitions_sha256"],
            ["definition_sets.sha256"],
            name="fk_versions_definitions_sha256",
        ),
    )


def _rows() -> None:
    _of_version(
        "verdicts",
        (),
        *map(_text, ("material", "site", "date", "timepoint", "verdict", "reasons")),
        _count("n_blasts"),
        _count("n_nucleated"),
        _text("denominator"),
        *map(_real, ("blast_percent", "blast_percent_low", "blast_percent_high")),
        *map(_real, ("lod_percent", "lloq_percent")),
        *map(_text, ("lineage", "clonality")),
        sa.Column("known_bcp_all", sa.Boolean, nullable=False),
        _text("template"),
    )
    _of_version(
        "tubes",
        ("position",),
        *map(_text, ("name", "sha256")),
        _count("n_events"),
        _text("compensation"),
    )
    op.create_index("ix_tubes_sha256", "tubes", ["sha256"])
    _of_version(
        "populations",
        ("tube", "position"),
        *map(_text, ("name", "parent")),
        _count("n"),
        _real("percent_of_parent"),
    )
    _of_version(
        "marker_calls",
        ("tube", "phenotype", "marker"),
        *map(_text, ("population", "call", "qualifiers")),
        *map(_real, ("percent", "percent_low", "percent_high", "median", "shift_log10")),
        _text("reference"),
        _count("n"),
        _text("reasons"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", _ID, nullable=False, autoincrement=False),
        *map(_text, ("at", "who", "action", "patient", "specimen")),
        sa.Column("number", sa.Integer, nullable=False),
        *map(_text, ("record_sha256", "detail", "previous", "sha256")),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
        sa.UniqueConstraint("sha256", name="uq_audit_sha256"),
    )


def _of_version(name: str, keys: tuple[str, ...], *columns: sa.Column[object]) -> None:
    """Make a table whose rows belong to a version."""
    made = [_text(key) if key == "marker" else _place(key) for key in keys]
    op.create_table(
        name,
        sa.Column("version_id", _ID, nullable=False),
        *made,
        *columns,
        sa.PrimaryKeyConstraint("version_id", *keys, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=f"fk_{name}_version_id"),
    )


def _refuse_changes(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END"
            )
        return
    if table == _APPEND_ONLY[0]:
        op.execute(_FUNCTION)
    op.execute(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION registry_append_only()"
    )


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String, nullable=False)


def _count(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _real(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Double, nullable=True)


def _place(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)
