"""Typed reads of environment variables for `settings.py`, and what stands in for some that are not set.

A wrong value ends the program with one sentence.
"""

import ipaddress
import os
import re
import secrets
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NoReturn

AUTHORITY = r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?"
SERVER = r"(\[[0-9a-fA-F:.]+\]|[^@/,\s:\[\]]+)(:[0-9]{1,5})?"
SENTINELS = re.compile(rf"rediss?\+sentinel://([^@/\s]*@)?{SERVER}(,{SERVER})*/[^/\s]+(/[0-9]+)?")
KEY = re.compile(r"[A-Za-z0-9_-]{43}")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256
ON = {"on", "true", "yes", "1"}
OFF = {"off", "false", "no", "0", ""}
PLACEHOLDER = "fifty-random-characters"  # stood in the README once, and may stand in files made from it
MAKE_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"  # noqa: S105  # a command


def refuse(sentence: str) -> NoReturn:
    """End the program with exit code 1 and one clear sentence on stderr instead of a traceback."""
    sys.exit(f"latchkey: {sentence}")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    value = text(name, "on" if default else "off").lower()
    if value not in ON | OFF:
        refuse(f"{name} must be on or off, not {value!r}.")
    return value in ON


def number(name: str, default: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    value = text(name, str(default))
    if not value.isdecimal() or not least <= int(value) <= most:
        refuse(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def choice(name: str, options: Sequence[str], default: str) -> str:
    value = text(name, default).lower()
    if value not in options:
        refuse(f"{name} must be one of {', '.join(options)}, not {value!r}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma separated list without its blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str, default: str = "") -> list[str]:
    """Addresses and networks, such as `127.0.0.1` and `10.0.0.0/8`."""
    found = words(name, default)
    for word in found:
        try:
            ipaddress.ip_network(word)
        except ValueError:
            refuse(f"{name} must list addresses or networks such as 10.0.0.0/8, not {word!r}.")
    return found


def origin(name: str, default: str, schemes: str = "https?") -> str:
    """Scheme, host and port of a site, in lower case; its name in the ASCII form of IDNA."""
    value = text(name, default).rstrip("/").lower()
    scheme, _, site = value.partition("://")
    if not site.isascii():
        from accounts.domains import NotADomain, canonical  # needs a package, and `ports` runs before any is installed

        with suppress(NotADomain):
            value = f"{scheme}://{canonical(site)}"
    shape = re.fullmatch(f"{schemes}://{AUTHORITY}", value)
    if not shape or not 0 < int(shape["port"] or 80) <= 65535:
        refuse(f"{name} must look like {schemes.rstrip('?')}://example.org, without a path, not {value!r}.")
    return value


def url(name: str, default: str = "", *, schemes: str = "https?", like: str = "https://example.org/path") -> str:
    """The address of another server, or empty. It may contain a password, so no message repeats it."""
    value = text(name, default)
    if value and not re.fullmatch(rf"({schemes})://\S+", value):
        refuse(f"{name} must look like {like}.")
    return value


def redis(name: str) -> str:
    """The address of a Redis, or of the Sentinels that know it; empty for none. It may hold a password."""
    value = url(name, schemes=r"rediss?(\+sentinel)?|unix", like="redis://user:password@host:6379/0")
    if value.partition("://")[0].endswith("+sentinel"):
        if not SENTINELS.fullmatch(value):
            refuse(f"{name} must look like redis+sentinel://user:password@one:26379,two:26379/NAME/0.")
    elif "," in value.rpartition("@")[2]:
        refuse(f"{name} must name one server; for several, use Sentinel: redis+sentinel://one:26379,two:26379/NAME/0.")
    return value


def key(name: str) -> str:
    """A private key on the curve P-256 as unpadded base64url, or nothing."""
    value = text(name)
    if value and not (KEY.fullmatch(value) and 0 < int.from_bytes(urlsafe_b64decode(f"{value}=")) < ORDER):
        refuse(f"{name} must be a private P-256 key: 32 bytes as 43 characters of base64url.")
    return value


def secret(name: str) -> str:
    """A secret of at least 50 characters, of which some differ. No message repeats it."""
    value = text(name)
    if len(value) < 50 or len(set(value)) < 10 or PLACEHOLDER in value:
        refuse(f"{name} must be 50 or more random characters when DATABASE_URL is set; make one with: {MAKE_SECRET}")
    return value


def made_once(path: Path, make: Callable[[], str]) -> str:
    """A secret of this server in a file, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        # Written first and named then, for servers that start at the same time.
        with NamedTemporaryFile("w", dir=path.parent) as file, suppress(FileExistsError):
            file.write(make())
            file.flush()
            path.hardlink_to(file.name)
    return path.read_text()


def new_key() -> str:
    """A random key for `key`."""
    return urlsafe_b64encode((secrets.randbelow(ORDER - 1) + 1).to_bytes(32)).rstrip(b"=").decode()
