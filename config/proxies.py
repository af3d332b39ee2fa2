"""The headers of trusted reverse proxies: the address of the client, and the scheme."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from wsgiref.types import WSGIEnvironment

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]


def networks(proxies: Iterable[str]) -> Networks:
    return [ip_network(proxy) for proxy in proxies]


def believe(environ: WSGIEnvironment, trusted: Networks) -> None:
    """Trust only these networks for the address of the client and the scheme."""
    address = _address(environ.get("REMOTE_ADDR", ""))
    if address is not None and _among(trusted, address):
        environ["REMOTE_ADDR"] = str(_caller(address, environ.get("HTTP_X_FORWARDED_FOR", ""), trusted))
        if (scheme := environ.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()) in {"http", "https"}:
            environ["wsgi.url_scheme"] = scheme


def _caller(nearest: Address, forwarded_for: str, trusted: Networks) -> Address:
    """The last in the chain that is no trusted proxy: what stands before it, the caller may have made up."""
    for entry in reversed(forwarded_for.split(",")):
        address = _address(entry)
        if address is None:
            break
        nearest = address
        if not _among(trusted, address):
            break
    return nearest


def _address(text: str) -> Address | None:
    """Some proxies add the port: `192.0.2.1:443`, `[2001:db8::1]:443`. None for what is no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _among(networks: Networks, address: Address) -> bool:
    return any(address in network for network in networks)
