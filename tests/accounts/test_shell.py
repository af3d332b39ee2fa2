"""The frame of the members' pages: who comes in, in which language and time zone, and how strict it is."""

import re
from datetime import UTC, datetime

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import path

from accounts import people
from accounts.models import Account
from accounts.pages.shell import member, render_page
from config.urls import urlpatterns as everything
from tests.compat_mastodon.oauth_client import browser

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.urls(__name__)


@member
def here(request: HttpRequest) -> HttpResponse:
    return render_page(request, "accounts/pages/member", section="requests")


@member
def clock(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string("{% load pages %}{% moment noon %}").render({"noon": NOON}))


urlpatterns = [path("here", here), path("clock", clock), *everything]


def test_somebody_who_is_not_signed_in_is_asked_to_and_comes_back(alice: Account) -> None:
    answer = Client().get("/here?sort=oldest")
    assert (answer.status_code, answer["Location"]) == (302, "/auth/sign_in?next=/here%3Fsort%3Doldest")

    assert Client().post("/here")["Location"] == "/auth/sign_in"


def test_somebody_whose_session_ended_hears_that_the_form_did_nothing(alice: Account) -> None:
    client = Client(headers={"Referer": "http://testserver/here?sort=oldest#rows"})
    answer = client.post("/requests/decide", {"accept": "1-1"})

    assert answer["Location"] == "/auth/sign_in?next=/here%3Fsort%3Doldest"
    assert "You were signed out, and nothing was changed." in client.get(answer["Location"]).content.decode()
    assert Client(headers={"Referer": "https://evil.example/here"}).post("/here")["Location"] == "/auth/sign_in"


@pytest.mark.parametrize("path", ["/requests/decide", "/people/1/follow", "/auth/sign_out", "/data/imports"])
def test_an_address_that_only_takes_forms_is_no_blank_page(alice: Account, path: str) -> None:
    answer = browser(alice).get(path)

    assert (answer.status_code, "POST" in answer["Allow"]) == (405, True)
    assert "This is not a page" in answer.content.decode()


def test_htmx_goes_to_the_sign_in_page_as_a_whole(alice: Account) -> None:
    heads = {"HX-Request": "true", "HX-Current-URL": "http://testserver/requests?sort=oldest"}
    answer = Client().post("/here", headers=heads)

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/auth/sign_in?next=%2Frequests%3Fsort%3Doldest"


def test_a_suspended_member_is_out_at_once(alice: Account) -> None:
    client = browser(alice)
    assert client.get("/here").status_code == 200
    people.suspend(alice.pk)

    assert client.get("/here").status_code == 302


def test_a_page_of_a_member_is_strict_and_kept_nowhere(alice: Account) -> None:
    answer = browser(alice).get("/here")
    policy = answer["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert "no-store" in answer["Cache-Control"]
    html = answer.content.decode()
    assert re.findall(r"<script[^>]*>(.*?)</script>", html) == ["", ""]  # nothing but files
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)


def test_the_navigation_says_where_one_is(alice: Account) -> None:
    html = browser(alice).get("/here").content.decode()

    assert re.findall(r'<a href="([^"]*)" aria-current="page">', html) == ["/requests"]
    assert html.index('class="skip" href="#main"') < html.index("<nav") < html.index('<main id="main"')


def test_styles_and_scripts_are_kept_for_ever_by_what_is_in_them(alice: Account) -> None:
    html = browser(alice).get("/here").content.decode()
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', html)

    assert len(files) == 6  # icon twice, two styles, two scripts
    assert [kept(file) for file in files] == [True] * 6
    plain = re.sub("/static/[0-9a-f]{12}/", "/static/", files[1])
    assert kept(plain) is False
    assert Client().get(plain.replace("/static/", "/static/0123456789ab/")).status_code == 404


def kept(file: str) -> bool:
    """Whether browsers keep this file for ever."""
    answer = Client().get(file)
    assert b"".join(answer)
    return "immutable" in answer["Cache-Control"]


def test_times_are_in_the_members_zone_else_the_browsers_else_the_servers(alice: Account) -> None:
    client = browser(alice)
    assert ">2 Jan 2026, 12:00 UTC</time>" in client.get("/clock").content.decode()
    client.cookies["zone"] = "../etc/passwd"
    assert ">2 Jan 2026, 12:00 UTC</time>" in client.get("/clock").content.decode()
    client.cookies["zone"] = "Europe/Berlin"
    assert (
        '<time datetime="2026-01-02T13:00:00+01:00">2 Jan 2026, 13:00 CET</time>'
        in client.get("/clock").content.decode()
    )
    people.change(alice.pk, time_zone="Asia/Tokyo")
    assert ">2 Jan 2026, 21:00 JST</time>" in client.get("/clock").content.decode()


def test_the_language_is_the_members_else_the_browsers(alice: Account) -> None:
    client = browser(alice)
    assert '<html lang="en" dir="ltr">' in client.get("/here").content.decode()
    assert '<html lang="de" dir="ltr">' in client.get("/here", headers={"Accept-Language": "de-AT"}).content.decode()
    assert '<html lang="en" dir="ltr">' in client.get("/here", headers={"Accept-Language": "fr"}).content.decode()
    people.change(alice.pk, locale="de")
    assert '<html lang="de" dir="ltr">' in client.get("/here", headers={"Accept-Language": "en"}).content.decode()


def test_the_apis_speak_english_to_everybody(alice: Account) -> None:
    german = {"Accept-Language": "de"}
    for address in ("/api/v1/accounts/verify_credentials", "/api/v2/instance", "/mobile_api/follow_requests"):
        told, asked = Client().get(address), Client().get(address, headers=german)
        assert (told.content, told.headers.get("Vary")) == (asked.content, asked.headers.get("Vary"))


def test_the_front_page_is_kept_once_for_each_language(db: None) -> None:
    assert "Accept-Language" in Client().get("/")["Vary"]
    assert '<html lang="de"' in Client().get("/", headers={"Accept-Language": "de"}).content.decode()
