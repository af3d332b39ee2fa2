"""Blocking people, and whole servers (mastodon.md §3.3, §3.4, §5.5)."""

from typing import Any

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.models import Block, DomainBlock, Notice
from tests.compat_mastodon.conftest import Clients, ids, refusal
from tests.factories import AccountFactory


def block(client: Any, account: Account, verb: str = "block") -> Any:
    response = client.post(f"/api/v1/accounts/{account.pk}/{verb}")
    assert response.status_code == 200
    return response.json()


def stranger(name: str = "dora", domain: str = "other.example") -> Account:
    return Account.objects.create(username=name, domain=domain)


def test_a_block_cuts_every_tie_with_its_notices(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))

    ties = block(mastodon(alice), bob)
    assert (ties["blocking"], ties["following"], ties["followed_by"]) == (True, False, False)
    assert not Notice.objects.exists()
    assert mastodon().get(f"/api/v1/accounts/{bob.pk}").json()["followers_count"] == 0


def test_blocking_again_or_oneself_changes_nothing(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice)
    first = block(client, bob)

    assert block(client, bob) == first
    assert block(client, alice)["blocking"] is False
    assert Block.objects.count() == 1


def test_unblocking_brings_nothing_back(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    client = mastodon(alice)
    block(client, bob)

    ties = block(client, bob, "unblock")
    assert (ties["blocking"], ties["followed_by"]) == (False, False)
    assert block(client, bob, "unblock") == ties


def test_the_newest_block_comes_first(mastodon: Clients, alice: Account) -> None:
    others = [AccountFactory() for _ in range(4)]
    client = mastodon(alice)
    for other in others:
        block(client, other)
    people.suspend(others[0].pk)

    assert ids(client.get("/api/v1/blocks")) == [other.pk for other in others[:0:-1]]
    rows = list(Block.objects.order_by("-pk").values_list("pk", flat=True))
    page = client.get("/api/v1/blocks", {"limit": 1, "max_id": rows[0]})
    assert ids(page) == [others[2].pk]
    base = "http://testserver/api/v1/blocks?limit=1"
    assert page.headers["Link"] == f'<{base}&max_id={rows[1]}>; rel="next", <{base}&since_id={rows[1]}>; rel="prev"'


def test_nobody_sees_the_blocks_of_others(mastodon: Clients, alice: Account, bob: Account) -> None:
    block(mastodon(alice), bob)

    assert ids(mastodon(bob).get("/api/v1/blocks")) == []


@pytest.mark.parametrize("kind", ["json", "form", "query"])
def test_a_server_is_blocked_with_all_its_people(mastodon: Clients, alice: Account, kind: str) -> None:
    dora, eve = stranger(), stranger("eve")
    graph.follow(alice.pk, dora.pk, Actor(alice.pk, "test"))
    graph.accept(dora.pk, alice.pk, graph.Actor(dora.pk, "test"))
    graph.follow(eve.pk, alice.pk, Actor(eve.pk, "test"))
    people.change(alice.pk, locked=True)
    graph.follow(dora.pk, alice.pk, Actor(dora.pk, "test"))
    client, path = mastodon(alice), "/api/v1/domain_blocks"
    preview = client.get(f"{path}/preview", {"domain": "Other.Example"})
    assert preview.json() == {"following_count": 1, "followers_count": 1}

    response = {
        "json": lambda: client.post(path, {"domain": "other.example"}),
        "form": lambda: client.post(path, "domain=Other.Example.", content_type="application/x-www-form-urlencoded"),
        "query": lambda: client.post(f"{path}?domain=other.example"),
    }[kind]()

    assert (response.status_code, response.json()) == (200, {})
    assert client.get(path).json() == ["other.example"]
    for other in (dora, eve):
        (ties,) = client.get("/api/v1/accounts/relationships", {"id": other.pk}).json()
        assert ties["domain_blocking"] is True
        assert not any(ties[tie] for tie in ("following", "requested", "followed_by", "requested_by"))
    assert refusal(client.post(f"/api/v1/accounts/{dora.pk}/follow")) == (403, "This action is not allowed")


def test_a_server_is_unblocked_by_query_or_form(mastodon: Clients, alice: Account) -> None:
    client, path = mastodon(alice), "/api/v1/domain_blocks"
    for domain in ("a.example", "b.example"):
        client.post(path, {"domain": domain})
        client.post(path, {"domain": domain})

    assert client.delete(f"{path}?domain=a.example").json() == {}
    form = client.delete(path, "domain=b.example", content_type="application/x-www-form-urlencoded")
    assert form.json() == {}
    assert client.delete(path, {"domain": "never.example"}).status_code == 200
    assert client.get(path).json() == []


def test_blocked_servers_come_in_pages(mastodon: Clients, alice: Account) -> None:
    client, path = mastodon(alice), "/api/v1/domain_blocks"
    for number in range(3):
        client.post(path, {"domain": f"s{number}.example"})
    rows = list(DomainBlock.objects.order_by("-pk").values_list("pk", flat=True))

    page = client.get(path, {"limit": 2})
    assert page.json() == ["s2.example", "s1.example"]
    assert f"max_id={rows[1]}" in page.headers["Link"]
    assert client.get(path, {"max_id": rows[1]}).json() == ["s0.example"]


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        ("", "Domain can't be blank"),
        ("  ", "Domain can't be blank"),
        ("a b", "Domain is not a valid domain name"),
        ("-x-", "Domain is not a valid domain name"),
        ("x..y", "Domain is not a valid domain name"),
        ("https://a.example/", "Domain is not a valid domain name"),
        ("a." * 200 + "example", "Domain is not a valid domain name"),
        ("a\n", None),
    ],
)
def test_what_is_no_server_is_refused(mastodon: Clients, alice: Account, domain: str, text: str | None) -> None:
    response = mastodon(alice).post("/api/v1/domain_blocks", {"domain": domain})

    assert response.status_code == (422 if text else 200)
    assert not text or response.json()["error"] == f"Validation failed: {text}"
