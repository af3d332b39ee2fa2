"""Statements that a connection has prepared, run with calls of libpq.

psycopg's cursors find out at each run what is the same at each run here, and take twice the CPU.

Within a transaction, its start, the locks and the writes whose outcome nobody reads wait here for the next statement
or the commit: all are sent at once. If one of them fails, the error is raised then.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any

from psycopg import Connection, errors
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.generators import execute, fetch_many
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

from accounts.compiled import PLACEHOLDER

GOOD = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.PIPELINE_SYNC}
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
        cursor = connection.cursor()
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)  # Django's own is written in Python
        self._transformer = Transformer(cursor)  # kept, because it finds out once how each type is sent and read
        self._names: dict[tuple[str, tuple[int, ...] | None], bytes] = {}
        self._known: set[bytes] = set()  # names of statements that the database has prepared
        self._waiting: list[Callable[[], None]] = []  # what sends each of the messages that wait
        self.autocommit = connection.autocommit  # psycopg takes a lock to tell
        level = connection.isolation_level
        self._begin = f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}".encode() if level else b"BEGIN"

    def rolled_back(self) -> None:
        """Drop what waits, and prepare all statements again: psycopg makes the database forget them."""
        self._known.clear()
        self._waiting.clear()

    def execute(self, sql: str, values: Sequence[Any]) -> Rows:
        """Run a statement with `%s` for each of its values, after those that wait.

        :raises psycopg.Error: when the database refuses one of them, or is gone.
        """
        self.later(sql, values)
        return Rows(self._transformer, self._send())

    def later(self, sql: str, values: Sequence[Any]) -> None:
        """Run a statement before whatever runs next."""
        transformer = self._transformer
        bound = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types, formats = transformer.types, transformer.formats
        name = self._names.pop((sql, types), None) or self._name()
        self._names[sql, types] = name
        if name not in self._known:
            self._prepare(name, sql, types)
        self._waiting.append(partial(self._pgconn.send_query_prepared, name, bound, formats))

    def send(self) -> None:
        """Run what waits, as `execute` does."""
        if self._waiting:
            self._send()

    def commit(self) -> None:
        """Run what waits, and commit the transaction."""
        self._waiting.append(partial(self._pgconn.send_query_params, b"COMMIT", None))
        self._send()

    @property
    def waits(self) -> bool:
        return bool(self._waiting)

    def _name(self) -> bytes:
        """Return a name for a new statement, which may be that of the one that was not used for the longest time."""
        if len(self._names) < MOST:
            return f"latchkey_{len(self._names)}".encode()
        name = self._names.pop(next(iter(self._names)))
        self._known.discard(name)
        return name

    def _prepare(self, name: bytes, sql: str, types: tuple[int, ...] | None) -> None:
        numbers = count(1)
        numbered = PLACEHOLDER.sub(lambda _: f"${next(numbers)}", sql).replace("%%", "%").encode()
        self._waiting += [
            partial(self._pgconn.send_close_prepared, name),  # no error if there is none
            partial(self._pgconn.send_prepare, name, numbered, types),
        ]
        self._known.add(name)

    def _send(self) -> Any:
        """Send what waits, and return the last result."""
        waiting, self._waiting = self._waiting, []
        if not self.autocommit and self._pgconn.transaction_status == TransactionStatus.IDLE:
            waiting.insert(0, partial(self._pgconn.send_query_params, self._begin, None))
        if len(waiting) > 1:
            return self._pipeline(waiting)
        waiting[0]()
        return self._checked(self._connection.wait(execute(self._pgconn)))[-1]

    def _pipeline(self, messages: list[Callable[[], None]]) -> Any:
        self._pgconn.enter_pipeline_mode()
        for send in messages:
            send()
        self._pgconn.pipeline_sync()
        results = self._connection.wait(self._fetched(len(messages) + 1))
        self._pgconn.exit_pipeline_mode()
        return self._checked(results)[-2]  # the last one is that of the end

    def _fetched(self, messages: int) -> PQGen[list[Any]]:
        results: list[Any] = yield from execute(self._pgconn)
        for _ in range(messages - 1):
            results += yield from fetch_many(self._pgconn)
        return results

    def _checked(self, results: list[Any]) -> list[Any]:
        for result in results:
            if result.status not in GOOD:
                self._known.clear()
                raise errors.error_from_result(result, encoding="utf-8")
        return results
