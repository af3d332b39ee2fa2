"""Django's sessions in the database, which every page reads, by a statement that is compiled once."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

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
        found = _LIVING.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
            return None
        key, data, expires = found
        return Session(session_key=key, session_data=data, expire_date=expires)
