"""The priorities that each alarm reached, made for the alarms that there are already."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ALARMS = sa.text(
    "SELECT at, body FROM facts WHERE kind = 'alarm_changed' AND session_id = :session_id ORDER BY id"
)


def upgrade() -> None:
    """Session by session: a priority was reached with the first fact that has it."""
    table = op.create_table(
        "alarm_rungs",
        sa.Column("alarm_id", sa.Text, primary_key=True),
        sa.Column("priority", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
        sa.Column("acknowledged_at", sa.Integer),
    )
    op.create_index("alarm_rungs_by_session", "alarm_rungs", ["session_id"])
    connection = op.get_bind()
    sessions = sa.text("SELECT DISTINCT session_id FROM facts WHERE kind = 'alarm_changed'")
    for session_id in connection.execute(sessions).scalars().all():
        rungs = _rungs(connection.execute(_ALARMS, {"session_id": session_id}))
        if rungs:
            connection.execute(sa.insert(table), rungs)


def _rungs(changes: Iterable[Any]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    answered: dict[str, int | None] = {}
    for at, stored in changes:
        body = json.loads(stored)
        alarm_id, acknowledged_at = body["alarm_id"], body["acknowledged_at"]
        if body["raised_at"] is None:
            continue
        rungs = found.setdefault(alarm_id, {})
        if body["priority"] not in rungs:
            rungs[body["priority"]] = {
                **{name: body[name] for name in ("alarm_id", "priority", "session_id", "type")},
                "since": at if rungs else body["raised_at"],
                "acknowledged_at": None,
            }
        if acknowledged_at != answered.get(alarm_id):
            answered[alarm_id] = acknowledged_at
            for rung in rungs.values():
                rung["acknowledged_at"] = rung["acknowledged_at"] or acknowledged_at
    return [rung for rungs in found.values() for rung in rungs.values()]


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back; restore a backup instead")
