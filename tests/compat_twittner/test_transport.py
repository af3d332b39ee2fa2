"""What every endpoint promises, whatever arrives: HTTP 200, JSON, an envelope (twittner.md §1)."""

import json
from http.client import HTTPConnection
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform, Session
from compat_twittner import urls
from tests.compat_twittner.conftest import kept_promise
from tests.factories import PASSWORD
from tests.servers import PATIENCE, Live

INVALID_ENDPOINT = {
    "status": "400",
    "err_code": "invalid_endpoint",
    "message": "Invalid endpoint error on API call",
}
UNAUTHORIZED = {"code": 401, "data": [], "message": "Unauthorized Access"}
UNREADABLE = {"code": 400, "data": [], "message": "Invalid request data"}
BROKEN = {
    "code": 500,
    "data": [],
    "message": "An error occurred while processing your request. Please try again later",
}
ENDPOINTS = [str(route.pattern) for route in urls.urlpatterns[:-2]]
TAKING_IDS = [
    *("follow", "accept_follow", "ignore_follow", "fetch_followers", "fetch_following", "profile"),
    *("block_user", "profile_report"),
]
PUBLIC = {
    *("login", "signup", "oauth", "resetpassword", "refresh_access_token"),
    *("profile", "fetch_followers", "fetch_following", "search_people"),
}
PROTECTED = [endpoint for endpoint in ENDPOINTS if endpoint not in PUBLIC]


@pytest.fixture
def http(db: None) -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def token(alice: Account) -> str:
    return sessions.open_session(alice.pk, Platform.ANDROID).token


@pytest.mark.parametrize("path", ["nonsense", "", "feeds", "LOGIN", "login/again", "thread_data", "é", "%00"])
def test_an_unknown_endpoint_has_its_own_body(http: Client, path: str) -> None:
    assert kept_promise(http.get(f"/mobile_api/{path}")) == INVALID_ENDPOINT
    assert kept_promise(http.post(f"/mobile_api/{path}")) == INVALID_ENDPOINT


@pytest.mark.parametrize("path", ["//mobile_api/login", "/mobile_api//login", "/mobile_api/login/"])
def test_slashes_too_many_are_tolerated_without_a_redirect(http: Client, path: str) -> None:
    assert kept_promise(http.post("/", PATH_INFO=path))["message"] == "Incorrect credentials"


@pytest.mark.parametrize("endpoint", PROTECTED)
def test_without_a_session_protected_endpoints_are_closed(http: Client, endpoint: str) -> None:
    assert kept_promise(http.post(f"/mobile_api/{endpoint}")) == UNAUTHORIZED
    assert kept_promise(http.get(f"/mobile_api/{endpoint}?session_id=wrong")) == UNAUTHORIZED


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=X", "application/x-www-form-urlencoded"])
def test_the_session_may_stand_in_a_form(http: Client, token: str, content_type: str) -> None:
    body = (
        f"--X\r\nContent-Disposition: form-data; name=session_id\r\n\r\n{token}\r\n--X--\r\n"
        if content_type.startswith("multipart")
        else f"session_id={token}"
    )
    answer = kept_promise(http.post("/mobile_api/get_priv_settings", body, content_type=content_type))
    assert answer["code"] == 200


def test_the_session_may_stand_in_the_query(http: Client, token: str) -> None:
    assert kept_promise(http.get("/mobile_api/get_priv_settings", {"session_id": token}))["code"] == 200


def test_an_empty_session_in_the_form_gives_way_to_the_query(http: Client, token: str) -> None:
    answer = kept_promise(http.post(f"/mobile_api/get_priv_settings?session_id={token}", {"session_id": ""}))
    assert answer["code"] == 200


@pytest.mark.parametrize("header", ["session_id", "Authorization"])
def test_the_session_may_stand_in_a_header(http: Client, token: str, header: str) -> None:
    value = f"Bearer {token}" if header == "Authorization" else token
    assert kept_promise(http.get("/mobile_api/get_priv_settings", headers={header: value}))["code"] == 200


