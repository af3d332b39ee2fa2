"""The ports of the server. `make run` checks them before it installs anything.

For that it needs nothing but Python.
"""

import errno
import socket

from config import environment as env

HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, least=1, most=65535)
# Streams have a process and a port of their own; 0 does without.
STREAMING_PORT = env.number("STREAMING_PORT", PORT + 1 if PORT < 65535 else PORT - 1, most=65535)
if STREAMING_PORT == PORT:
    env.refuse(f"STREAMING_PORT must be another one than PORT, which is {PORT}.")
# For Prometheus alone, so they have an address of their own; port 0 does without.
METRICS_HOST = env.text("METRICS_HOST", "127.0.0.1")
METRICS_PORT = env.number("METRICS_PORT", 0, most=65535)
if METRICS_PORT and METRICS_PORT in {PORT, STREAMING_PORT}:
    env.refuse(f"METRICS_PORT must be another one than PORT and STREAMING_PORT, not {METRICS_PORT}.")
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # all addresses of this machine -> its own for itself


class CannotListen(Exception):
    """The address cannot be had; the message is for people."""


def free_address(host: str, port: int, setting: str = "PORT") -> str:
    """The address that `host` stands for, when a server can listen there.

    granian's own sockets share a port that is taken, and two servers would answer in turn.

    :raises CannotListen: when the port is taken, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(f"Port {port} on {host} is taken; set {setting} to another one.") from None
        raise CannotListen(f"Cannot listen on {host} port {port}: {error.strerror}.") from None
    return str(address[0])


def address_to_serve() -> str:
    """The address that `HOST` stands for, with both ports free.

    :raises CannotListen: when one of the ports cannot be had.
    """
    address = free_address(HOST, PORT)
    if STREAMING_PORT:
        free_address(HOST, STREAMING_PORT, "STREAMING_PORT")
    if METRICS_PORT:
        free_address(METRICS_HOST, METRICS_PORT, "METRICS_PORT")
    return address


def address_for_others() -> str:
    """Return this machine's address in its network, as a URL, or a placeholder without a network. Nothing is sent."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # an address for documentation
            host = str(probe.getsockname()[0])
    except OSError:
        host = "ADDRESS-OF-THIS-MACHINE"
    return f"http://{host}:{PORT}"


def main() -> None:
    """Try the ports, and end the program with one sentence if one cannot be had."""
    try:
        address_to_serve()
    except CannotListen as refused:
        env.refuse(str(refused))
