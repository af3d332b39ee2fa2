"""Verbs for the stories of the extension."""

from typing import Any

from accounts.access import Actor
from accounts.models import Account
from follows import graph

V1 = "/api/latchkey/v1"


def by(account: Account | int) -> Actor:
    return Actor(getattr(account, "pk", account), "test")


def ask(target: Account, *followers: Account | int, note: str = "") -> None:
    for follower in followers:
        pk = follower if isinstance(follower, int) else follower.pk
        graph.follow(pk, target.pk, by(pk), note=note)


def ties(client: Any, account: Account) -> dict[str, Any]:
    """The client's relationship with the account."""
    (found,) = client.get(f"/api/v1/accounts/relationships?id[]={account.pk}").json()
    return dict(found)


def wrong(response: Any) -> set[str]:
    """The fields that a 422 blames, in the shape of the door's errors."""
    body = response.json()
    assert response.status_code == 422, response.content
    assert body["error"].startswith("Validation failed: ")
    for faults in body["details"].values():
        assert faults
        assert all(fault.keys() == {"error", "description"} for fault in faults)
    return set(body["details"])


def walk(client: Any, path: str, between: Any = lambda: None) -> list[Any]:
    """All pages of a list; `between` runs after each."""
    found: list[Any] = []
    there: str | None = path
    while there:
        response = client.get(there)
        assert response.status_code == 200, response.content
        found += response.json()
        link = response.headers.get("Link", "")
        assert not link or link.endswith('; rel="next"')
        there = link.partition(">")[0].removeprefix("<") or None
        between()
    return found
