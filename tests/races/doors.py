"""Both doors of a running server, for callers in many threads."""

import json
from http.client import HTTPConnection
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command

from accounts import sessions
from accounts.models import Account, Platform
from tests.servers import PATIENCE, Live


class Doors:
    """An account's two clients. Each call is a connection of its own."""

    def __init__(self, live: Live, account: Account) -> None:
        self.live, self.account = live, account
        with live.database():
            call_command("create_token", account.username, stdout=(token := StringIO()))
            self._token = token.getvalue().strip()
            self._session = sessions.open_session(account.pk, Platform.ANDROID).token

    def mastodon(self, method: str, path: str) -> tuple[int, Any]:
        return self._call(method, f"/api/v1/{path}", {"Authorization": f"Bearer {self._token}"})

    def twittner(self, endpoint: str, **form: object) -> tuple[int, Any]:
        """The code is the envelope's."""
        body = urlencode(form | {"session_id": self._session})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, answer = self._call("POST", f"/mobile_api/{endpoint}", headers, body)
        assert status == 200
        return answer["code"], answer

    def _call(self, method: str, path: str, headers: dict[str, str], body: str = "") -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.live.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()
