"""How other software finds this server and its people (mastodon.md §4.11, §6.8), and their public pages."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts import people
from accounts.models import Account
from tests.compat_mastodon.golden_files import golden

JRD = "application/jrd+json; charset=utf-8"


def test_nodeinfo_names_this_software_and_whose_clients_it_is_for(client: Client, alice: Account) -> None:
    golden("node_info_links", client.get("/.well-known/nodeinfo").json())
    golden("node_info", client.get("/nodeinfo/2.0").json(), version=settings.VERSION)


def test_host_meta_leads_to_webfinger(client: Client, db: None) -> None:
    answer = client.get("/.well-known/host-meta")

    assert answer.headers["Content-Type"] == "application/xrd+xml; charset=utf-8"
    (link,) = ET.fromstring(answer.content)
    assert link.get("template") == "http://testserver/.well-known/webfinger?resource={uri}"


def test_who_asks_for_its_health_is_told_that_it_answers(client: Client) -> None:
    answer = client.get("/health")

    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (
        200,
        b"OK",
        "text/plain; charset=utf-8",
    )


@pytest.mark.parametrize(
    "resource",
    ["acct:alice@testserver", "acct:ALICE@testserver", "alice@testserver", "http://testserver/@alice",
     "http://testserver/users/alice"],
)  # fmt: skip
def test_webfinger_finds_who_is_here(client: Client, alice: Account, resource: str) -> None:
    answer = client.get("/.well-known/webfinger", {"resource": resource})

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, JRD)
    golden("web_finger", answer.json())


@pytest.mark.parametrize("resource", ["acct:nobody@testserver", "acct:alice@other.example", "http://x/@alice", "acct:"])
def test_webfinger_knows_nobody_else(client: Client, alice: Account, resource: str) -> None:
    assert client.get("/.well-known/webfinger", {"resource": resource}).status_code == 404


def test_webfinger_wants_a_resource(client: Client, db: None) -> None:
    assert client.get("/.well-known/webfinger").status_code == 400


def test_a_suspended_account_is_not_found(client: Client, alice: Account) -> None:
    people.suspend(alice.pk)

    assert client.get("/.well-known/webfinger?resource=acct:alice@testserver").status_code == 404
    assert client.get("/@alice").status_code == 404


def test_a_profile_is_a_page_for_everybody(client: Client, alice: Account) -> None:
    people.change(
        alice.pk,
        note="Hi <b>there</b>\nhttps://example.org",
        fields=[{"name": "<i>", "value": "<u>"}],
        avatar_description='"A" on a hill',
    )
    answer = client.get("/@alice")
    text = answer.content.decode()

    assert answer.status_code == 200
    assert "Alice Adams" in text
    assert "Hi &lt;b&gt;there&lt;/b&gt;" in text
    assert 'href="https://example.org"' in text
    assert "<dt>&lt;i&gt;</dt><dd>&lt;u&gt;</dd>" in text
    assert 'alt="&quot;A&quot; on a hill"' in text
    assert "<script" not in text
    assert "noindex" not in text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert alice.email not in text


def test_search_engines_are_asked_to_stay_away_from_who_wants_it(client: Client, alice: Account) -> None:
    people.change(alice.pk, noindex=True)

    assert '<meta name="robots" content="noindex">' in client.get("/@alice").content.decode()


@pytest.mark.parametrize(
    "path", ["/@nobody", "/@", "/@alice@other.example", "/@%00", "/users/nobody", "/ap/users/2147483648"]
)
def test_of_nobody_there_is_no_page(client: Client, alice: Account, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_older_address_leads_to_the_page(client: Client, alice: Account) -> None:
    assert client.get("/users/alice").headers["Location"] == "http://testserver/@alice"


def test_so_does_the_address_that_names_an_account_for_good(client: Client, alice: Account) -> None:
    uri = client.get(f"/api/v1/accounts/{alice.pk}").json()["uri"]

    assert client.get(uri).headers["Location"] == "http://testserver/@alice"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("rules", []),
        ("peers", ["other.example"]),
        ("extended_description", {"updated_at": None, "content": f"<p>{settings.SITE_DESCRIPTION}</p>"}),
        ("privacy_policy", {"updated_at": "2026-08-21T00:00:00Z", "content": ""}),
        ("languages", [{"code": "en", "name": "English"}]),
        ("translation_languages", {}),
    ],
)
def test_what_the_server_says_about_itself(mastodon: Any, path: str, body: Any) -> None:
    Account.objects.create(username="remote", domain="other.example")
    answer = mastodon().get(f"/api/v1/instance/{path}")

    assert answer.json() == body
    assert answer.headers["Cache-Control"].startswith("max-age=300, public")


@pytest.mark.parametrize("path", ["terms_of_service", "domain_blocks"])
def test_what_there_is_not(mastodon: Any, path: str) -> None:
    answer = mastodon().get(f"/api/v1/instance/{path}")

    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


def test_activity_is_told_by_the_week(mastodon: Any, alice: Account) -> None:
    with time_machine.travel(alice.created_at, tick=False):
        weeks = mastodon().get("/api/v1/instance/activity").json()

    assert len(weeks) == 12
    assert weeks[0] | {"week": ""} == {"week": "", "statuses": "0", "logins": "1", "registrations": "1"}
    assert {week["registrations"] for week in weeks[1:]} == {"0"}
    assert int(weeks[0]["week"]) - int(weeks[1]["week"]) == 7 * 24 * 3600