def test_a_real_server_reads_these_headers_too(live: Live) -> None:
    """It leaves out other names with an underscore, which would pass for headers of a proxy."""
    member = live.sign_up()
    with live.database():
        token = sessions.open_session(member.pk, Platform.IOS).token
    for headers in ({"session_id": token}, {"Session_Id": token}, {"Authorization": f"Bearer {token}"}):
        server = HTTPConnection("127.0.0.1", live.port, timeout=PATIENCE)
        server.request("GET", "/mobile_api/get_priv_settings", headers=headers | {"X_Forwarded_For": "192.0.2.9"})
        with server.getresponse() as response:
            assert json.load(response)["code"] == 200
        server.close()
    with live.database():
        assert Account.objects.get(pk=member.pk).last_address in {None, "127.0.0.1"}


def test_a_cookie_is_no_session(http: Client, token: str) -> None:
    http.cookies["user_id"] = http.cookies["session_id"] = token
    assert kept_promise(http.get("/mobile_api/get_priv_settings")) == UNAUTHORIZED


def test_an_expired_session_is_none(http: Client, token: str) -> None:
    Session.objects.update(expires_at="2001-01-01T00:00:00Z")
    assert kept_promise(http.get("/mobile_api/get_priv_settings", {"session_id": token})) == UNAUTHORIZED


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_no_method_is_refused_and_none_but_post_changes_anything(
    http: Client, token: str, alice: Account, bob: Account, endpoint: str
) -> None:
    query = f"session_id={token}&user_id={bob.pk}&follow_privacy=approved&password={PASSWORD}&lang_name=german"
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        assert http.generic(method, f"/mobile_api/{endpoint}?{query}").status_code == 200

    assert Session.objects.filter(account=alice).exists()
    assert not bob.follows_in.exists()
    assert Account.objects.get(pk=alice.pk).language == "english"


def test_reads_take_their_parameters_from_a_body_too(http: Client, alice: Account) -> None:
    assert kept_promise(http.post("/mobile_api/profile", {"user_id": alice.pk}))["data"]["id"] == alice.pk


@pytest.mark.parametrize(("length", "code"), [(26_000_000, 200), (26_000_001, 400)])
def test_a_body_may_have_26_million_bytes(http: Client, alice: Account, length: int, code: int) -> None:
    query = {"user_id": alice.pk}
    assert kept_promise(http.get("/mobile_api/profile", query, CONTENT_LENGTH=str(length)))["code"] == code


def test_a_refusal_has_no_data(http: Client, token: str) -> None:
    answer = kept_promise(http.post("/mobile_api/follow", {"session_id": token, "user_id": 2**31 - 1}))

    assert (answer["code"] in {400, 404}, answer["data"]) == (True, [])


