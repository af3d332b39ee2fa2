"""What one door changes of an account, the other tells right at once: names, privacy, badges, its end."""

from collections.abc import Callable
from typing import Any

from accounts.access import Actor
from accounts.models import Account
from follows import graph
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_twittner.conftest import Twittner, twittner
from tests.factories import PASSWORD

__all__ = ["twittner"]

Phone = Callable[..., Twittner]


def seen_through_mastodon(account: Account, path: str = "") -> Any:
    return Mastodon().get(f"/api/v1/accounts/{account.pk}{path}").json()


def test_a_profile_saved_on_a_phone(twittner: Phone, alice: Account) -> None:
    seen_through_mastodon(alice)
    form = {"first_name": "Zoë", "last_name": "O'Neil", "about": "I <3 tea", "email": alice.email, "gender": "F"}
    twittner(alice).post("gen_settings", **form, country_id=1, website="", username="zoe")

    entity = seen_through_mastodon(alice)
    assert (entity["username"], entity["display_name"]) == ("zoe", "Zoë O'Neil")
    assert entity["note"] == "<p>I &lt;3 tea</p>"


def test_a_profile_saved_through_mastodon(twittner: Phone, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    twittner().get("fetch_followers", user_id=bob.pk)
    changes = {"display_name": "Zoë van Dijk", "note": "I <3\ntea", "locked": True}
    Mastodon(token_for(alice)).patch("/api/v1/accounts/update_credentials", changes)

    (item,) = twittner().get("fetch_followers", user_id=bob.pk)["data"]
    assert (item["fname"], item["lname"], item["about"]) == ("Zoë", "van Dijk", "I <3 tea")
    assert item["follow_privacy"] == "approved"


def test_pictures_chosen_on_a_phone(twittner: Phone, alice: Account, settings: Any, tmp_path: Any) -> None:
    from tests.compat_twittner.files import picture

    settings.MEDIA_ROOT = tmp_path
    phone = twittner(alice)
    avatar = phone.post("avatar", avatar=picture())["data"]["avatar_url"]
    header = phone.post("cover", cover=picture())["data"]["cover_url"]

    entity = seen_through_mastodon(alice)
    assert (entity["avatar"], entity["header"]) == (avatar, header)


def test_lists_for_followers_only_are_so_on_both_sides(twittner: Phone, alice: Account, bob: Account) -> None:
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    privacy = {"contact_privacy": "everyone", "search_visibility": "Y", "follow_privacy": "everyone"}
    twittner(alice).post("set_priv_settings", **privacy, profile_visibility="followers")

    assert seen_through_mastodon(alice, "/followers") == []
    assert len(Mastodon(token_for(bob)).get(f"/api/v1/accounts/{alice.pk}/followers").json()) == 1


def test_an_account_deleted_on_a_phone_is_gone_on_both_sides(
    twittner: Phone, alice: Account, bob: Account, carol: Account
) -> None:
    client, other = Mastodon(token_for(alice)), Mastodon(token_for(carol))
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    twittner(alice).post("delete_account", password=PASSWORD)

    assert "error" in seen_through_mastodon(alice)
    assert client.get("/api/v1/accounts/verify_credentials").status_code == 401
    entity = seen_through_mastodon(bob)
    assert (entity["followers_count"], entity["following_count"]) == (0, 0)
    assert other.get("/api/v1/follow_requests").json() == []
    assert twittner(carol).get("follow_requests")["code"] == 204
