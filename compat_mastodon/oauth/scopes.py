"""The scopes, and a description of each in plain words.

There is no implication between scopes: a token holds the literal ones that were granted, and each endpoint names the
literal ones that it accepts (mastodon.md §1.8). Those that begin with `admin:` are granted on the consent page alone,
and only to moderators.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

DEFAULT = "read"
MODERATING = "admin:"  # the scopes that begin so are for moderators alone

_READ = {
    "accounts": _("See accounts and your profile"),
    "blocks": _("See your blocks"),
    "bookmarks": _("See your bookmarks"),
    "collections": _("See your collections"),
    "favourites": _("See your favourites"),
    "filters": _("See your filters"),
    "follows": _("See your follows, followers and follow requests"),
    "lists": _("See your lists"),
    "mutes": _("See your mutes"),
    "notifications": _("See your notifications"),
    "search": _("Search on your behalf"),
    "statuses": _("See all posts that you can see"),
}
_WRITE = {
    "accounts": _("Change your profile"),
    "blocks": _("Block and unblock people and domains"),
    "bookmarks": _("Change your bookmarks"),
    "collections": _("Change your collections"),
    "conversations": _("Change and delete conversations"),
    "favourites": _("Change your favourites"),
    "filters": _("Change your filters"),
    "follows": _("Follow and unfollow people, and approve or reject follow requests"),
    "lists": _("Change your lists"),
    "media": _("Upload pictures and other media"),
    "mutes": _("Mute and unmute people and conversations"),
    "notifications": _("Dismiss and clear your notifications"),
    "reports": _("Report people to the moderators"),
    "statuses": _("Publish and delete posts"),
}
_ADMIN_READ = {
    "accounts": _("See the accounts of all members as a moderator"),
    "reports": _("See the reports that moderators get"),
    "domain_allows": _("See the servers that this server allows"),
    "domain_blocks": _("See the servers that this server blocks"),
    "ip_blocks": _("See the IP addresses that this server blocks"),
    "email_domain_blocks": _("See the mail domains that this server refuses"),
    "canonical_email_blocks": _("See the e-mail addresses that this server refuses"),
}
_ADMIN_WRITE = {
    "accounts": _("Suspend, limit, approve, reject and delete accounts as a moderator"),
    "reports": _("Assign, close and open reports as a moderator"),
    "domain_allows": _("Change the servers that this server allows"),
    "domain_blocks": _("Change the servers that this server blocks"),
    "ip_blocks": _("Change the IP addresses that this server blocks"),
    "email_domain_blocks": _("Change the mail domains that this server refuses"),
    "canonical_email_blocks": _("Change the e-mail addresses that this server refuses"),
}

WORDS: dict[str, str] = {
    "read": _("See everything in your account: your profile, people, requests, lists and notifications"),
    "write": _("Change your account, follow and block people, and approve or reject follow requests"),
    "follow": _("Follow, block and mute people, and approve or reject follow requests"),
    "push": _("Send notifications to your device"),
    "profile": _("See only your name and picture"),
    **{f"read:{part}": words for part, words in _READ.items()},
    **{f"write:{part}": words for part, words in _WRITE.items()},
    "admin:read": _("See accounts and reports as a moderator"),
    "admin:write": _("Moderate in your name: suspend, limit and delete accounts, and close reports"),
    **{f"admin:read:{part}": words for part, words in _ADMIN_READ.items()},
    **{f"admin:write:{part}": words for part, words in _ADMIN_WRITE.items()},
}


def split(text: str) -> list[str]:
    """The scopes of a space separated list, each once, in their order."""
    return list(dict.fromkeys(scope for scope in text.split(" ") if scope))


def all_known(scopes: Iterable[str]) -> bool:
    return all(scope in WORDS for scope in scopes)


def allowed(scopes: Iterable[str], registered: Iterable[str]) -> bool:
    """Return True if a client that registered these scopes may be given those; an empty registration has no limit."""
    return all_known(scopes) and (not registered or set(scopes) <= set(registered))


def default_for(registered: Iterable[str]) -> list[str]:
    """Return the scopes of a client that asks for none: `read`, if it registered that."""
    return [DEFAULT] if not registered or DEFAULT in registered else []


def moderate(scopes: Iterable[str]) -> bool:
    """Return True if one of the scopes is for moderators alone."""
    return any(scope.startswith(MODERATING) for scope in scopes)


def of_members(scopes: Iterable[str]) -> list[str]:
    """Return the scopes that are not for moderators alone."""
    return [scope for scope in scopes if not scope.startswith(MODERATING)]


class Permission(NamedTuple):
    """One line of the consent page; `kind` is see, change or notify."""

    kind: str
    words: str


def in_words(scopes: Iterable[str]) -> list[Permission]:
    """Return the permissions to show on the consent page, without parts of a requested scope."""
    asked = set(scopes)
    return [
        Permission(_kind(scope), gettext(WORDS[scope]))
        for scope in WORDS
        if scope in asked and not _covered(scope, asked)
    ]


def _covered(scope: str, asked: set[str]) -> bool:
    whole = scope.rpartition(":")[0]
    return whole in asked or (scope == "profile" and "read" in asked) or (scope == "follow" and "write" in asked)


def _kind(scope: str) -> str:
    if scope == "push":
        return "notify"
    return "change" if scope.removeprefix(MODERATING).startswith(("write", "follow")) else "see"
