"""Alembic migrations, run by ``monitor.storage.schema``."""
