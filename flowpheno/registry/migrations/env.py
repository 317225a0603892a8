"""Run by Alembic, which gives `context` its content: import it from nowhere."""

from __future__ import annotations

from alembic import context

from flowpheno.registry.schema import VERSION_TABLE
from flowpheno.registry.tables import Base

context.configure(
    connection=context.config.attributes["connection"],  # in the transaction of `_prepare`
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
