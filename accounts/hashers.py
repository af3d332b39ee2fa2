"""Passwords that PHP's `password_hash` made. Nobody gets a new one: a sign-in replaces it with the preferred hash."""

import re

import bcrypt
from django.contrib.auth.hashers import BCryptPasswordHasher

PREFIX = "bcrypt_php$"
LONGEST = 4096  # characters of a password; PHP's forms took far less
_HASH = re.compile(r"\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}")  # a higher cost would take minutes


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
