"""A client that registers and signs people in, and a browser that presses the buttons of its pages."""

import base64
import hashlib
import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from django.test import Client

from accounts.models import Account

CALLBACK = "https://client.example/cb"
OOB = "urn:ietf:wg:oauth:2.0:oob"
ALL = "read write follow push"
VERIFIER = "a-verifier-that-is-long-enough-for-the-rule-of-43-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class App:
    """What a client keeps of its registration."""

    id: str
    secret: str

    @property
    def credentials(self) -> dict[str, str]:
        return {"client_id": self.id, "client_secret": self.secret}

    @property
    def basic(self) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"{self.id}:{self.secret}".encode()).decode()}

    def ask(self, **params: Any) -> dict[str, str]:
        """The parameters of /oauth/authorize; None leaves one out."""
        asked = {"response_type": "code", "client_id": self.id, "redirect_uri": CALLBACK, "scope": ALL} | params
        return {name: value for name, value in asked.items() if value is not None}

    def token(self, **params: Any) -> Any:
        """What /oauth/token answers to a form."""
        sent = self.credentials | {"redirect_uri": CALLBACK, "grant_type": "authorization_code"} | params
        return Client().post("/oauth/token", {name: value for name, value in sent.items() if value is not None})


def register(redirect_uris: str = f"{CALLBACK} {OOB}", scopes: str = ALL, name: str = "Story") -> App:
    answer = (
        Client().post("/api/v1/apps", {"client_name": name, "redirect_uris": redirect_uris, "scopes": scopes}).json()
    )
    return App(answer["client_id"], answer["client_secret"])


def browser(account: Account) -> Client:
    """A browser in which this account is signed in; it insists on CSRF tokens like a real one."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(account)
    return client


def visit(client: Client, **params: str) -> Any:
    return client.get(f"/oauth/authorize?{urlencode(params)}")


def forms(response: Any) -> list[tuple[str, dict[str, str]]]:
    """Address and hidden fields of each form of a page, in their order."""
    return [
        (
            unescape(address),
            {unescape(name): unescape(value) for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', body)},
        )
        for address, body in re.findall(
            r'<form method="post"(?: action="([^"]*)")?>(.*?)</form>', response.content.decode(), re.DOTALL
        )
    ]


def press(client: Client, response: Any, button: int = 0) -> Any:
    """Send a form of a page; the consent page's first one allows, its second one denies."""
    address, fields = forms(response)[button]
    return client.post(address, fields)


def allow(account: Account, app: App, **params: Any) -> Any:
    """Where the browser goes after the account allowed what the app asks for."""
    client = browser(account)
    page = visit(client, **app.ask(**params))
    return press(client, page) if page.status_code == 200 else page


def answers(response: Any) -> dict[str, str]:
    """What the client finds in the query of its redirect."""
    return dict(parse_qsl(urlsplit(response["Location"]).query, keep_blank_values=True))


def code_for(account: Account, app: App, **params: Any) -> str:
    return parse_qs(urlsplit(allow(account, app, **params)["Location"]).query)["code"][0]


def signed_in(account: Account, app: App, **params: Any) -> str:
    """A token's text, through the whole flow."""
    return str(app.token(code=code_for(account, app, **params)).json()["access_token"])


def error_of(answer: Any) -> tuple[int, str, str]:
    """Status, error and description of an answer that is one of OAuth's errors."""
    body = answer.json()
    assert list(body) == ["error", "error_description"]
    assert answer["Cache-Control"] == "no-store, no-cache"
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    return answer.status_code, body["error"], body["error_description"]
