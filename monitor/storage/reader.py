"""The connections that every view of the record is read on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Select, exc

from monitor.service.ports import RecordsUnavailableError
from monitor.storage.block_codec import BlockDamagedError
from monitor.storage.schema import SchemaError, require_newest


class Reader:
    """One read transaction per view, each seeing one state of the file, on ``mode=ro`` connections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        self._engine.dispose()

    def _rows(self, query: Select[Any]) -> list[Any]:
        with self._reading() as connection:
            return list(connection.execute(query))

    def _count(self, query: Select[int]) -> int:
        with self._reading() as connection:
            return connection.execute(query).scalar_one()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except exc.DBAPIError as error:
            raise RecordsUnavailableError(self._reason(error)) from error
        except BlockDamagedError as error:
            message = f"{error}: infusion-monitor verify names the batch"
            raise RecordsUnavailableError(message) from error

    def _reason(self, error: exc.DBAPIError) -> str:
        """What the database said; or, where its tables are another version's, what is to be done about it."""
        try:
            with self._engine.begin() as connection:
                require_newest(connection)
        except SchemaError as schema:
            return str(schema)
        except exc.DBAPIError:
            return str(error.orig)
        return str(error.orig)
