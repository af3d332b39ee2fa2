"""Members of a running server, who do and see all through its two APIs."""

import secrets
from typing import Any

import pytest
import requests

from tests import doors
from tests.factories import PASSWORD
from tests.scenarios import STORIES
from tests.servers import PATIENCE
from tests.test_scenarios import look_closely, play


class Wire:
    """Sends JSON with a token, or forms without one. Connections are kept."""

    def __init__(self, url: str, token: str = "") -> None:
        self._url, self._token = url, token
        self._session = requests.Session()
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, query: dict[str, Any] | None = None) -> requests.Response:
        return self._session.get(f"{self._url}{path}", params=query, timeout=PATIENCE)

    def post(self, path: str, body: Any = None) -> requests.Response:
        sent = {"json": body} if self._token else {"data": body}
        return self._session.post(f"{self._url}{path}", timeout=PATIENCE, **sent)

    def patch(self, path: str, body: Any) -> requests.Response:
        return self._session.patch(f"{self._url}{path}", json=body, timeout=PATIENCE)


class Mastodon(doors.Mastodon):
    """A client for each member."""

    def __init__(self, members: "list[Member]") -> None:
        self._clients = {member.id: member.mastodon for member in members}


class Twittner(doors.Twittner):
    """A phone, whose owner has a Mastodon client for what it cannot do."""

    def __init__(self, members: "list[Member]") -> None:
        super().__init__()
        self._http = members[0].phone
        self._phones = {member.id: member.session for member in members}
        self.remove = Mastodon(members).remove


class Member:
    """Somebody who signed up through Mastodon, and has a Twittner phone too."""

    def __init__(self, url: str, name: str) -> None:
        self.username = f"{name}_{secrets.token_hex(4)}"
        self.phone = Wire(url)
        app = self.phone.post(
            "/api/v1/apps",
            {"client_name": "Story", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write follow"},
        ).json()
        granted = {"grant_type": "client_credentials", "scope": "read write follow"}
        token = self.phone.post("/oauth/token", granted | {k: app[k] for k in ("client_id", "client_secret")}).json()
        email = f"{self.username}@example.org"
        wanted = {"username": self.username, "email": email, "password": PASSWORD, "agreement": True}
        answer = Wire(url, token["access_token"]).post("/api/v1/accounts", wanted)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        self.mastodon = Wire(url, self.token)
        self.id = self.looks_up(self.username)
        answer = self.phone.post("/mobile_api/login", {"email": email, "password": PASSWORD})
        self.session = answer.json()["auth"]["auth_token"]

    def looks_up(self, username: str) -> int:
        answer = self.mastodon.get("/api/v1/accounts/lookup", {"acct": username})
        assert answer.status_code == 200, answer.text
        return int(answer.json()["id"])

    def says(self, path: str, **body: Any) -> Any:
        answer = self.mastodon.post(f"/api/v1/{path}", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sees(self, path: str, **query: Any) -> Any:
        """What an endpoint of the Mastodon API says."""
        answer = self.mastodon.get(f"/api/{path}", query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def taps(self, endpoint: str, **form: Any) -> Any:
        answer = self.phone.post(f"/mobile_api/{endpoint}", {"session_id": self.session} | form).json()
        assert answer["code"] in {200, 201}, answer
        return answer

    def shows(self, endpoint: str, **query: Any) -> Any:
        """The data that an endpoint of the Twittner API has; nothing for the end of a list."""
        answer = self.phone.get(f"/mobile_api/{endpoint}", {"session_id": self.session} | query).json()
        assert answer["code"] in {200, 204}, answer
        return answer["data"]


def tell(story: str, url: str) -> None:
    """Play a story through both APIs of a server, and look through both after each step."""
    if any("opens quietly" in line for line, _, _ in STORIES[story]):
        pytest.skip("no API opens an account quietly")
    people = [Member(url, name) for name in ("alice", "bob", "carol")]
    cast = {member.username.partition("_")[0]: member.id for member in people}
    # Each writes once, so that a replica that is behind shows nobody less than all three.
    for member in people:
        member.mastodon.patch("/api/v1/accounts/update_credentials", {"locked": member is people[2]})
    asking, answering = Mastodon(people), Twittner(people)
    for line, then, refused in STORIES[story]:
        door, done = play(line, cast, asking, answering)

        assert done is not refused, line
        for onlooker in (asking, answering):
            look_closely(onlooker, cast, then.get(door.name, then[""]), line)
