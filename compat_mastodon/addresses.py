"""Addresses of profiles, here or on other servers: which account each one names."""

import re

PROFILE = re.compile(r"https?://([^/?#@]+)/(?:@|users/)([^/?#@]+)(?:@([^/?#@]+))?/?")


def handle_at(address: str) -> str | None:
    """The `alice@there` whose profile this address shows; None when it is no address of a profile."""
    found = PROFILE.fullmatch(address.strip())
    return f"{found[2]}@{found[3] or found[1]}" if found else None
