"""The second step of signing in: a code of an app on the owner's phone (TOTP, RFC 6238), or a recovery code.

Each code works once. Recovery codes are kept as SHA-256; they are too long to be guessed from it.
"""

import base64
import hashlib
import re
import secrets
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils import timezone
from django_otp.oath import TOTP

from accounts import databases
from accounts.mail import outbox
from accounts.models import Letter, RecoveryCode, SecondFactor
from accounts.models.second_factors import KEY_LENGTH
from accounts.refused import Refused

CODE_LENGTH = 6  # digits
STEPS_OFF = 1  # of 30 seconds, that the phone's clock may be wrong
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
RECOVERY_CODE = re.compile(rf"[{ALPHABET}]{{16}}")


class WrongCode(Refused):
    """The code is wrong, or was used before."""


class AlreadyOn(Refused):
    """The account has a second factor already."""


def is_on(account: int) -> bool:
    """Return True if signing in takes a second step."""
    return SecondFactor.objects.filter(account=account, confirmed_at__isnull=False).exists()


def is_demanded(*, staff: bool) -> bool:
    """Return True if the server demands a second factor of such an account."""
    return staff and bool(settings.REQUIRE_SECOND_FACTOR == "moderators")


def begin(account: int) -> None:
    """Make a secret for the owner's app.

    :raises AlreadyOn: when there is a confirmed one.
    """
    with databases.atomic(SecondFactor):
        SecondFactor.objects.filter(account=account, confirmed_at=None).delete()
        if is_on(account):
            raise AlreadyOn
        SecondFactor.objects.create(account_id=account, key=secrets.token_bytes(KEY_LENGTH))


def begun(account: int) -> str | None:
    """The secret that waits to be confirmed, in the letters that people type."""
    found = SecondFactor.objects.filter(account=account, confirmed_at=None).first()
    return base64.b32encode(found.key).decode() if found else None


def address(secret: str, username: str) -> str:
    """Return the content of the QR code: an `otpauth` address."""
    label = quote(f"{settings.SITE_NAME}:{username}@{settings.LOCAL_DOMAIN}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': settings.SITE_NAME})}"


def confirm(account: int, code: str) -> list[str]:
    """Turn the second factor on, by a code of the app; returns the recovery codes, which nobody can read again.

    :raises WrongCode: when the app does not have the secret.
    """
    with databases.atomic(SecondFactor):
        if not _use_app(account, _plain(code), confirmed=False):
            raise WrongCode
        SecondFactor.objects.filter(account=account).update(confirmed_at=timezone.now())
        outbox.warn(Letter.Kind.FACTOR_ON, account)
        return _new_codes(account)


def use(account: int, code: str) -> None:
    """Use up a code of the app, or a recovery code.

    :raises WrongCode: when it is neither.
    """
    plain = _plain(code)
    if _use_app(account, plain, confirmed=True):
        return
    if RECOVERY_CODE.fullmatch(plain):
        deleted, _ = RecoveryCode.objects.filter(account=account, digest=_digest(plain)).delete()
        if deleted:
            return
    raise WrongCode


def turn_off(account: int) -> None:
    """Turn the second factor off."""
    with databases.atomic(SecondFactor):
        if is_on(account):
            outbox.warn(Letter.Kind.FACTOR_OFF, account)
        SecondFactor.objects.filter(account=account).delete()
        RecoveryCode.objects.filter(account=account).delete()


def new_recovery_codes(account: int) -> list[str]:
    """New recovery codes; the old ones do not work any more."""
    with databases.atomic(RecoveryCode):
        outbox.warn(Letter.Kind.NEW_CODES, account)
        return _new_codes(account)


def _new_codes(account: int) -> list[str]:
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    with databases.atomic(RecoveryCode):
        RecoveryCode.objects.filter(account=account).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(account_id=account, digest=_digest(code)) for code in codes)
    return ["-".join(code[n : n + 4] for n in range(0, 16, 4)) for code in codes]


def recovery_codes_left(account: int) -> int:
    """Return the number of unused recovery codes."""
    return RecoveryCode.objects.filter(account=account).count()


def _use_app(account: int, code: str, *, confirmed: bool) -> bool:
    if not (len(code) == CODE_LENGTH and code.isascii() and code.isdecimal()):
        return False
    factors = SecondFactor.objects.filter(account=account, confirmed_at__isnull=not confirmed)
    factor = factors.first()
    if factor is None:
        return False
    clock = TOTP(bytes(factor.key))
    if not clock.verify(int(code), tolerance=STEPS_OFF, min_t=factor.last_step + 1):
        return False
    step = clock.t()
    return bool(factors.filter(last_step__lt=step).update(last_step=step))  # of two at once, one


def _plain(code: str) -> str:
    """Without what people type for legibility."""
    return re.sub(r"[\s-]", "", code).lower()


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