UNREADABLE_BODIES = [
    ("application/json", b'{"session_id": ["x"], "user_id": {}}'),
    ("application/json", b"{broken"),
    ("application/x-www-form-urlencoded", b"session_id=\xff\xfe&user_id=%ff%00&email=a%00@b.c&password=%00"),
    ("application/x-www-form-urlencoded", b"user_id[]=1&req_id[x]=2&email[]=a&username=%ed%a0%80"),
    ("application/x-www-form-urlencoded; charset=latin-1", b"user_id=\xe9"),
    ("application/x-www-form-urlencoded; charset=nonsense", b"user_id=1"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=X", b"--X\r\nbroken"),
    ("multipart/form-data; boundary=X", b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end'),
    ("text/xml", b"<session_id/>"),
    ("", b"\x00\xff"),
]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_body_that_nobody_can_read_gets_an_envelope(http: Client, endpoint: str) -> None:
    for content_type, body in UNREADABLE_BODIES:
        answer = kept_promise(http.generic("POST", f"/mobile_api/{endpoint}", body, content_type=content_type))

        assert 400 <= answer["code"] < 500, (content_type, body)


@pytest.mark.parametrize("endpoint", TAKING_IDS)
def test_numbers_that_are_no_id_name_nobody(http: Client, token: str, endpoint: str) -> None:
    for value in ("0", "-1", "1.5", "1e3", "٣", "x", "", " ", "\x00", "2147483648", "9" * 5000):
        form = {"session_id": token, "user_id": value, "req_id": value, "reason": "1"}
        assert kept_promise(http.post(f"/mobile_api/{endpoint}", form))["code"] in {400, 404}, value


@pytest.mark.parametrize("value", ["-5", "x", "9" * 5000, "\x00", "1.5"])
def test_odd_windows_are_as_if_not_given(http: Client, alice: Account, bob: Account, value: str) -> None:
    from follows import graph

    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    query = {"user_id": alice.pk, "offset": value, "page_size": value}
    assert len(kept_promise(http.get("/mobile_api/fetch_followers", query))["data"]) == 1


def test_a_nought_is_nothing(http: Client, token: str, alice: Account) -> None:
    wanted = {"username": "0", "user_id": alice.pk}
    assert kept_promise(http.get("/mobile_api/profile", wanted))["data"]["id"] == alice.pk
    device = {"session_id": token, "token": "x" * 60, "type": "0"}
    assert kept_promise(http.post("/mobile_api/save_pnotif_token", device))["code"] == 200


def test_too_many_fields_are_refused(http: Client) -> None:
    assert kept_promise(http.post("/mobile_api/login", {f"f{n}": "" for n in range(2000)})) == UNREADABLE


def test_too_large_a_form_is_refused(http: Client) -> None:
    assert kept_promise(http.post("/mobile_api/login", {"email": "x" * 3_000_000})) == UNREADABLE


def test_a_body_announced_larger_than_any_upload_is_refused_unread(http: Client) -> None:
    assert kept_promise(http.generic("POST", "/mobile_api/login", b"x", CONTENT_LENGTH="30000000")) == UNREADABLE


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        ("avatar", "Avatar image is too large: the file may have at most 24 MB"),
        ("cover", "Cover image is too large: the file may have at most 24 MB"),
        ("verify_user", "Video message to the reviewer is incorrect or missing"),
    ],
)
def test_a_file_too_large_to_be_read_is_called_so(http: Client, endpoint: str, message: str) -> None:
    answer = kept_promise(http.generic("POST", f"/mobile_api/{endpoint}", b"x", CONTENT_LENGTH="30000000"))
    assert answer == {"code": 400, "message": message, "data": []}


def test_a_host_that_is_not_ours_gets_an_envelope(http: Client) -> None:
    assert kept_promise(http.get("/mobile_api/profile", headers={"host": "evil.example"})) == UNREADABLE


def test_a_failure_before_any_view_gets_an_envelope(http: Client) -> None:
    with override_settings(ROOT_URLCONF="tests.compat_twittner.no_such_module"):
        assert kept_promise(http.get("/mobile_api/profile")) == BROKEN


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_database_that_is_down_gets_an_envelope(
    http: Client, endpoint: str, caplog: pytest.LogCaptureFixture
) -> None:
    def down(*args: Any) -> None:
        from django.db import OperationalError

        raise OperationalError("the database is down\nDETAIL: who knows")

    form = {"session_id": "x", "user_id": "1", "query": "x", "refresh_token": "x" * 74}
    form |= {"email": "a@b.example", "password": "secret", "type": "google", "access_token": "x"}
    form |= {"first_name": "Ann", "last_name": "Lee", "username": "annlee"}
    with connection.execute_wrapper(down):
        assert kept_promise(http.post(f"/mobile_api/{endpoint}", form)) == BROKEN
    assert caplog.messages == [f"The database did not answer /mobile_api/{endpoint} in time: the database is down"]


def test_other_addresses_keep_their_status(http: Client) -> None:
    assert http.get("/mobile_apis").status_code == 404


def test_no_proxy_keeps_an_answer(alice: Account, token: str) -> None:
    """The session may be in a header, so that the same address has an answer for each caller."""
    http = Client(headers={"session_id": token}, raise_request_exception=False)
    answers = [
        http.get("/mobile_api/get_priv_settings"),
        http.get("/mobile_api/profile", {"user_id": 999}),
        http.post("/mobile_api/block_user"),
        http.post("/mobile_api/login", {"email": alice.email, "password": PASSWORD}),
        http.get("/mobile_api/unheard_of"),
        http.get("/mobile_api/profile", headers={"host": "evil.example"}),
    ]

    assert ["no-store" in answer.headers["Cache-Control"] for answer in answers] == [True] * 6
    assert "public" in http.get("/mobile_api/flags/de.svg").headers["Cache-Control"]
