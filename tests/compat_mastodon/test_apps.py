"""Clients register themselves (mastodon.md §1.1) and look themselves up (§1.2)."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from compat_mastodon.models import AccessToken, Application
from compat_mastodon.oauth.tokens import end
from compat_mastodon.push import webpush
from tests.compat_mastodon.oauth_client import register, signed_in

pytestmark = pytest.mark.django_db
OK = {"client_name": "Story", "redirect_uris": "https://a.example/cb"}


def post(**changes: Any) -> Any:
    values = {name: value for name, value in (OK | changes).items() if value is not None}
    return Client().post("/api/v1/apps", values, content_type="application/json")


def fault_of(response: Any) -> str:
    assert response.status_code == 422, response.content
    return str(response.json()["error"]).removeprefix("Validation failed: ")


def test_a_client_gets_its_credentials_with_the_keys_in_their_order() -> None:
    answer = post(redirect_uris=["https://a.example/cb", "app://b.example/"], scopes="read write")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    application = Application.objects.get()
    assert list(body.items()) == [
        ("id", str(application.pk)),
        ("name", "Story"),
        ("website", None),
        ("scopes", ["read", "write"]),
        ("redirect_uris", ["https://a.example/cb", "app://b.example/"]),
        ("vapid_key", webpush.public_key()),
        ("redirect_uri", "https://a.example/cb\napp://b.example/"),
        ("client_id", application.client_id),
        ("client_secret", body["client_secret"]),
        ("client_secret_expires_at", 0),
    ]
    assert len(body["client_id"]) == len(body["client_secret"]) == 43


def test_the_secret_is_not_stored() -> None:
    secret = post().json()["client_secret"]
    assert secret not in str(Application.objects.values().get())


def test_json_form_multipart_and_query_say_the_same() -> None:
    form = "client_name=Story&redirect_uris=https%3A%2F%2Fa.example%2Fcb&scopes=read+push"
    client = Client()
    ways = [
        client.post("/api/v1/apps", OK | {"scopes": "read push"}, content_type="application/json"),
        client.post("/api/v1/apps", OK | {"scopes": "read push"}),
        client.post("/api/v1/apps", form, content_type="application/x-www-form-urlencoded"),
        client.post(f"/api/v1/apps?{form}"),
    ]
    assert {way.status_code for way in ways} == {200}
    assert {(w.json()["redirect_uri"], tuple(w.json()["scopes"])) for w in ways} == {
        ("https://a.example/cb", ("read", "push"))
    }
    assert len({way.json()["client_id"] for way in ways}) == 4  # every call makes a new client


def test_redirect_uris_come_as_a_list_or_separated_by_blanks_or_lines() -> None:
    wanted = ["https://a.example/cb", "b://c"]
    client = Client()
    for answer in (
        post(redirect_uris=wanted),
        post(redirect_uris=" ".join(wanted)),
        post(redirect_uris="\n".join(wanted)),
        client.post("/api/v1/apps", {"client_name": "Story", "redirect_uris[]": wanted}),
    ):
        assert answer.json()["redirect_uris"] == wanted


@pytest.mark.parametrize(
    ("scopes", "granted"),
    [
        (None, ["read"]),
        (["write", "follow"], ["read"]),  # a list is ignored, like Mastodon does
        ("read write read", ["read", "write"]),
        ("", []),
        ("read:follows write:follows", ["read:follows", "write:follows"]),
        ("profile read:accounts", ["profile", "read:accounts"]),
        ("read admin:read admin:write:reports", ["read", "admin:read", "admin:write:reports"]),
    ],
)
def test_scopes_are_stored_once_each(scopes: Any, granted: list[str]) -> None:
    assert post(scopes=scopes).json()["scopes"] == granted


def test_scopes_sent_as_a_form_list_are_ignored() -> None:
    assert Client().post("/api/v1/apps", OK | {"scopes[]": ["write"]}).json()["scopes"] == ["read"]


@pytest.mark.parametrize(
    "scopes", ["read everything", "READ", "read\twrite", "read,write", "admin", "admin:read:posts"]
)
def test_an_unknown_scope_is_refused(scopes: str) -> None:
    assert fault_of(post(scopes=scopes)) == "Scopes doesn't match those configured on the server."


@pytest.mark.parametrize("uris", [None, "", "\n", "  ", []])
def test_a_redirect_uri_is_demanded(uris: Any) -> None:
    assert fault_of(post(redirect_uris=uris)) == "Redirect URI can't be blank"


@pytest.mark.parametrize("name", [None, "", "   "])
def test_a_name_is_demanded(name: Any) -> None:
    assert fault_of(post(client_name=name)) == "Application name can't be blank"


def test_all_faults_are_told_at_once() -> None:
    answer = Client().post("/api/v1/apps")
    assert answer.json() == {"error": "Validation failed: Application name can't be blank, Redirect URI can't be blank"}


def test_a_name_has_at_most_60_characters() -> None:
    assert post(client_name="é" * 60).status_code == 200
    assert fault_of(post(client_name="é" * 61)) == "Application name is too long (maximum is 60 characters)"


def test_redirect_uris_have_at_most_2000_characters_together() -> None:
    uri = "https://a.example/" + "x" * 981  # 999, so that two and the line between them make 1999
    assert post(redirect_uris=[uri, uri]).status_code == 200
    assert fault_of(post(redirect_uris=[uri, uri + "xx"])) == "Redirect URI is too long (maximum is 2000 characters)"


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("data:text/html,x", "is forbidden by the server."),
        ("javascript:alert(1)", "is forbidden by the server."),
        ("JavaScript:alert(1)", "is forbidden by the server."),
        ("vbscript:x", "is forbidden by the server."),
        ("https://a.example/#x", "cannot contain a fragment."),
        ("/cb", "must be an absolute URI."),
        ("a.example/cb", "must be an absolute URI."),
        ("https://", "must be a valid URI."),
        ("https://[1", "must be a valid URI."),
        ("https://exämple.org/", "must be a valid URI."),
        ("https://a.example\\@b.example/", "must be a valid URI."),
        ("https://a.example/\x7f", "must be a valid URI."),
    ],
)
def test_what_is_no_redirect_uri_is_refused(uri: str, fault: str) -> None:
    assert fault_of(post(redirect_uris=uri)) == f"Redirect URI {fault}"


@pytest.mark.parametrize(
    "uri",
    [
        "http://a.example/cb",
        "icecubesapp://",
        "mastodon://joinmastodon.org/oauth",
        "org.joinmastodon.android-auth://callback",
        "urn:ietf:wg:oauth:2.0:oob",
        "urn:ietf:wg:oauth:2.0:oob:auto",
        "http://127.0.0.1:8080/",
        "https://a.example/?x=1",
    ],
)
def test_any_other_scheme_is_welcome(uri: str) -> None:
    assert post(redirect_uris=uri).json()["redirect_uris"] == [uri]


def test_a_website_is_an_address_of_the_web() -> None:
    assert post(website="https://a.example/").json()["website"] == "https://a.example/"
    assert post(website="").json()["website"] is None
    for wrong in ("a.example", "ftp://a.example", "javascript:alert(1)", "https://", "https://a b/", "http://[", [1]):
        answer = post(website=wrong)
        assert (answer.status_code == 200) is (wrong == [1]), wrong  # a list counts as missing
    assert fault_of(post(website="a.example")) == "Application website is not a valid URL"
    long = "https://a.example/" + "x" * 1983
    assert fault_of(post(website=long)) == "Application website is too long (maximum is 2000 characters)"


def test_no_token_is_looked_at() -> None:
    assert Client(headers={"Authorization": "Bearer wrong"}).post("/api/v1/apps", OK).status_code == 200


def verify(token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(headers=headers).get("/api/v1/apps/verify_credentials")


def test_any_token_shows_its_client_without_the_credentials(alice: Account) -> None:
    app = register(name="Story", scopes="push profile")
    own = app.token(grant_type="client_credentials", scope="push").json()["access_token"]
    answer = verify(own)
    assert answer.status_code == 200
    assert list(answer.json()) == ["id", "name", "website", "scopes", "redirect_uris", "vapid_key", "redirect_uri"]
    assert verify(signed_in(alice, app, scope="profile")).json() == answer.json()


def test_without_a_good_token_no_client_is_shown(alice: Account) -> None:
    assert (verify().status_code, verify().json()) == (401, {"error": "The access token is invalid"})
    assert verify("unknown").json() == {"error": "The access token is invalid"}
    token = signed_in(alice, register())
    end(AccessToken.objects.all())
    assert (verify(token).status_code, verify(token).json()) == (401, {"error": "The access token was revoked"})
