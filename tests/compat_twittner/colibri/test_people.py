"""What becomes of accounts: names, addresses, passwords, states, settings."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import bcrypt
import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from accounts import credentials, lookup
from accounts.models import Account, BadgeRequest, Verification
from accounts.searching import SearchText
from tests.compat_twittner.colibri.conftest import Told
from tests.compat_twittner.colibri.dumps import HASH, NOW, PASSWORD, Network
from tests.compat_twittner.conftest import Twittner

Importing = Callable[..., Told]
Phone = Callable[..., Twittner]


def test_everything_that_a_profile_says_comes_along(importing: Importing) -> None:
    network = Network()
    network.user(
        "ann",
        fname="Zo&euml;",
        lname="O&#039;Neil &amp;amp; Co",
        about="1 &lt; 2\\r\\n&amp;lt;3",
        gender="F",
        website="https://example.org/?a=1&amp;copy=2",
        country_id=161,
        language="german",
        profile_privacy="nobody",
        follow_privacy="approved",
        contact_privacy="followed",
        index_privacy="N",
        verified="1",
        joined="1600000000",
        last_active="1650000000",
    )
    importing(network)
    ann = Account.objects.get(pk=1)

    assert (ann.first_name, ann.last_name) == ("Zoë", "O'Neil &amp; Co")
    assert ann.display_name == "Zoë O'Neil &amp; Co"
    assert ann.note == "1 < 2\\r\\n&lt;3"
    assert (ann.gender, ann.website, ann.language) == ("F", "https://example.org/?a=1&copy=2", "german")
    assert (ann.country, ann.email, ann.verification) == ("nf", "ann@example.org", Verification.VERIFIED)
    assert (ann.profile_privacy, ann.locked, ann.contact_privacy, ann.noindex) == ("followers", True, "followed", True)
    assert ann.created_at == datetime.fromtimestamp(1600000000, UTC)
    assert ann.last_active_at == datetime.fromtimestamp(1650000000, UTC)
    assert (ann.is_staff, ann.is_superuser, ann.email_proven_at, ann.avatar.name) == (False, False, None, "")
    assert SearchText.objects.filter(account=1, handle__contains="ann").exists()


@pytest.mark.parametrize("time", ["0", "", "25", "soon", "99999999999", "-1"])
def test_a_time_that_nobody_knows_is_the_day_of_the_import(importing: Importing, time: str) -> None:
    network = Network()
    network.user("ann", joined=time, last_active=time)
    importing(network)
    ann = Account.objects.get(pk=1)
    assert abs(timezone.now() - ann.created_at) < timedelta(minutes=10)
    assert abs(timezone.now() - ann.last_active_at) < timedelta(minutes=10)


def test_an_address_comes_in_the_one_spelling_of_its_domain(importing: Importing) -> None:
    network = Network()
    network.user("ann", email="Ann@Bücher.example", last_active=str(NOW))
    network.user("bea", email="ann@xn--bcher-kva.example")
    told = importing(network)

    assert list(Account.objects.order_by("pk").values_list("email", flat=True)) == ["Ann@xn--bcher-kva.example", ""]
    assert told.first("email_taken") == ["2 bea"]


def test_of_one_address_the_account_that_was_active_last_keeps_it(importing: Importing) -> None:
    network = Network()
    network.user("ann", email="One@example.org", last_active="1600000001")
    network.user("bob", email="one@Example.org", last_active="1600000003")
    network.user("cem", email="one@example.org", last_active="0")
    network.user("dora", email="no address")
    told = importing(network)

    assert dict(Account.objects.values_list("username", "email")) == {
        "ann": "",
        "bob": "one@example.org",
        "cem": "",
        "dora": "",
    }
    assert told.first("email_taken") == ["1 ann", "3 cem"]
    assert told.first("email_invalid") == ["4 dora"]
    assert "example.org" not in str(told)


def test_names_stay_are_cleaned_or_made_unique(importing: Importing) -> None:
    network = Network()
    for username, active in (
        ("Ann", 5),
        ("ann", 9),
        ("Jörg Müller", 1),
        ("jorg_muller", 1),
        ("", 1),
        ("小白", 1),
        ("x" * 31, 1),
        ("user", 1),
        ("ann_1", 1),
    ):
        network.user(username, email="", last_active=str(1600000000 + active))
    told = importing(network)

    assert list(Account.objects.order_by("pk").values_list("username", flat=True)) == [
        "Ann_1_2",
        "ann",
        "Jorg_Muller_3",
        "jorg_muller",
        "user_5",
        "user_6",
        "x" * 30,
        "user",
        "ann_1",
    ]
    assert told.first("username_changed")[:3] == ["Ann → Ann_1_2", "Jörg Müller → Jorg_Muller_3", " → user_5"]
    assert told.kinds["username_changed"] == 5


def test_old_passwords_open_the_account_and_are_hashed_anew(
    importing: Importing, settings: Any, twittner: Phone
) -> None:
    long = "é" * 40  # 80 bytes, of which PHP looked at 72
    network = Network()
    network.user("ann")
    network.user("bob", password=bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode().replace("$2b$", "$2y$"))
    importing(network)
    assert Account.objects.get(pk=1).password.endswith(HASH)

    for wrong in ("", "wrong", f"{PASSWORD}\0", PASSWORD * 1000, f"{PASSWORD}x", "\ud800"):
        assert not Account.objects.get(pk=1).check_password(wrong)
        assert twittner().post("login", email="ann@example.org", password=wrong.replace("\ud800", "?"))["code"] == 402
    assert credentials.check("bob@example.org", long + "more").pk == 2
    assert twittner().post("login", email="ann@example.org", password=PASSWORD)["code"] == 200
    for pk in (1, 2):
        assert "bcrypt" not in Account.objects.get(pk=pk).password
    assert credentials.check("ann@example.org", PASSWORD).pk == 1


def test_the_server_knows_old_passwords_and_prefers_its_own() -> None:
    from config import settings as own

    assert own.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    assert own.PASSWORD_HASHERS[-1] == settings.PASSWORD_HASHERS[-1]


@pytest.mark.parametrize(
    "password",
    ["", "md5", "$2y$31$" + HASH[7:], "$AWojUmolQrzjWuPBYlYrE.SL31hN", HASH + "x"],
    ids=["nothing", "a word", "too many rounds", "cut off", "too long"],  # HASH differs from run to run
)
def test_a_password_that_is_no_bcrypt_hash_opens_nothing(importing: Importing, password: str) -> None:
    network = Network()
    network.user("ann", password=password)
    told = importing(network)
    assert told.first("password_unusable") == ["1 ann"]
    assert not Account.objects.get(pk=1).has_usable_password()
    assert not Account.objects.get(pk=1).check_password(PASSWORD)


def test_who_never_activated_is_unseen_and_who_was_banned_is_suspended(
    importing: Importing, network: Network, twittner: Phone
) -> None:
    ghost = network.user("ghost", active="0", joined="1600000000")
    rogue = network.user("rogue", active="2")
    network.follow(ghost, 1)
    network.follow(2, ghost)
    network.follow(rogue, 1)
    for account in (ghost, rogue):
        network.add("cl_sessions", user_id=str(account), session_id=f"{account}" * 82)
    told = importing(network)

    assert told.first("account_not_activated") == [f"{ghost} ghost"]
    assert told.kinds["connection_of_inactive_account"] == 2
    assert told.kinds["session_of_disabled_account"] == 2
    unseen = Account.objects.get(pk=ghost)
    assert (unseen.email, unseen.unconfirmed) == ("ghost@example.org", True)
    assert unseen.created_at == datetime.fromtimestamp(1600000000, UTC)
    assert Account.objects.get(pk=rogue).suspended_at
    for name in ("ghost", "rogue"):
        assert twittner().post("login", email=f"{name}@example.org", password=PASSWORD)["code"] == 402
        assert name not in str(twittner().get("search_people", query=name))
    assert twittner().get("profile", user_id=ghost)["code"] == 404
    with pytest.raises(lookup.NoSuchAccount):
        lookup.by_handle("ghost", "testserver")

    call_command("sweep")  # which deletes others that nobody confirmed for so long
    assert Account.objects.filter(pk=ghost).exists()


def test_administrators_are_only_reported(importing: Importing, network: Network) -> None:
    told = importing(network)
    assert told.first("administrator") == ["1 ann"]
    assert not Account.objects.filter(is_staff=True).exists()


def test_values_that_nobody_knows_become_the_usual_ones(importing: Importing) -> None:
    network = Network()
    network.user("ann", language="klingon", country_id=9999, gender="X", website="javascript:alert(1)", verified="2")
    told = importing(network)
    ann = Account.objects.get(pk=1)
    assert (ann.language, ann.country, ann.gender, ann.website) == ("english", "us", "M", "")
    assert ann.verification == Verification.REQUESTED
    assert told.first("language_unknown") == told.first("website_invalid") == ["1 ann"]
    assert told.first("verification_without_request") == ["1 ann"]


def test_rows_without_a_valid_id_are_left_out(importing: Importing) -> None:
    network = Network()
    network.user("ann")
    for pk in (0, -3, 2**31, 1):
        network.user("eve", id=pk)
    told = importing(network)
    assert told["tables"]["cl_users"] == {"read": 5, "imported": 1, "skipped": 4}
    assert told.kinds["invalid_id"] == 3
    assert told.kinds["duplicate_id"] == 1


def test_requests_for_the_badge_wait_for_a_moderator(importing: Importing) -> None:
    network = Network()
    ann, bob = network.user("ann", verified="2"), network.user("bob", verified="1")
    network.add("cl_verifications", user_id=ann, full_name="Ann", text_message="early", time=1600000000)
    network.add("cl_verifications", user_id=ann, full_name="Ann &amp; Co", text_message="late", time=1600000001)
    network.add("cl_verifications", user_id=bob, full_name="Bob", text_message="old")
    network.add("cl_verifications", user_id=99, full_name="Nobody")
    told = importing(network)

    asked = BadgeRequest.objects.get()
    assert (asked.account_id, asked.full_name, asked.message) == (ann, "Ann & Co", "late")
    assert Account.objects.get(pk=ann).verification == Verification.REQUESTED
    assert told["tables"]["cl_verifications"] == {"read": 4, "imported": 1, "skipped": 3}
    assert {"verification_twice", "verification_answered", "verification_without_account"} <= told.kinds.keys()


def test_twins_come_out_the_same_whatever_their_order(importing: Importing) -> None:
    network = Network()
    network.user("ANN", last_active=str(NOW))
    network.user("ann", last_active="garbage")
    importing(network)
    assert dict(Account.objects.values_list("pk", "username")) == {1: "ANN", 2: "ann_2"}


def test_bios_lead_to_the_people_whom_they_mention(importing: Importing) -> None:
    network = Network()
    network.user("ann", about="I am with @bob and @nobody")
    network.user("bob")
    importing(network)
    assert Account.objects.get(pk=1).note_mentions == {"bob": "bob"}
