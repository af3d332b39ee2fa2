"""Rate limits: fixed windows, their headers, and what counts against which (mastodon.md §5.7)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings

from accounts import attempts, limits
from accounts.models import Account
from tests.factories import PASSWORD

NOON = datetime(2026, 8, 21, 12, 1, 0, 123456, tzinfo=UTC)
MY_ACCOUNT = "/api/v1/accounts/verify_credentials"


@pytest.fixture(autouse=True)
def limited(tmp_path: Path) -> Any:
    """Limits are on, counted in a cache of the test's own, and the time stands still."""
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(RATE_LIMITS=True, CACHES={"default": file}), time_machine.travel(NOON, tick=False):
        yield


def at_most(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    monkeypatch.setattr(limits, name, getattr(limits, name)._replace(most=most))


def guesses_at_most(monkeypatch: pytest.MonkeyPatch, **bounds: int) -> None:
    changed = {name: getattr(attempts.PAGE, name)._replace(most=most) for name, most in bounds.items()}
    monkeypatch.setattr(attempts, "PAGE", attempts.PAGE._replace(**changed))


def told(answer: Any) -> tuple[int, int]:
    return int(answer["X-RateLimit-Limit"]), int(answer["X-RateLimit-Remaining"])


def test_every_answer_says_what_is_left(mastodon: Callable[..., Any], alice: Account) -> None:
    client = mastodon(alice)

    assert told(client.get(MY_ACCOUNT)) == (300, 299)
    second = client.get(MY_ACCOUNT)
    assert told(second) == (300, 298)
    assert second["X-RateLimit-Reset"] == "2026-08-21T12:05:00.123456Z"


@pytest.mark.parametrize(
    ("path", "status"),
    [(MY_ACCOUNT, 401), ("/api/v1/nowhere", 404), ("/api/v1/accounts/0", 404), ("/api/v2/instance", 200)],
)
def test_errors_and_public_answers_carry_the_headers_too(mastodon: Callable[..., Any], path: str, status: int) -> None:
    answer = mastodon().get(path)

    assert answer.status_code == status
    assert told(answer) == (300, 299)


def test_nonsense_is_counted_as_well(mastodon: Callable[..., Any], alice: Account) -> None:
    answer = mastodon(alice).post("/api/v1/follow_requests/1/authorize", b"{", content_type="application/json")

    assert answer.status_code == 400
    assert told(answer) == (300, 299)


def test_a_used_up_limit_is_429_until_the_next_window(
    mastodon: Callable[..., Any], alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_most(monkeypatch, "TOKEN", 2)
    client = mastodon(alice)

    assert [client.get(MY_ACCOUNT).status_code for _ in range(2)] == [200, 200]
    refused = client.get(MY_ACCOUNT)
    assert (refused.status_code, refused.json()) == (429, {"error": "Too many requests"})
    assert told(refused) == (2, 0)
    with time_machine.travel(datetime(2026, 8, 21, 12, 4, 59, tzinfo=UTC), tick=False):
        late = client.get(MY_ACCOUNT)
        assert (late.status_code, late["X-RateLimit-Reset"]) == (429, "2026-08-21T12:05:00.000000Z")
    with time_machine.travel(datetime(2026, 8, 21, 12, 5, tzinfo=UTC), tick=False):
        assert client.get(MY_ACCOUNT).status_code == 200


def test_all_tokens_of_an_account_share_a_limit(
    mastodon: Callable[..., Any], alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_most(monkeypatch, "ACCOUNT", 2)

    assert [mastodon(alice).get(MY_ACCOUNT).status_code for _ in range(3)] == [200, 200, 429]


def test_an_unknown_token_counts_against_its_address(
    mastodon: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_most(monkeypatch, "ADDRESS", 1)
    client = Client(headers={"Authorization": "Bearer guessed"})

    assert [client.get(MY_ACCOUNT).status_code for _ in range(2)] == [401, 429]
    assert client.get(MY_ACCOUNT, REMOTE_ADDR="192.0.2.7").status_code == 401


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("not:an:address", "not:an:address"),
    ],
)
def test_the_neighbours_of_an_ipv6_address_count_together(address: str, key: str) -> None:
    assert limits.neighbourhood(address) == key


def test_further_pages_have_a_limit_of_their_own(
    mastodon: Callable[..., Any], alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_most(monkeypatch, "PAGING", 1)
    client = mastodon(alice)

    assert [client.get("/api/v1/follow_requests?max_id=5").status_code for _ in range(2)] == [200, 429]
    assert client.get("/api/v1/follow_requests").status_code == 200


def test_further_pages_are_counted_by_account(
    mastodon: Callable[..., Any], alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_most(monkeypatch, "PAGING", 1)

    pages = [mastodon(account).get("/api/v1/follow_requests?max_id=5") for account in (alice, alice, bob)]
    assert [page.status_code for page in pages] == [200, 429, 200]


def test_of_two_limits_that_are_used_up_the_longer_wait_is_told(
    client: Client, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits as long as they were told gets through."""
    guesses_at_most(monkeypatch, address=1, account=1)

    def guess() -> Any:
        return client.post("/auth/sign_in", {"username": "alice", "password": "wrong"})

    assert guess().status_code == 200
    assert "Please try again in 59 minutes." in guess().content.decode()


def test_a_limit_that_is_merely_reached_is_not_told_for_one_that_is_used_up(
    mastodon: Callable[..., Any], alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_most(monkeypatch, "TOKEN", 3)
    at_most(monkeypatch, "PAGING", 2)
    client = mastodon(alice)

    pages = [client.get("/api/v1/follow_requests?max_id=5") for _ in range(3)]
    assert [page.status_code for page in pages] == [200, 200, 429]
    assert (told(pages[2]), pages[2]["X-RateLimit-Reset"]) == ((2, 0), "2026-08-21T12:15:00.123456Z")


def test_five_apps_may_be_registered_from_an_address(mastodon: Callable[..., Any]) -> None:
    app = {"client_name": "Story", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
    answers = [mastodon().post("/api/v1/apps", app) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert told(answers[0]) == (5, 4)
    assert mastodon().get("/api/v1/apps", app).status_code == 404  # reading is not counted with it


def test_oauth_has_no_limit(mastodon: Callable[..., Any]) -> None:
    assert "X-RateLimit-Limit" not in mastodon().post("/oauth/token", {}).headers


def test_new_follows_are_limited_by_the_day(
    mastodon: Callable[..., Any], alice: Account, bob: Account, carol: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_most(monkeypatch, "FOLLOWS", 1)
    client = mastodon(alice)
    followed = client.post(f"/api/v1/accounts/{bob.pk}/follow")
    refused = client.post(f"/api/v1/accounts/{carol.pk}/follow")

    assert (followed.status_code, told(followed)) == (200, (1, 0))
    assert followed["X-RateLimit-Reset"] == "2026-08-22T00:00:00.123456Z"
    assert (refused.status_code, refused.json(), told(refused)) == (429, {"error": "Too many requests"}, (1, 0))
    assert not client.get(f"/api/v1/accounts/relationships?id={carol.pk}").json()[0]["requested"]


def test_following_again_costs_nothing_and_unfollowing_gives_nothing_back(
    mastodon: Callable[..., Any], alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_most(monkeypatch, "FOLLOWS", 2)
    client = mastodon(alice)
    path = f"/api/v1/accounts/{bob.pk}"

    assert told(client.post(f"{path}/follow")) == (2, 1)
    assert told(client.post(f"{path}/follow", {"notify": True})) == (2, 1)
    client.post(f"{path}/unfollow")
    assert told(client.post(f"{path}/follow")) == (2, 0)


def test_a_refused_follow_costs_nothing(mastodon: Callable[..., Any], alice: Account) -> None:
    client = mastodon(alice)
    client.post(f"/api/v1/accounts/{alice.pk}/follow")

    assert limits.look(limits.FOLLOWS, alice.pk).remaining == 400


def test_the_follow_limit_is_told_only_when_less_is_left_of_it(
    mastodon: Callable[..., Any], alice: Account, bob: Account
) -> None:
    assert told(mastodon(alice).post(f"/api/v1/accounts/{bob.pk}/follow")) == (300, 299)


def test_guessing_a_password_is_limited_by_account_and_by_address(
    client: Client, alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    guesses_at_most(monkeypatch, account=2)

    def sign_in(name: str, password: str, address: str) -> Any:
        return client.post("/auth/sign_in", {"username": name, "password": password}, REMOTE_ADDR=address)

    assert sign_in("alice", "wrong", "192.0.2.1").status_code == 200
    assert sign_in("alice@example.org", "wrong", "192.0.2.2").status_code == 200
    refused = sign_in("ALICE", PASSWORD, "192.0.2.3")
    assert refused.status_code == 429
    assert re.search(r"Please try again in \d+ minutes\.", refused.content.decode())
    assert sign_in("bob", PASSWORD, "192.0.2.3").status_code == 302

    guesses_at_most(monkeypatch, address=0)
    assert sign_in("nobody", "wrong", "192.0.2.3").status_code == 429


def test_switched_off_nothing_is_counted_or_told(mastodon: Callable[..., Any], alice: Account) -> None:
    with override_settings(RATE_LIMITS=False, CACHES={}):
        answer = mastodon(alice).get(MY_ACCOUNT)

    assert (answer.status_code, "X-RateLimit-Limit" in answer.headers) == (200, False)
