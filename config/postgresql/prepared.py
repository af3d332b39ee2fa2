"""Statements that a connection has prepared, run with calls of libpq.

psycopg's cursors find out at each run what is the same at each run here, and take twice the CPU.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any

from psycopg import Connection, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.generators import execute
from psycopg.pq import ExecStatus, TransactionStatus

from accounts.compiled import PLACEHOLDER

MOST = 200  # statements that a connection keeps prepared; the one that was not used for the longest time gives way


class Rows:
    """What a statement returned, with the part of a cursor that `accounts.compiled` uses."""

    def __init__(self, transformer: Any, result: Any) -> None:
        self._transformer, self._result = transformer, result

    @property
    def rowcount(self) -> int:
        return int(self._result.command_tuples)

    def fetchall(self) -> list[tuple[Any, ...]]:
        self._transformer.set_pgresult(self._result)
        rows: list[tuple[Any, ...]] = self._transformer.load_rows(0, self._result.ntuples, tuple)
        return rows


class Prepared:
    """The statements of one connection, by their text and the types of their values."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection, self._pgconn = connection, connection.pgconn
        self._names: dict[tuple[str, tuple[int, ...] | None], bytes] = {}
        self._made = count()

    def forget(self) -> None:
        """Prepare all statements again. psycopg has made the database forget them, as it does after a rollback."""
        self._names.clear()

    def execute(self, sql: str, values: Sequence[Any]) -> Any:
        """Run a statement with `%s` for each of its values. The first one of a transaction goes on a cursor."""
        if not self._connection.autocommit and self._pgconn.transaction_status == TransactionStatus.IDLE:
            return self._connection.execute(sql, values)
        transformer = Transformer(self._connection)
        bound = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        key = sql, transformer.types
        name = self._names.pop(key, None) or self._prepare(*key)
        self._names[key] = name
        self._pgconn.send_query_prepared(name, bound, transformer.formats)
        return Rows(transformer, self._result())

    def _prepare(self, sql: str, types: tuple[int, ...] | None) -> bytes:
        if len(self._names) >= MOST:
            self._pgconn.send_query(b"DEALLOCATE " + self._names.pop(next(iter(self._names))))
            self._result()
        name, numbers = f"latchkey_{next(self._made)}".encode(), count(1)
        numbered = PLACEHOLDER.sub(lambda _: f"${next(numbers)}", sql).replace("%%", "%")
        self._pgconn.send_prepare(name, numbered.encode(), types)
        self._result()
        return name

    def _result(self) -> Any:
        """:raises psycopg.Error: when the database refuses, or is gone."""
        (result,) = self._connection.wait(execute(self._pgconn))
        if result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
            raise errors.error_from_result(result, encoding="utf-8")
        return result
