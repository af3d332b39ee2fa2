"""Addresses of profiles, here or on other servers: which account each one names."""

import re

PROFILE = re.compile(r"https?://([^/?#@]+)/(?:@|users/)([^/?#@]+)(?:@([^/?#@]+))?/?")


def handle_at(address: str) -> str | None:
    """Return the handle whose profile has this address; None when it is not the address of a profile."""
    found = PROFILE.fullmatch(address.strip())
    return f"{found[2]}@{found[3] or found[1]}" if found else None
