"""A caller is deleted while their own request runs, before whichever statement of it: the answer is a refusal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from follows import graph, leaving, lists
from follows.models import Follow
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_twittner.conftest import Twittner
from tests.compat_twittner.files import picture
from tests.factories import PASSWORD, AccountFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

MASTODON: dict[str, Callable[[Mastodon, int, int], Any]] = {
    "follow": lambda client, other, _: client.post(f"/api/v1/accounts/{other}/follow"),
    "authorize": lambda client, other, _: client.post(f"/api/v1/follow_requests/{other}/authorize"),
    "block": lambda client, other, _: client.post(f"/api/v1/accounts/{other}/block"),
    "mute": lambda client, other, _: client.post(f"/api/v1/accounts/{other}/mute"),
    "note": lambda client, other, _: client.post(f"/api/v1/accounts/{other}/note", {"comment": "Met in May"}),
    "open": lambda client, *_: client.patch("/api/v1/accounts/update_credentials", {"locked": False}),
    "policy": lambda client, *_: client.patch("/api/v2/notifications/policy", {"for_bots": "drop"}),
    "make a list": lambda client, *_: client.post("/api/v1/lists", {"title": "Friends"}),
    "fill a list": lambda client, other, pk: client.post(f"/api/v1/lists/{pk}/accounts", {"account_ids": [str(other)]}),
    "change a list": lambda client, _, pk: client.put(f"/api/v1/lists/{pk}", {"title": "Family"}),
    "report": lambda client, other, _: client.post("/api/v1/reports", {"account_id": str(other)}),
    "marker": lambda client, *_: client.post("/api/v1/markers", {"home": {"last_read_id": "1"}}),
    "verify": lambda client, *_: client.get("/api/v1/accounts/verify_credentials"),
    "relationships": lambda client, other, _: client.get(f"/api/v1/accounts/relationships?id={other}"),
    "groups": lambda client, *_: client.get("/api/v2/notifications"),
}
TWITTNER: dict[str, Callable[[Twittner, int], Any]] = {
    "follow": lambda phone, other: phone.post("follow", user_id=other),
    "accept": lambda phone, other: phone.post("accept_follow", req_id=request_of(other)),
    "block": lambda phone, other: phone.post("block_user", user_id=other),
    "report": lambda phone, other: phone.post("profile_report", user_id=other, reason=1),
    "language": lambda phone, _: phone.post("language", lang_name="german"),
    "avatar": lambda phone, _: phone.post("avatar", avatar=picture(600, 600)),
    "cover": lambda phone, _: phone.post("cover", cover=picture(600, 600)),
    "badge": lambda phone, _: phone.post(
        "verify_user",
        full_name="Alice Adams",
        text_message="It is me",
        video_message=SimpleUploadedFile("me.mp4", b"\0\0\0\x18ftypmp42", "video/mp4"),
    ),
    "whole profile": lambda phone, other: phone.post(
        "gen_settings",
        first_name="Alice",
        last_name="Adams",
        email="alice@example.org",
        username="alice_a",
        gender="F",
        country_id=1,
    ),
    "privacy": lambda phone, _: phone.post(
        "set_priv_settings",
        profile_visibility="everyone",
        contact_privacy="everyone",
        search_visibility="Y",
        follow_privacy="everyone",
    ),
    "password": lambda phone, _: phone.post("change_password", old_password=PASSWORD, new_password="wonderland"),
    "leave": lambda phone, _: phone.post("delete_account", password=PASSWORD),
    "push token": lambda phone, _: phone.post("save_pnotif_token", token="t" * 40, type="ios"),
    "log out": lambda phone, _: phone.post("logout"),
}


def request_of(requester: int) -> int:
    found: int = Follow.objects.filter(follower=requester).values_list("pk", flat=True).first() or 1
    return found


@pytest.fixture
def other() -> Account:
    return AccountFactory()


def caller(other: Account) -> Account:
    """Somebody locked whom the other has asked, and who follows the other and has a list."""
    me = AccountFactory(locked=True)
    graph.follow(other.pk, me.pk, Actor(other.pk, "test"))
    graph.follow(me.pk, other.pk, Actor(me.pk, "test"))
    return me


@pytest.mark.long
@pytest.mark.parametrize("call", MASTODON)
def test_at_the_door_of_mastodon(call: str, other: Account) -> None:
    for moment in count():
        me = caller(other)
        kept = lists.create(me.pk, "Kept").pk
        client = Mastodon(token_for(me))
        client.raise_request_exception = False
        with deleted_before(moment, me.pk) as deletion:
            answer = MASTODON[call](client, other.pk, kept)
        assert answer.status_code < 500, (moment, deletion, answer.content)
        if not deletion:
            break


@pytest.mark.long
@pytest.mark.parametrize("call", TWITTNER)
def test_at_the_door_of_twittner(call: str, other: Account, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    for moment in count():
        me = caller(other)
        phone = Twittner(sessions.open_session(me.pk, Platform.IOS).token)
        with deleted_before(moment, me.pk) as deletion:
            answer = TWITTNER[call](phone, other.pk)
        assert answer["code"] < 500, (moment, deletion, answer)
        assert not list(tmp_path.rglob("*.jpg")), moment  # nobody's pictures are left
        if not deletion:
            break


@contextmanager
def deleted_before(moment: int, account: int) -> Iterator[list[str]]:
    """Within, the account goes right before the statement with this number. Gives that statement, if there is one.

    Within a transaction only its row can go, as when the one who deletes has waited for a lock of that row.
    """
    deletion: list[str] = []
    statements = count()

    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not deletion and next(statements) == moment:
            deletion.append(sql)
            if connection.in_atomic_block:
                with connection.cursor() as cursor:
                    cursor.execute("DELETE FROM accounts_account WHERE id = %s", [account])
            else:
                leaving.delete_account(account)
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        yield deletion
    leaving.delete_account(account)
