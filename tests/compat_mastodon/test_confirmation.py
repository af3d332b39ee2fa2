"""People who sign up themselves prove their address before they can be used or seen (mastodon.md §3.5)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import counts, people
from accounts.models import Account
from follows.models import Approval, Block, Dismissal, Follow, KeptOut, ListMember, Mute, Note, Report
from tests.compat_mastodon.conftest import Clients, Mastodon, ids, refusal
from tests.compat_mastodon.test_registration import DORA, PATH
from tests.compat_twittner.conftest import Twittner, twittner
from tests.factories import PASSWORD, AccountFactory
from tests.mail_server import link_in

__all__ = ["twittner"]
App = Callable[..., Mastodon]
UNCONFIRMED = (403, "Your login is missing a confirmed e-mail address")


@pytest.fixture(autouse=True)
def _confirms(settings: Any) -> None:
    settings.CONFIRM_EMAIL = True


@pytest.fixture
def dora(app: App) -> Mastodon:
    """The client of somebody who has just signed up."""
    return Mastodon(app("read write follow push").post(PATH, DORA).json()["access_token"])


def newest_link() -> str:
    return link_in(str(mail.outbox[-1].body))


def test_a_new_account_waits_for_its_confirmation(dora: Mastodon) -> None:
    assert refusal(dora.get("/api/v1/accounts/verify_credentials")) == UNCONFIRMED
    assert refusal(dora.get("/api/v1/timelines/home")) == UNCONFIRMED
    assert refusal(dora.get("/api/v2/search?q=x")) == UNCONFIRMED
    assert dora.get("/api/v1/emails/check_confirmation").json() is False
    assert [message.to for message in mail.outbox] == [["dora@example.org"]]


def test_the_link_in_the_mail_confirms_it(dora: Mastodon, client: Client) -> None:
    page = client.get(newest_link())

    assert page.status_code == 200
    assert "Your e-mail address is confirmed" in page.content.decode()
    assert dora.get("/api/v1/emails/check_confirmation").json() is True
    assert dora.get("/api/v1/accounts/verify_credentials").json()["username"] == "dora"
    assert Account.objects.get().email_proven_at


def test_a_link_works_once(dora: Mastodon, client: Client) -> None:
    link = newest_link()
    client.get(link)

    page = client.get(link)
    assert page.status_code == 404
    assert "does not work any more" in page.content.decode()


@pytest.mark.parametrize("link", ["MQ/x-y", "%00/x", "é/x", "OTk5OTk5OTk5OTk5OTk5/x-y"])
def test_an_invented_link_confirms_nothing(dora: Mastodon, client: Client, link: str) -> None:
    assert client.get(f"/auth/confirmation/{link}").status_code == 404
    assert dora.get("/api/v1/emails/check_confirmation").json() is False


def test_to_look_whether_the_page_is_there_confirms_nothing(dora: Mastodon, client: Client) -> None:
    client.head(newest_link())

    assert dora.get("/api/v1/emails/check_confirmation").json() is False


def test_another_mail_can_be_asked_for(dora: Mastodon, client: Client) -> None:
    assert dora.post("/api/v1/emails/confirmations").json() == {}
    assert len(mail.outbox) == 2

    client.get(newest_link())
    assert dora.get("/api/v1/emails/check_confirmation").json() is True
    assert dora.post("/api/v1/emails/confirmations").json() == {}
    assert len(mail.outbox) == 2


def test_the_mail_may_go_to_another_address_which_ends_the_earlier_link(dora: Mastodon, client: Client) -> None:
    first = newest_link()
    assert dora.post("/api/v1/emails/confirmations", {"email": "other@example.org"}).json() == {}

    assert mail.outbox[-1].to == ["other@example.org"]
    assert client.get(first).status_code == 404
    assert client.get(newest_link()).status_code == 200
    assert Account.objects.get().email == "other@example.org"


def test_the_other_address_must_be_one_and_free(dora: Mastodon, alice: Account) -> None:
    for email in ("nonsense", alice.email):
        assert dora.post("/api/v1/emails/confirmations", {"email": email}).status_code == 422
    assert len(mail.outbox) == 1


def test_nobody_sees_the_account_meanwhile(dora: Mastodon, client: Client, mastodon: Clients, alice: Account) -> None:
    account = Account.objects.get(username="dora")
    people.change(account.pk, discoverable=True)
    viewer = mastodon(alice)

    assert refusal(viewer.get(f"/api/v1/accounts/{account.pk}")) == (404, "Record not found")
    assert refusal(viewer.get("/api/v1/accounts/lookup?acct=dora")) == (404, "Record not found")
    assert refusal(viewer.post(f"/api/v1/accounts/{account.pk}/follow")) == (404, "Record not found")
    assert refusal(viewer.post(f"/api/v1/accounts/{account.pk}/block")) == (404, "Record not found")
    assert refusal(viewer.post(f"/api/v1/accounts/{account.pk}/mute")) == (404, "Record not found")
    assert refusal(viewer.get(f"/api/v1/accounts/{account.pk}/followers")) == (404, "Record not found")
    assert viewer.get(f"/api/v1/accounts/relationships?id[]={account.pk}").json() == []
    assert viewer.get(f"/api/v1/accounts?id[]={account.pk}").json() == []
    assert ids(viewer.get("/api/v1/accounts/search?q=dora")) == []
    assert viewer.get("/api/v2/search?q=dora").json()["accounts"] == []
    assert ids(viewer.get("/api/v1/directory")) == []
    assert ids(viewer.get("/api/v1/directory?order=new")) == []
    assert client.get("/@dora").status_code == 404
    assert client.get("/.well-known/webfinger?resource=acct:dora@testserver").status_code == 404
    assert Twittner().get("profile", user_id=account.pk)["code"] != 200
    assert Twittner().get("search_people", query="dora")["code"] != 200
    assert counts.local_count() == 1

    client.get(newest_link())
    assert viewer.get(f"/api/v1/accounts/{account.pk}").json()["username"] == "dora"
    assert ids(viewer.get("/api/v1/accounts/search?q=dora")) == [account.pk]


EXTENSION = "/api/latchkey/v1"
VERBS = [
    *("follow", "unfollow", "remove_from_followers", "block", "unblock", "mute", "unmute"),
    *("endorse", "unendorse", "pin", "unpin", "note"),
]


def test_every_verb_answers_as_for_nobody_and_does_nothing(
    dora: Mastodon, mastodon: Clients, alice: Account, twittner: Callable[..., Twittner]
) -> None:
    account = Account.objects.get(username="dora").pk
    viewer, phone = mastodon(alice), twittner(alice)
    mine = viewer.post("/api/v1/lists", {"title": "mine"}).json()["id"]

    def answers(pk: int, name: str) -> list[Any]:
        verbs = [viewer.post(f"/api/v1/accounts/{pk}/{verb}", {"comment": "new here"}) for verb in VERBS]
        others = [
            viewer.post(f"/api/v1/lists/{mine}/accounts", {"account_ids": [pk]}),
            viewer.post("/api/v1/reports", {"account_id": pk}),
            viewer.delete(f"/api/v1/suggestions/{pk}"),
            viewer.get(f"{EXTENSION}/gate/check?account={pk}"),
            viewer.get(f"{EXTENSION}/accounts/{pk}/gate"),
            viewer.post(f"{EXTENSION}/accounts/{pk}/ask", {"note": "hello"}),
            viewer.post(f"{EXTENSION}/approvals", {"account": pk}),
            viewer.post(f"{EXTENSION}/kept_out", {"account": pk}),
        ]
        return [(answer.status_code, answer.json()) for answer in (*verbs, *others)] + [
            phone.get("profile", username=name),
            phone.get("profile", user_id=pk),
            phone.post("follow", user_id=pk),
            phone.post("block_user", user_id=pk),
            phone.post("profile_report", user_id=pk),
            phone.post("profile_report", user_id=pk, reason=1, comment="x"),
        ]

    assert answers(account, "dora") == answers(999_999, "nobody_at_all")
    for model in (Approval, Block, Dismissal, Follow, KeptOut, ListMember, Mute, Note, Report):
        assert not model.objects.exists(), model


def test_the_sign_in_page_says_what_is_missing(dora: Mastodon, client: Client) -> None:
    page = client.post("/auth/sign_in", {"username": "dora", "password": DORA["password"]})
    assert "Please confirm your e-mail address first" in page.content.decode()
    assert client.get("/oauth/authorized_applications").status_code == 302

    wrong = client.post("/auth/sign_in", {"username": "dora", "password": "wrong"}).content.decode()
    assert "Please confirm" not in wrong


def test_the_mail_can_be_asked_for_on_a_page(dora: Mastodon, client: Client) -> None:
    known = client.post("/auth/confirmation/new", {"email": "DORA@example.org"}).content.decode()
    assert mail.outbox[-1].to == ["dora@example.org"]
    assert len(mail.outbox) == 2

    unknown = client.post("/auth/confirmation/new", {"email": "nobody@example.org"}).content.decode()
    assert known.replace("DORA@", "nobody@") == unknown
    assert len(mail.outbox) == 2


def test_a_new_password_by_mail_confirms_too(dora: Mastodon, client: Client) -> None:
    client.post("/auth/password/new", {"email": "dora@example.org"})
    page = client.get(newest_link(), follow=True)
    client.post(page.redirect_chain[-1][0], {"new_password1": "new secret", "new_password2": "new secret"})

    account = Account.objects.get()
    assert (account.unconfirmed, account.email_proven_at is None) == (False, False)
    assert refusal(dora.get("/api/v1/accounts/verify_credentials"))[0] == 401  # whoever signed up is out


def test_who_never_confirms_is_deleted_after_a_week(dora: Mastodon, alice: Account) -> None:
    call_command("sweep")
    assert Account.objects.filter(username="dora").exists()

    Account.objects.update(created_at=timezone.now() - timedelta(days=8))
    call_command("sweep")
    assert Account.objects.get() == alice


def test_sign_up_through_the_other_door_waits_as_well(client: Client, db: None) -> None:
    form = {"first_name": "Dora", "last_name": "Dean", "username": "dora", "email": "dora@example.org"}
    answer = Twittner().post("signup", **form, password=PASSWORD)

    assert answer == {"code": 200, "message": "User logged in successfully", "data": []}
    refused = Twittner().post("login", email="dora@example.org", password=PASSWORD)
    assert refused == {"code": 402, "message": "Incorrect credentials", "data": []}
    client.get(newest_link())
    assert Twittner().post("login", email="dora@example.org", password=PASSWORD)["code"] == 200


def test_whom_operators_make_may_sign_in_at_once(alice: Account) -> None:
    assert Twittner().post("login", email=alice.email, password=PASSWORD)["code"] == 200
    assert not mail.outbox


def test_a_changed_address_is_to_be_proven_but_the_account_stays_usable(
    mastodon: Clients, client: Client, alice: Account
) -> None:
    people.prove_email(alice.pk)
    people.change(alice.pk, email="new@example.org")

    assert mail.outbox[-1].to == ["new@example.org"]
    assert mastodon(alice).get("/api/v1/accounts/verify_credentials").status_code == 200
    client.get(newest_link())
    alice.refresh_from_db()
    assert alice.email_proven_at


def test_without_confirmation_nothing_is_asked(settings: Any, app: App) -> None:
    settings.CONFIRM_EMAIL = False
    client = Mastodon(app("read write").post(PATH, DORA).json()["access_token"])

    assert client.get("/api/v1/emails/check_confirmation").json() is True
    assert client.get("/api/v1/accounts/verify_credentials").status_code == 200
    assert not mail.outbox


def test_the_squatters_social_login_ends_when_the_owner_takes_the_account(client: Client, db: None) -> None:
    squatter = AccountFactory(username="squatter", email="victim@example.org")
    squatter.identities.create(provider="google", subject="666")
    client.post("/auth/password/new", {"email": "victim@example.org"})
    page = client.get(newest_link(), follow=True)
    client.post(page.redirect_chain[-1][0], {"new_password1": "new secret", "new_password2": "new secret"})

    assert not squatter.identities.exists()
