"""Ten at once, against a real server: a code has one winner, and one client gets one token."""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from accounts.models import Account
from compat_mastodon.models import AccessToken, Application
from compat_mastodon.oauth import tokens
from tests.compat_mastodon.oauth_client import CALLBACK
from tests.servers import PATIENCE, Live

TEN = 10


def new_client() -> tuple[Application, dict[str, str]]:
    application, secret = tokens.register(name="Race", redirect_uris=[CALLBACK], scope="read", website="")
    return application, {"client_id": application.client_id, "client_secret": secret, "redirect_uri": CALLBACK}


def ask(live: Live, params: list[dict[str, str]]) -> list[dict[str, str]]:
    """What /oauth/token answers to all of these, sent at once."""

    def post(sent: dict[str, str]) -> dict[str, str]:
        try:
            with urlopen(f"{live.url}/oauth/token", urlencode(sent).encode(), timeout=PATIENCE) as response:
                return dict(json.load(response))
        except HTTPError as refused:
            with refused:
                return dict(json.load(refused))

    with ThreadPoolExecutor(TEN) as pool:
        return list(pool.map(post, params))


def codes(application: Application, owner: Account, number: int) -> list[str]:
    return [tokens.issue_code(application, owner, CALLBACK, "read", "") for _ in range(number)]


def test_of_ten_who_bring_one_code_one_gets_a_token(live: Live) -> None:
    owner = live.sign_up()
    with live.database():
        application, credentials = new_client()
        [code] = codes(application, owner, 1)
    answers = ask(live, [credentials | {"grant_type": "authorization_code", "code": code}] * TEN)
    assert sorted("access_token" in answer for answer in answers) == [False] * (TEN - 1) + [True]
    assert {answer.get("error") for answer in answers} == {None, "invalid_grant"}
    with live.database():
        assert AccessToken.objects.filter(user=owner.pk).count() == 1


def test_ten_codes_of_one_client_and_account_give_one_token(live: Live) -> None:
    owner = live.sign_up()
    with live.database():
        application, credentials = new_client()
        ten = codes(application, owner, TEN)
    answers = ask(live, [credentials | {"grant_type": "authorization_code", "code": code} for code in ten])
    assert len({answer["access_token"] for answer in answers}) == 1
    with live.database():
        assert AccessToken.objects.filter(user=owner.pk).count() == 1


def test_a_client_that_asks_for_itself_ten_times_at_once_gets_one_token(live: Live) -> None:
    with live.database():
        application, credentials = new_client()
    answers = ask(live, [credentials | {"grant_type": "client_credentials"}] * TEN)
    assert len({answer["access_token"] for answer in answers}) == 1
    with live.database():
        assert AccessToken.objects.filter(application=application.pk).count() == 1
