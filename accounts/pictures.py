"""The URLs of an account's pictures. They are always absolute, and never empty."""

from django.conf import settings

from accounts.images import still_of


def avatar_url(name: str) -> str:
    """The address of a stored avatar, which may move, or of the default one for an empty name."""
    return f"{settings.MEDIA_URL}{name}" if name else f"{settings.BASE_URL}/avatars/original/missing.png"


def still_avatar_url(name: str) -> str:
    """As `avatar_url`, of the avatar that stands still."""
    return avatar_url(still_of(name))


def header_url(name: str) -> str:
    """The address of a stored header picture, or of the default one for an empty name."""
    return f"{settings.MEDIA_URL}{name}" if name else f"{settings.BASE_URL}/headers/original/missing.png"
