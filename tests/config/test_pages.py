"""What a person finds at the server's own address, and where there is nothing or something went wrong."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client, override_settings
from PIL import Image

from accounts.models import Account
from config.log import OneLine
from follows.models import Tally
from tests.compat_mastodon.oauth_client import browser

PAGE, JSON = "text/html; charset=utf-8", "application/json; charset=utf-8"


@pytest.fixture
def person() -> Client:
    """Somebody with a browser, who is told what went wrong instead of the test."""
    return Client(raise_request_exception=False)


def is_a_page(answer: Any, status: int, title: str) -> str:
    """The text of a page in this server's look, with this heading."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PAGE)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    text = str(answer.content.decode())
    assert f"<h1>{title}</h1>" in text
    assert text.count("<h1") == text.count("<main") == 1
    assert "accounts/pages.css" in text
    assert "<script" not in text
    return text


@pytest.mark.parametrize("path", ["/", "/about"])
def test_the_front_page_says_what_this_is_and_how_to_come_in(person: Client, alice: Account, path: str) -> None:
    text = is_a_page(person.get(path), 200, settings.SITE_NAME)

    assert settings.SITE_DESCRIPTION in text
    assert "1 person has an account here." in text
    assert ">testserver</code>" in text
    assert ">http://testserver<wbr>/mobile_api/</code>" in text
    assert "noindex" not in text
    assert alice.username not in text


@pytest.mark.parametrize("link", ["/oauth/authorized_applications", "/api/docs/mastodon/", "/api/docs/twittner/"])
def test_what_the_front_page_leads_to_is_there(person: Client, db: None, link: str) -> None:
    assert f'href="{link}"' in person.get("/").content.decode()
    assert person.get(link, follow=True).status_code == 200


def test_the_announced_address_about_this_server_is_its_front_page(person: Client, db: None) -> None:
    about = person.get("/api/v2/instance").json()["configuration"]["urls"]["about"]

    is_a_page(person.get(about), 200, settings.SITE_NAME)


def test_the_front_page_is_the_same_for_everybody_and_may_be_kept_as_long_as_instance(alice: Account) -> None:
    ours, hers = Client().get("/"), browser(alice).get("/")

    assert ours.content == hers.content
    assert ours.headers["Cache-Control"] == Client().get("/api/v1/instance").headers["Cache-Control"]
    assert "Cookie" not in hers.headers.get("Vary", "")


def test_the_front_page_names_a_contact_only_if_there_is_one(person: Client, db: None) -> None:
    assert "mailto:" not in person.get("/").content.decode()
    with override_settings(CONTACT_EMAIL="ask@example.org"):
        assert 'href="mailto:ask@example.org"' in person.get("/").content.decode()


def test_the_front_page_says_who_makes_accounts(person: Client, db: None) -> None:
    assert "sign up in the app" in person.get("/").content.decode()
    with override_settings(REGISTRATIONS_OPEN=False):
        assert "Only an administrator can make an account for you" in person.get("/").content.decode()


def test_only_people_who_are_not_signed_in_are_asked_to_sign_in(alice: Account) -> None:
    for path in ("/", "/auth/sign_in", "/auth/password/new", "/auth/confirmation/0/x", "/auth/new_password/0/x"):
        assert "sign in" not in browser(alice).get(path).content.decode().lower().replace("/auth/sign_in", ""), path
    assert "<h1>Sign in</h1>" in Client().get("/auth/sign_in").content.decode()


def test_numbers_and_names_are_easy_to_read(alice: Account) -> None:
    Tally.objects.update_or_create(account=alice, defaults={"followers": 12345})
    text = Client().get("/@alice").content.decode()

    assert "12,345" in text
    assert '<span class="name" dir="auto">Alice Adams</span>' in text


def test_search_engines_may_see_profiles_and_no_machinery(person: Client) -> None:
    answer = person.get("/robots.txt")
    rules = b"".join(answer).decode().splitlines()  # type: ignore[call-overload]

    assert answer.headers["Content-Type"].startswith("text/plain")
    for path in ("/admin/", "/api/v1/instance", "/mobile_api/login", "/oauth/authorize"):
        assert any(path.startswith(rule.removeprefix("Disallow: ")) for rule in rules), path
    assert not any("@" in rule for rule in rules)


def test_browsers_find_an_icon_where_they_guess_it(person: Client) -> None:
    answer = person.get("/favicon.ico")

    assert answer.status_code == 200
    assert Image.open(io.BytesIO(b"".join(answer))).format == "ICO"  # type: ignore[call-overload]


# --- nothing here, and what went wrong ----------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nowhere", "/oauth/nowhere", "/users/nobody", "/media/nothing.png", "/about/", "/x%00"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_has_a_page_that_leads_on(person: Client, db: None, method: str, path: str) -> None:
    text = is_a_page(getattr(person, method)(path), 404, "Page not found")

    assert 'href="http://testserver/"' in text
    assert "noindex" in text


def test_whoever_tries_many_addresses_costs_no_query(alice: Account, django_assert_num_queries: Any) -> None:
    client = browser(alice)
    with django_assert_num_queries(0):
        client.get("/wp-login.php")


def test_who_may_not_do_something_in_the_admin_has_a_page(helper: Account) -> None:
    is_a_page(browser(helper).get("/admin/accounts/account/"), 403, "Access denied")


def test_a_form_without_its_token_has_a_page_and_no_place_in_the_log(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    answer = Client(enforce_csrf_checks=True).post("/auth/sign_in", {"username": "alice"})

    is_a_page(answer, 403, "This page has expired")
    assert caplog.messages == []


def test_a_name_that_is_not_this_servers_has_a_page(person: Client) -> None:
    is_a_page(person.get("/", headers={"Host": "other.example"}), 400, "This server has another address")


@pytest.fixture(params=["set up once", "set up again"])
def log(request: pytest.FixtureRequest) -> Iterator[None]:
    """The log; Django sets it up again where an application is loaded, which adds each filter once more."""
    again, logger = OneLine(), logging.getLogger("django.request")
    if request.param == "set up again":
        logger.addFilter(again)
    yield
    logger.removeFilter(again)


def test_when_the_database_is_down_the_page_says_so_without_it(
    person: Client, db: None, caplog: pytest.LogCaptureFixture, log: None
) -> None:
    def down(*args: Any) -> None:
        raise OperationalError("the database is down")

    with connection.execute_wrapper(down):
        answer = person.get("/@alice")
    assert "the database is down" not in is_a_page(answer, 503, "The server is busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert [(line.getMessage(), line.exc_info) for line in caplog.records] == [
        ("The database did not answer /@alice: the database is down", None)
    ]


@pytest.mark.parametrize("path", ["/api/v1/instance", "/oauth/token", "/.well-known/webfinger", "/nodeinfo/2.0"])
def test_machines_get_json_even_before_their_door(person: Client, path: str) -> None:
    answer = person.get(path, headers={"Host": "other.example"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, JSON)
    assert answer.json()["error"].startswith("This server answers at http://testserver;")


def test_machines_get_json_where_nothing_is(person: Client) -> None:
    answer = person.get("/.well-known/nothing")

    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})
