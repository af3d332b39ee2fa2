"""Django's PostgreSQL backend, which asks a kept connection whether it lives only where that is in doubt.

A server that ends a connection says so on it, and until then there is nothing to read. `SELECT 1`
before each request would cost as much as one of the request's own queries.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        if self.connection is not None and not self.errors_occurred and not self._has_something_to_read():
            return True
        return bool(super().is_usable())

    def _has_something_to_read(self) -> bool:
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))
