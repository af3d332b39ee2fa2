"""Somebody is deleted between the check that there is such an account and the write that names it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from accounts import sessions
from accounts.models import Account, Platform
from compat_mastodon.models import AccessToken
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_twittner.conftest import Twittner
from tests.factories import AccountFactory

pytestmark = pytest.mark.django_db(transaction=True)

WRITES: dict[str, Callable[[Mastodon, int], Any]] = {
    "mute": lambda client, other: client.post(f"/api/v1/accounts/{other}/mute"),
    "note": lambda client, other: client.post(f"/api/v1/accounts/{other}/note", {"comment": "Met in May"}),
    "report": lambda client, other: client.post("/api/v1/reports", {"account_id": str(other)}),
    "marker": lambda client, other: client.post("/api/v1/markers", {"home": {"last_read_id": "1"}}),
}


@pytest.fixture
def me() -> Account:
    return AccountFactory()


@pytest.fixture
def other() -> Account:
    return AccountFactory()


@pytest.mark.parametrize("write", ["mute", "note", "report"])
def test_a_mastodon_client_hears_that_there_is_no_such_account(me: Account, other: Account, write: str) -> None:
    client = Mastodon(token_for(me))

    with deleted_before_a_write(other):
        answer = WRITES[write](client, other.pk)

    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


@pytest.mark.parametrize("write", WRITES)
def test_a_client_of_the_deleted_account_itself_hears_it_too(me: Account, other: Account, write: str) -> None:
    client = Mastodon(token_for(me))

    with deleted_before_a_write(me):
        answer = WRITES[write](client, other.pk)

    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


@pytest.mark.parametrize("verb", ["unfollow", "unmute", "unblock", "remove_from_followers"])
def test_so_does_whoever_ends_a_tie_when_there_is_nobody_left_to_tell_of(
    me: Account, other: Account, verb: str
) -> None:
    client = Mastodon(token_for(me))

    with deleted_before(other, '"follows_note"'):  # how the two stand is read last
        answer = client.post(f"/api/v1/accounts/{other.pk}/{verb}")

    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


@pytest.mark.parametrize("path", ["/api/v1/apps/verify_credentials", "/oauth/token/info"])
def test_a_token_that_goes_while_it_is_asked_about_is_unknown(me: Account, path: str) -> None:
    client = Mastodon(token_for(me))

    with deleted_before(AccessToken.objects.get(user=me), '"compat_mastodon_application"'):
        answer = client.get(path)

    assert (answer.status_code, "invalid" in answer.json()["error"]) == (401, True)


def test_a_twittner_client_hears_that_there_is_no_such_account(me: Account, other: Account) -> None:
    phone = Twittner(sessions.open_session(me.pk, Platform.IOS).token)

    with deleted_before_a_write(other):
        answer = phone.post("profile_report", user_id=other.pk, reason=1)

    assert answer == {"code": 400, "message": "User id is missing or invalid", "data": []}


def deleted_before_a_write(account: Account) -> AbstractContextManager[None]:
    """Within, the account's row goes right before the first row that the graph adds."""
    return deleted_before(account, 'INSERT INTO "follows_')


@contextmanager
def deleted_before(row: Model, statement: str) -> Iterator[None]:
    """Within, the row goes right before the first statement that holds these words."""
    deletion = f'DELETE FROM "{row._meta.db_table}" WHERE id = {row.pk}'
    gone = False

    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal gone
        if not gone and statement in sql:
            gone = True
            with connection.cursor() as cursor:
                cursor.execute(deletion)
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        yield
    assert gone
