"""How Alembic runs here: on the connection it is given, each revision in one transaction."""

from __future__ import annotations

from alembic import context

from monitor.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
