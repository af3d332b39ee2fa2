"""Django's sessions in the database, which every page reads, by a statement that is compiled once."""

from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.backends import NameOrEmail
from accounts.lookup import UNSTORABLE
from accounts.statements import Statement, given

_LIVING: Statement[tuple[Any, ...]] = Statement(
    None,
    lambda _: Session.objects.filter(session_key=given("key"), expire_date__gt=given("now")).values_list(
        "session_key", "session_data", "expire_date"
    ),
)


class SessionStore(db.SessionStore):
    """Django's own, but for the read."""

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key or ""
        found = None if UNSTORABLE.search(key) else _LIVING.first(key=key, now=timezone.now())
        if found is None:
            self._session_key = None
            return None
        key, data, expires = found
        return Session(session_key=key, session_data=data, expire_date=expires)


def member(session_key: str) -> int | None:
    """Return the id of the member who is signed in with a session; None if nobody is."""
    session = SessionStore(session_key)
    user = NameOrEmail().get_user(int(session.get(SESSION_KEY, 0)))
    if user and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return user.pk
    return None
