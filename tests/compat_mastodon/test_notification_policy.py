"""What somebody wants to be notified of, and whom that keeps aside (mastodon.md §3.7, §5.9)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access import Actor
from accounts.models import Account
from follows import graph, marks

POLICY, LIST, REQUESTS = "/api/v2/notifications/policy", "/api/v1/notifications", "/api/v1/notifications/requests"
DEFAULT = {
    "for_not_following": "accept",
    "for_not_followers": "accept",
    "for_new_accounts": "accept",
    "for_private_mentions": "filter",
    "for_limited_accounts": "filter",
    "for_bots": "accept",
    "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
}


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_rule_is_changed_and_the_others_stay(mastodon: Any, bob: Account, method: str) -> None:
    client = mastodon(bob)
    changed = getattr(client, method)(POLICY, {"for_bots": "drop"}, content_type="application/json")

    assert changed.json() == client.get(POLICY).json() == DEFAULT | {"for_bots": "drop"}


def test_another_word_is_refused(mastodon: Any, bob: Account) -> None:
    answer = mastodon(bob).patch(POLICY, {"for_bots": "perhaps"})

    assert (answer.status_code, list(answer.json())) == (422, ["error"])
    assert mastodon(bob).get(POLICY).json() == DEFAULT


def test_the_first_version_speaks_of_filtering_alone(mastodon: Any, bob: Account) -> None:
    client = mastodon(bob)
    client.patch(POLICY, {"for_bots": "drop"})
    path = f"{LIST}/policy"

    assert client.get(path).json() == {
        "filter_not_following": False,
        "filter_not_followers": False,
        "filter_new_accounts": False,
        "filter_private_mentions": True,
        "filter_bots": True,
        "summary": DEFAULT["summary"],
    }
    client.put(path, {"filter_bots": False, "filter_new_accounts": True}, content_type="application/json")
    assert client.get(POLICY).json() == DEFAULT | {"for_new_accounts": "filter"}


def set_rule(mastodon: Any, account: Account, **rules: str) -> None:
    assert mastodon(account).patch(POLICY, rules).status_code == 200


@pytest.mark.parametrize("rule", ["for_not_following", "for_not_followers", "for_new_accounts"])
def test_filtered_followers_are_kept_aside(mastodon: Any, alice: Account, bob: Account, rule: str) -> None:
    set_rule(mastodon, bob, **{rule: "filter"})
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    client = mastodon(bob)

    assert client.get(LIST).json() == []
    assert client.get("/api/v2/notifications").json()["notification_groups"] == []
    for query in ("include_filtered=true", f"account_id={alice.pk}"):
        (told,) = client.get(f"{LIST}?{query}").json()
        assert told["filtered"] is True
    assert client.get(POLICY).json()["summary"] == {"pending_requests_count": 1, "pending_notifications_count": 1}
    assert len(client.get(f"/api/v1/accounts/{bob.pk}/followers").json()) == 1


def test_dropped_followers_are_not_even_kept(mastodon: Any, alice: Account, bob: Account) -> None:
    set_rule(mastodon, bob, for_not_following="drop", for_new_accounts="filter")
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))

    assert mastodon(bob).get(f"{LIST}?include_filtered=true").json() == []
    assert mastodon(bob).get(REQUESTS).json() == []


def test_a_rule_leaves_alone_whom_it_does_not_mean(mastodon: Any, alice: Account, bob: Account) -> None:
    set_rule(mastodon, bob, for_not_following="drop", for_new_accounts="drop", for_bots="drop")
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))

    assert len(mastodon(bob).get(LIST).json()) == 1


def test_an_account_is_new_for_a_month(mastodon: Any, alice: Account, bob: Account) -> None:
    set_rule(mastodon, bob, for_new_accounts="drop")
    Account.objects.filter(pk=alice.pk).update(created_at=timezone.now() - timedelta(days=31))
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))

    assert len(mastodon(bob).get(LIST).json()) == 1


def test_bots_are_told_apart(mastodon: Any, alice: Account, mallory: Account, bob: Account) -> None:
    set_rule(mastodon, bob, for_bots="filter")
    Account.objects.filter(pk=mallory.pk).update(bot=True)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(mallory.pk, bob.pk, Actor(mallory.pk, "test"))

    assert [item["account"]["username"] for item in mastodon(bob).get(LIST).json()] == ["alice"]


def test_a_filtered_request_still_waits_and_makes_no_entry(mastodon: Any, alice: Account, carol: Account) -> None:
    set_rule(mastodon, carol, for_not_following="filter")
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    client = mastodon(carol)

    assert client.get(LIST).json() == client.get(REQUESTS).json() == []
    assert len(client.get("/api/v1/follow_requests").json()) == 1


@pytest.fixture
def kept(mastodon: Any, alice: Account, mallory: Account, bob: Account) -> list[str]:
    """alice and mallory follow bob, who keeps both aside; the ids of the entries, newest first."""
    set_rule(mastodon, bob, for_not_following="filter")
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(mallory.pk, bob.pk, Actor(mallory.pk, "test"))
    return [item["id"] for item in mastodon(bob).get(REQUESTS).json()]


def test_who_is_kept_aside_is_listed(mastodon: Any, bob: Account, kept: list[str]) -> None:
    client = mastodon(bob)
    page = client.get(f"{REQUESTS}?limit=1")
    (entry,) = page.json()

    assert list(entry) == ["id", "created_at", "updated_at", "notifications_count", "account", "last_status"]
    assert (entry["notifications_count"], entry["account"]["username"]) == ("1", "mallory")
    assert client.get(f"{REQUESTS}/{kept[0]}").json() == entry
    assert page.headers["Link"] == (
        f'<http://testserver{REQUESTS}?limit=1&max_id={kept[0]}>; rel="next", '
        f'<http://testserver{REQUESTS}?limit=1&min_id={kept[0]}>; rel="prev"'
    )
    assert client.get(f"{REQUESTS}/merged").json() == {"merged": True}


def test_an_accepted_sender_is_told_and_stays_so(
    mastodon: Any, alice: Account, bob: Account, mallory: Account, kept: list[str]
) -> None:
    client = mastodon(bob)

    assert client.post(f"{REQUESTS}/{kept[1]}/accept").json() == {}
    assert [item["account"]["username"] for item in client.get(LIST).json()] == ["alice"]
    assert [item["id"] for item in client.get(REQUESTS).json()] == kept[:1]
    client.post(f"{LIST}/clear")
    mastodon(alice).post(f"/api/v1/accounts/{bob.pk}/unfollow")
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    assert [item["account"]["username"] for item in client.get(LIST).json()] == ["alice"]


def test_a_dismissed_sender_is_forgotten(mastodon: Any, bob: Account, kept: list[str]) -> None:
    client = mastodon(bob)

    assert client.post(f"{REQUESTS}/{kept[0]}/dismiss").json() == {}
    assert client.post(f"{REQUESTS}/{kept[0]}/dismiss").status_code == 404
    assert [item["id"] for item in client.get(REQUESTS).json()] == kept[1:]
    assert client.get(LIST).json() == []


@pytest.mark.parametrize(("verb", "told"), [("accept", 2), ("dismiss", 0)])
def test_several_are_decided_at_once(mastodon: Any, bob: Account, kept: list[str], verb: str, told: int) -> None:
    client = mastodon(bob)

    assert client.post(f"{REQUESTS}/{verb}", {"id": [*kept, "nonsense", "2147483647"]}).json() == {}
    assert client.get(REQUESTS).json() == []
    assert len(client.get(LIST).json()) == told


def test_nobody_decides_for_another(mastodon: Any, mallory: Account, bob: Account, kept: list[str]) -> None:
    other = mastodon(mallory)

    assert other.get(f"{REQUESTS}/{kept[0]}").status_code == 404
    assert other.post(f"{REQUESTS}/{kept[0]}/accept").status_code == 404
    assert other.post(f"{REQUESTS}/dismiss", {"id": kept}).json() == {}
    assert len(mastodon(bob).get(REQUESTS).json()) == 2


def test_clearing_takes_what_is_kept_aside_too(mastodon: Any, bob: Account, kept: list[str]) -> None:
    mastodon(bob).post(f"{LIST}/clear")

    assert mastodon(bob).get(REQUESTS).json() == []


def test_of_a_muted_account_nothing_is_told(mastodon: Any, alice: Account, mallory: Account, bob: Account) -> None:
    marks.mute(bob.pk, alice.pk)
    marks.mute(bob.pk, mallory.pk, notices_too=False)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(mallory.pk, bob.pk, Actor(mallory.pk, "test"))

    assert [item["account"]["username"] for item in mastodon(bob).get(LIST).json()] == ["mallory"]
