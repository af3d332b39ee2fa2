"""People as the pages show them: picture, names, bio and counts, as HTML that is kept until it changes.

The HTML is made here and not in templates, because a page has forty of them and must be quick.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from functools import cache, lru_cache
from typing import NamedTuple

from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts import markup
from accounts.models import Verification
from accounts.pictures import still_avatar_url
from follows import queries
from follows.fragments import Fragments
from follows.queries import Key, Person

KEPT = 1_000  # faces in each language

_FACE = """<img class="avatar" src="{}" alt="" width="48" height="48" loading="lazy"><div class="who">\
<h2><a class="name" href="{}" dir="auto">{}</a></h2><p class="quiet"><bdi>@{}</bdi>{}</p>{}</div>"""
_MARK = ' · <span class="whole">{}</span>'
_BIO = '<div class="bio" dir="auto">{}</div>'


class Face(NamedTuple):
    """An account on a page: its name for labels and sentences, its handle, and its HTML."""

    name: str
    handle: str
    html: SafeString


def faces(keys: Iterable[Key]) -> dict[int, Face]:
    """The faces of these accounts by id, at most one query; deleted ones are left out."""
    wanted = list(dict.fromkeys(keys))
    found = kept(get_language() or "").of(wanted)
    return {key.account: face for key, face in zip(wanted, found, strict=True) if face}


def faces_of(accounts: Iterable[int | None]) -> dict[int, Face]:
    """As `faces`, by ids, at most two queries."""
    return faces(queries.keys(list({account for account in accounts if account})).values())


@cache
def kept(language: str) -> Fragments[Key, Face]:  # noqa: ARG001  # texts are made in the language of the moment
    """The faces that were made in a language."""
    return Fragments(queries.people, face, generation=KEPT)


def face(person: Person) -> Face:
    """A suspended account shows its handle and nothing else."""
    hidden = person.suspended_at is not None
    handle = f"{person.username}@{person.domain}" if person.domain else person.username
    name = person.username if hidden else person.display_name or person.username
    bio = markup.paragraphs("" if hidden else person.note, person.note_mentions)
    html = format_html(
        _FACE,
        still_avatar_url("" if hidden else person.avatar),
        markup.profile_address(person.username, person.domain),
        name,
        handle,
        format_html_join("", _MARK, ((mark,) for mark in _marks(person))),
        format_html(_BIO, bio) if bio else "",
    )
    return Face(name, f"@{handle}", html)


def day(when: date) -> SafeString:
    """A day, or that of a moment in the time zone of the member, in the member's language, as HTML."""
    return _day(when, get_current_timezone(), get_language())


@lru_cache(4_000)
def _day(when: date, zone: tzinfo, language: str | None) -> SafeString:  # noqa: ARG001  # it is in this language
    here = localtime(when, zone) if isinstance(when, datetime) else when
    stamp = here.isoformat(timespec="seconds") if isinstance(here, datetime) else here.isoformat()
    return format_html('<time datetime="{}">{}</time>', stamp, date_format(here, "DATE_FORMAT"))


def _marks(person: Person) -> Iterator[str]:
    """The counts of an account, and what sets it apart, in words."""
    if person.verification == Verification.VERIFIED:
        yield _("verified")
    if person.bot:
        yield _("bot")
    if person.locked:
        yield _("locked")
    if person.limited:
        yield _("limited by moderators")
    followers, following = person.followers or 0, person.following or 0
    yield ngettext("%(number)s follower", "%(number)s followers", followers) % {
        "number": number_format(followers, force_grouping=True)
    }
    yield _("%(number)s following") % {"number": number_format(following, force_grouping=True)}
