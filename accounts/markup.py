"""Texts of members as HTML: only paragraphs and links become markup.

Everything that shows a text as HTML makes it here, so that a text looks the same everywhere.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from django.conf import settings
from django.db.models.functions import Lower
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from accounts import domains, linking
from accounts.linking import Address, Mention, Token
from accounts.models import Account

Mentions = Mapping[str, str]  # the handle as it was written, in lower case -> the account's `acct`

PARAGRAPH = re.compile(r"\n{2,}")
MAX_MENTIONS = 500  # more handles than fit into the longest bio that an API takes


def paragraphs(text: str, mentions: Mentions | None = None) -> SafeString:
    """A longer text; `mentions` is what was kept with it."""
    if not text.strip():
        return mark_safe("")
    linked = PARAGRAPH.split(_linked(text.strip("\n"), mentions, "nofollow"))
    return mark_safe("".join(f"<p>{part}</p>" for part in linked).replace("\n", "<br>"))  # noqa: S308  # escaped


def field(value: str, mentions: Mentions | None = None) -> SafeString:
    """The value of a profile field. Its addresses say `me`, by which other sites verify whose they are."""
    return _linked(value, mentions, "me nofollow noopener")


def profile_address(username: str, domain: str = "") -> str:
    """Return the address of an account's profile page."""
    return f"{f'https://{domain}' if domain else settings.BASE_URL}/@{username}"


def people_in(texts: Iterable[str]) -> dict[str, str]:
    """The accounts that these texts mention, to be kept with them; suspended and unconfirmed ones are left out."""
    handles = dict.fromkeys(mention.handle for text in texts for mention in linking.mentions(text))
    named = {}
    for handle in islice(handles, MAX_MENTIONS):
        username, _, domain = handle.partition("@")
        named[handle] = username, domains.of_account(domain, settings.LOCAL_DOMAIN)
    if not named:
        return {}
    found = (
        Account.objects.alias(lowered=Lower("username"))
        .filter(lowered__in={name for name, _ in named.values()}, domain__in={domain for _, domain in named.values()})
        .filter(suspended_at=None, unconfirmed=False)
        .values_list("username", "domain")
    )
    accts = {(name.lower(), domain): f"{name}@{domain}" if domain else name for name, domain in found}
    return {handle: accts[key] for handle, key in named.items() if key in accts}


def _linked(text: str, mentions: Mentions | None, rel: str) -> SafeString:
    if "@" not in text and "://" not in text and "www." not in text.lower():
        return escape(text)
    return mark_safe("".join(_shown(token, mentions or {}, rel) for token in linking.tokens(text)))  # noqa: S308


def _shown(token: Token, mentions: Mentions, rel: str) -> SafeString:
    match token:
        case Address():
            return format_html('<a href="{}" rel="{}">{}</a>', token.href, rel, token.text)
        case Mention() if acct := mentions.get(token.handle):
            username, _, domain = acct.partition("@")
            address = profile_address(username, domain)
            return format_html('<a href="{}" class="u-url mention">{}</a>', address, token.text)
        case _:
            return escape(token.text)
