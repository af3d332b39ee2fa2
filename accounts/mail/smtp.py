"""Django's mail backend with one deadline for a whole mail: the look-up of the name, the connection and every word."""

import smtplib
import socket
import time
from contextlib import suppress
from threading import Timer
from typing import Any

from django.core.mail.backends import smtp

from accounts import outgoing


class Connection(smtplib.SMTP):
    """A connection that ends `timeout` seconds after it began, even if the server still answers."""

    _cut_off: Timer | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Open the connection for smtplib; a copy of the socket outlives that of TLS."""
        connected = outgoing.connected(host, port, time.monotonic() + timeout)
        connected.settimeout(timeout)
        self._copy = connected.dup()
        self._cut_off = Timer(timeout, self._shut_down)
        self._cut_off.daemon = True
        self._cut_off.start()
        return connected

    def _shut_down(self) -> None:
        with suppress(OSError):
            self._copy.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        if self._cut_off:
            self._cut_off.cancel()
            self._copy.close()
            self._cut_off = None


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> Any:
        return Connection
