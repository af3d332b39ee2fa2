"""Passwords: checks that tell nothing by their time, and those that PHP's `password_hash` made.

Nobody gets a new one of these: a sign-in replaces it with the preferred hash.
"""

import re

import bcrypt
from django.contrib.auth.hashers import BCryptPasswordHasher, make_password

from accounts.models import Account

PREFIX = "bcrypt_php$"
LONGEST = 4096  # characters of a password; PHP's forms took far less
_HASH = re.compile(r"\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}")  # a higher cost would take minutes

NOBODYS = f"{PREFIX}$2y$10${'x' * 21}u{'.' * 31}"  # with the cost that was PHP's for years
COSTLY = 12  # which is PHP's since 8.4: four times the work of 10


class PHPBCryptPasswordHasher(BCryptPasswordHasher):
    """bcrypt as PHP does it: only the first 72 bytes of a password count."""

    algorithm = "bcrypt_php"

    def verify(self, password: str, encoded: str) -> bool:
        if "\0" in password or len(password) > LONGEST:
            return False
        secret = password.encode("utf-8", "surrogatepass")[:72]
        return bcrypt.checkpw(secret, encoded.removeprefix(PREFIX).encode())


def from_php(password_hash: str) -> str | None:
    """The column `Account.password` for a hash of PHP; None if it is not a bcrypt hash, or takes minutes."""
    return f"{PREFIX}{password_hash}" if _HASH.fullmatch(password_hash) else None


def matches(account: Account | None, password: str) -> bool:
    """Return True if this is the account's password.

    A wrong one takes about as long for every account, and for none: it is hashed in both ways, by the preferred hasher
    and by that of imported accounts. One of PHP's costlier hashes takes as long as both.
    """
    if account is not None and account.check_password(password):
        return True
    imported = account.password.removeprefix(PREFIX) if account and account.password.startswith(PREFIX) else ""
    if account is None or (imported and int(imported[4:6]) < COSTLY):
        make_password(password)
    if not imported:
        PHPBCryptPasswordHasher().verify(password, NOBODYS)
    return False
