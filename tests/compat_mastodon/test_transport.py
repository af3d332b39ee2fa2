"""How requests and answers travel: content types, headers, CORS, slashes, unknown paths (mastodon.md §0.2)."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import RFC_4122, UUID

import pytest
from django.db import OperationalError, connection
from django.test.client import encode_multipart

from accounts.models import Account
from tests.compat_mastodon.conftest import Clients, refusal

FORM, JSON, BOUNDARY = "application/x-www-form-urlencoded", "application/json", "story"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def sent(kind: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Query and body for the same values, sent in one of the ways in which clients send them."""
    flat = {f"{key}[]" if isinstance(value, list) else key: value for key, value in values.items()}
    match kind:
        case "query":
            return "?" + urlencode(flat, doseq=True), {"data": b"", "content_type": JSON}
        case "form":
            return "", {"data": urlencode(flat, doseq=True), "content_type": FORM}
        case "multipart":
            return "", {"data": encode_multipart(BOUNDARY, flat), "content_type": MULTIPART}
        case _:
            return "", {"data": json.dumps(values), "content_type": kind}


@pytest.mark.parametrize("kind", ["query", "form", "multipart", JSON, "application/json; charset=utf-8"])
def test_parameters_come_in_every_way(mastodon: Clients, alice: Account, bob: Account, kind: str) -> None:
    query, body = sent(kind, {"notify": "true", "reblogs": "false", "languages": ["de", "fr"]})
    ties = mastodon(alice).post(f"/api/v1/accounts/{bob.pk}/follow{query}", **body).json()

    assert (ties["notifying"], ties["showing_reblogs"], ties["languages"]) == (True, False, ["de", "fr"])


@pytest.mark.parametrize("kind", ["query", "form", "multipart", JSON])
def test_patch_takes_them_in_every_way(mastodon: Clients, alice: Account, kind: str) -> None:
    query, body = sent(kind, {"display_name": "Zoë 🙂", "locked": "1"})
    me = mastodon(alice).patch(f"/api/v1/accounts/update_credentials{query}", **body).json()

    assert (me["display_name"], me["locked"]) == ("Zoë 🙂", True)


def test_query_and_body_are_one(mastodon: Clients, alice: Account, bob: Account) -> None:
    ties = mastodon(alice).post(f"/api/v1/accounts/{bob.pk}/follow?notify=1", {"reblogs": False}).json()

    assert (ties["notifying"], ties["showing_reblogs"]) == (True, False)


def test_reading_takes_a_body_too(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    """Mastodon.py sends ids in the JSON body of a GET."""
    response = mastodon(alice).generic(
        "GET", f"/api/v1/accounts/relationships?id[]={carol.pk}", json.dumps({"with_suspended": True}), JSON
    )
    assert [ties["id"] for ties in response.json()] == [str(carol.pk)]
    response = mastodon(alice).generic("GET", "/api/v1/accounts/relationships", json.dumps({"id": [bob.pk]}), JSON)
    assert [ties["id"] for ties in response.json()] == [str(bob.pk)]


def test_answers_have_the_headers_of_this_dialect(mastodon: Clients, alice: Account) -> None:
    response = mastodon(alice).get("/api/v1/accounts/verify_credentials")

    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Vary"] == "Authorization, Origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-XSS-Protection"] == "0"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_every_answer_has_an_id_of_its_own(mastodon: Clients, alice: Account) -> None:
    paths = ["accounts/verify_credentials", "instance", "accounts/0", "no_such_thing"]
    ids = {mastodon(alice).get(f"/api/v1/{path}").headers["X-Request-Id"] for path in [*paths, *paths]}

    assert len(ids) == 2 * len(paths)


ERRORS = ["/api/v1/follow_requests", "/api/v1/accounts/0", "/api/v1/no_such_thing", "/api/v1/accounts/relationships"]


@pytest.mark.parametrize("path", ["/api/v1/instance", *ERRORS])
def test_web_clients_of_any_origin_may_read_answers_and_errors(mastodon: Clients, db: None, path: str) -> None:
    response = mastodon().get(path, headers={"Origin": "https://client.example"})

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers
    exposed = response.headers["Access-Control-Expose-Headers"]
    assert {"Link", "X-RateLimit-Remaining", "X-Request-Id"} <= set(exposed.split(", "))


@pytest.mark.parametrize("path", ["/api/v1/follow_requests", "/api/v1/follow_requests/1/authorize", "/api/v1/nothing"])
def test_a_preflight_needs_no_token(mastodon: Clients, db: None, path: str) -> None:
    response = mastodon().options(
        path,
        headers={
            "Origin": "https://client.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "authorization" in response.headers["Access-Control-Allow-Headers"].lower()
    assert {"POST", "PUT", "DELETE", "GET", "PATCH"} <= set(
        response.headers["Access-Control-Allow-Methods"].split(", ")
    )


def test_a_trailing_slash_is_no_other_place(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice)

    assert client.get("/api/v1/instance/").json() == client.get("/api/v1/instance").json()
    assert client.get("/api/v1/follow_requests/").json() == []
    assert client.post(f"/api/v1/accounts/{bob.pk}/follow/").json()["following"] is True


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1", "/api/v3/accounts", "/api/v1/accounts/1/2/3", "/api/v1/x%00"]
)
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_an_unknown_path_is_json(mastodon: Clients, db: None, method: str, path: str) -> None:
    assert refusal(getattr(mastodon(), method)(path)) == (404, "Not Found")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_an_unknown_method_is_an_unknown_path(mastodon: Clients, alice: Account, method: str) -> None:
    assert refusal(getattr(mastodon(alice), method)("/api/v1/follow_requests")) == (404, "Not Found")


@pytest.mark.parametrize(
    "path", ["accounts/verify_credentials", "follow_requests", "accounts/lookup?acct=bob", "instance"]
)
def test_while_the_database_is_down_clients_are_told_to_come_back(
    mastodon: Clients, alice: Account, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    client = mastodon(alice)

    def down(*args: Any) -> None:
        raise OperationalError("the database is down\nDETAIL: who knows")

    with connection.execute_wrapper(down):
        response = client.get(f"/api/v1/{path}")

    assert (response.status_code, response.headers["Content-Type"]) == (503, "application/json; charset=utf-8")
    assert response.json() == {"error": "There was a temporary problem serving your request, please try again"}
    assert int(response.headers["Retry-After"]) > 0
    (line,) = caplog.messages
    assert line.startswith("The database did not answer request ")
    assert line.endswith(" in time: the database is down")


def test_a_fault_of_the_server_is_told_without_a_word_about_it(
    mastodon: Clients, alice: Account, caplog: pytest.LogCaptureFixture
) -> None:
    client = mastodon(alice)

    def broken(*args: Any) -> None:
        raise ZeroDivisionError("a secret")

    with connection.execute_wrapper(broken):
        response = client.get("/api/v1/follow_requests")

    assert response.status_code == 500
    assert response.json() == {"error": "Something went wrong on our side; please try again later"}
    assert "Retry-After" not in response.headers
    (line,) = caplog.records
    assert line.exc_info is not None
    assert line.getMessage() == f"Unexpected error in request {response.headers['X-Request-Id']}"


def test_each_answer_has_an_id_that_is_a_uuid(mastodon: Clients, alice: Account) -> None:
    told = mastodon(alice).get("/api/v1/follow_requests").headers["X-Request-Id"]

    assert (str(UUID(told)), UUID(told).version, UUID(told).variant) == (told, 4, RFC_4122)
