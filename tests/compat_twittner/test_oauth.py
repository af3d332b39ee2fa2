"""Social logins (twittner.md §2.1), against a server that answers as Google and Facebook do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts import people
from accounts.models import Account, Identity, SecondFactor
from tests.compat_twittner import networks
from tests.compat_twittner.conftest import Twittner
from tests.factories import PASSWORD, AccountFactory

Phone = Callable[..., Twittner]
KINDS = pytest.mark.parametrize("kind", ["google", "facebook"])
NEEDS_A_CODE = {
    "code": 402,
    "message": "Please sign in with your password, followed by the code of your second factor",
    "data": [],
}
UNAVAILABLE = {"code": 500, "message": "API Error – API unavailable", "data": []}


def sign_in(phone: Twittner, kind: str, **facts: Any) -> dict[str, Any]:
    return phone.post("oauth", type=kind, access_token=networks.token(**facts))


@KINDS
def test_a_first_login_makes_an_account(twittner: Phone, social_networks: None, kind: str) -> None:
    answer = sign_in(twittner(), kind, email="zoe@example.org", first="Zoe", last="Kuhn")

    user = answer["data"]["user"]
    assert (user["first_name"], user["last_name"], user["email"]) == ("Zoe", "Kuhn", "zoe@example.org")
    assert user["user_name"].startswith(f"{kind[:2] if kind == 'google' else 'fb'}_")
    assert Twittner(answer["auth"]["auth_token"]).get("get_priv_settings")["code"] == 200


@KINDS
def test_later_logins_find_it_again_even_with_another_address(
    twittner: Phone, social_networks: None, kind: str
) -> None:
    first = sign_in(twittner(), kind, email="zoe@example.org")["data"]["id"]

    assert sign_in(twittner(), kind, email="new@example.org")["data"]["id"] == first
    assert sign_in(twittner(), kind, email="")["data"]["id"] == first
    assert Account.objects.count() == 1


@KINDS
def test_without_an_address_there_is_a_placeholder(twittner: Phone, social_networks: None, kind: str) -> None:
    user = sign_in(twittner(), kind)["data"]["user"]

    assert user["email"] == f"{user['user_name']}@{kind}.com"
    assert user["first_name"]


def test_an_address_that_both_sides_know_for_proven_signs_in_to_its_account(
    twittner: Phone, social_networks: None, alice: Account
) -> None:
    people.prove_email(alice.pk)

    assert sign_in(twittner(), "google", email="ALICE@example.org")["data"]["id"] == alice.pk


@pytest.mark.parametrize("spelled", ["zoe@bücher.example", "zoe@xn--bcher-kva.example"])
def test_the_address_may_be_spelled_otherwise(twittner: Phone, social_networks: None, spelled: str) -> None:
    zoe = AccountFactory(email="Zoe@BÜCHER.example")
    people.prove_email(zoe.pk)

    assert sign_in(twittner(), "google", email=spelled)["data"]["id"] == zoe.pk
    assert sign_in(twittner(), "facebook", email=spelled)["data"]["id"] != zoe.pk
    assert Account.objects.filter(email__contains="cher").count() == 1


@KINDS
def test_an_address_that_was_never_proven_here_opens_no_account_of_somebody_else(
    twittner: Phone, social_networks: None, kind: str
) -> None:
    squatter = AccountFactory(username="squatter", email="victim@example.org")
    phone = twittner(squatter)
    victim = sign_in(twittner(), kind, email="Victim@example.org")["data"]

    assert victim["id"] != squatter.pk
    assert phone.get("get_priv_settings")["code"] == 200  # it stays the squatter's own
    assert twittner().post("login", email="victim@example.org", password=PASSWORD).get("data") != victim


def test_who_proves_an_address_takes_it_from_who_only_claims_it(twittner: Phone, social_networks: None) -> None:
    squatter = AccountFactory(username="squatter", email="victim@example.org")
    victim = sign_in(twittner(), "google", email="victim@example.org")["data"]["user"]

    assert victim["email"] == "victim@example.org"
    assert Account.objects.get(pk=victim["user_id"]).email_proven_at
    squatter.refresh_from_db()
    assert squatter.email == ""
    assert twittner().post("login", email="victim@example.org", password=PASSWORD)["code"] == 402


@KINDS
def test_it_is_no_way_around_a_second_factor(twittner: Phone, social_networks: None, kind: str) -> None:
    account = sign_in(twittner(), kind, email="zoe@example.org")["data"]["id"]
    SecondFactor.objects.create(account_id=account, key=b"x" * 20, confirmed_at=timezone.now())

    assert sign_in(twittner(), kind, email="zoe@example.org") == NEEDS_A_CODE


def test_nor_is_a_proven_address(twittner: Phone, social_networks: None, alice: Account) -> None:
    people.prove_email(alice.pk)
    SecondFactor.objects.create(account=alice, key=b"x" * 20, confirmed_at=timezone.now())

    assert sign_in(twittner(), "google", email=alice.email) == NEEDS_A_CODE
    assert not Identity.objects.exists()


def test_the_word_of_facebook_proves_no_address(twittner: Phone, social_networks: None, alice: Account) -> None:
    people.prove_email(alice.pk)
    user = sign_in(twittner(), "facebook", email=alice.email)["data"]["user"]

    assert int(user["user_id"]) != alice.pk
    assert user["email"] == f"{user['user_name']}@facebook.com"
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_an_account_that_its_owner_wants_deleted_is_kept(
    twittner: Phone, social_networks: None, alice: Account
) -> None:
    people.prove_email(alice.pk)
    people.ask_to_leave(alice.pk)

    assert sign_in(twittner(), "google", email=alice.email)["code"] == 200
    alice.refresh_from_db()
    assert alice.is_active


def test_a_changed_address_is_no_longer_proven(twittner: Phone, social_networks: None, alice: Account) -> None:
    people.prove_email(alice.pk)
    people.change(alice.pk, email="victim@example.org")

    assert sign_in(twittner(), "google", email="victim@example.org")["data"]["id"] != alice.pk


def test_an_address_that_google_does_not_vouch_for_counts_for_nothing(
    twittner: Phone, social_networks: None, alice: Account
) -> None:
    assert sign_in(twittner(), "google", email=alice.email, verified=False)["data"]["id"] != alice.pk


@KINDS
def test_a_token_made_for_another_site_does_not_sign_in(
    twittner: Phone, social_networks: None, alice: Account, kind: str
) -> None:
    answer = sign_in(twittner(), kind, email=alice.email, app="another site")

    assert answer["code"] == 402
    assert answer["error"]


def test_a_social_login_signs_the_account_out_of_other_phones(
    twittner: Phone, social_networks: None, alice: Account
) -> None:
    people.prove_email(alice.pk)
    phone = twittner(alice)
    sign_in(twittner(), "google", email=alice.email)

    assert phone.get("get_priv_settings")["code"] == 401


@KINDS
def test_a_closed_server_knows_its_own_and_takes_nobody_new(
    twittner: Phone, social_networks: None, settings: Any, alice: Account, kind: str
) -> None:
    settings.REGISTRATIONS_OPEN = False
    Identity.objects.create(account=alice, provider=kind, subject="7")

    assert sign_in(twittner(), kind, id="7", email=alice.email)["code"] == 200
    answer = sign_in(twittner(), kind, id="8", email="zoe@example.org")
    assert answer == {"code": 400, "message": "Registrations are closed on this server", "data": []}
    assert Account.objects.count() == 1


@KINDS
def test_a_network_that_is_not_configured_is_unavailable(twittner: Phone, kind: str) -> None:
    assert sign_in(twittner(), kind, email="zoe@example.org") == UNAVAILABLE


@pytest.mark.parametrize("facts", [{"broken": True}, {"garbled": True}, {"id": ""}])
def test_a_network_out_of_order_is_unavailable(twittner: Phone, social_networks: None, facts: dict[str, Any]) -> None:
    assert sign_in(twittner(), "google", **facts) == UNAVAILABLE


def test_a_network_that_does_not_answer_is_unavailable(twittner: Phone, social_networks: None, settings: Any) -> None:
    settings.GOOGLE_TOKEN_API = "http://127.0.0.1:1"

    assert sign_in(twittner(), "google") == UNAVAILABLE
