"""Where an account's pictures are to be had. They are always absolute addresses, and never empty."""

from django.conf import settings


def avatar_url(name: str) -> str:
    """The address of a stored avatar, or of the default one for an empty name."""
    return f"{settings.MEDIA_URL}{name}" if name else f"{settings.BASE_URL}/static/accounts/avatar.png"


def header_url(name: str) -> str:
    """The address of a stored header picture, or of the default one for an empty name."""
    return f"{settings.MEDIA_URL}{name}" if name else f"{settings.BASE_URL}/static/accounts/header.png"
