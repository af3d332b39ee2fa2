"""One spelling for each domain: everything that takes the name of a server, or an e-mail address, reads it here."""

import re

import idna

from accounts.refused import Refused

LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"{LABEL}(?:\.{LABEL})*")
PORT = re.compile(r":\d{1,5}\Z", re.ASCII)
LONGEST = 253  # characters of a domain with its port
NOBODYS = "?"  # no account has this domain


class NotADomain(Refused):
    """This cannot be the name of a server."""


def canonical(text: str) -> str:
    """The name of a server as it is stored: in IDNA's ASCII form, lower case, without a final dot. A port stays.

    :raises NotADomain: for a malformed one.
    """
    text = text.strip()
    if len(text) > LONGEST + 1:  # also keeps the work below small
        raise NotADomain
    port = found[0] if (found := PORT.search(text)) else ""
    host = text.removesuffix(port).lower()
    try:
        if not host.isascii() or "xn--" in host:
            host = idna.encode(host, uts46=True).decode()
    except UnicodeError:
        raise NotADomain from None
    domain = f"{host.removesuffix('.')}{port}"
    if len(domain) > LONGEST or not DOMAIN.fullmatch(domain.removesuffix(port)):
        raise NotADomain
    return domain


def of_address(address: str) -> str:
    """Return an e-mail address with the one spelling of its domain; unchanged if that is malformed."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{canonical(domain)}" if at else address
    except NotADomain:  # such as an address in brackets
        return address


def of_account(domain: str, local_domain: str) -> str:
    """Return the value of the column of accounts: empty for this server or no name, `NOBODYS` for a malformed name."""
    if not domain or domain.strip().lower() == local_domain:  # which may be an address such as [::1]
        return ""
    try:
        domain = canonical(domain)
    except NotADomain:
        return NOBODYS
    return "" if domain == local_domain else domain
