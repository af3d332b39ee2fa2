"""Verbs for the stories of members' pages."""

import re
from html import unescape
from typing import Any

from django.test import Client

from accounts.access import Actor
from accounts.models import Account
from follows import graph
from tests.compat_mastodon.oauth_client import browser

__all__ = ["browser"]


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


def ask(target: Account, *followers: Account, note: str = "") -> None:
    for follower in followers:
        graph.follow(follower.pk, target.pk, by(follower), note=note)


def text(response: Any, status: int = 200) -> str:
    """The page as it is sent."""
    assert response.status_code == status, response.content.decode()[:500]
    return str(response.content.decode())


def words(response: Any, status: int = 200) -> str:
    """The page as it is read, in one line."""
    page = re.sub(r"<(script|style|select).*?</\1>", " ", text(response, status), flags=re.DOTALL)
    page = re.sub(r"</?bdi>", "", page)  # within a sentence
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def names(response: Any) -> list[str]:
    """Who is on the cards or rows of a page, from top to bottom."""
    return [unescape(name) for name in re.findall(r'<h2><(?:a|bdi) class="name"[^>]*>([^<]*)<', text(response))]


def send(client: Client, path: str, *, page: str = "", **form: Any) -> Any:
    """Send a form with the token that the page of this address has, and go where it leads."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', text(client.get(page or path.partition("?")[0])))
    assert found
    return client.post(path, {"csrfmiddlewaretoken": found[1]} | form, follow=True)


def request_of(follower: Account, target: Account) -> int:
    """The id of the request that waits."""
    return int(follower.follows_out.get(target=target).pk)  # type: ignore[attr-defined]
