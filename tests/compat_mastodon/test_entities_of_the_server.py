"""What the server tells about itself, to the letter (mastodon.md §3.8, §4.9); how it is found: `test_discovery`."""

from datetime import datetime
from typing import Any

import pytest

from accounts.models import Account, Document, Rule
from compat_mastodon.push import webpush
from tests.compat_mastodon import reference_server as reference
from tests.compat_mastodon.conftest import Clients
from tests.compat_mastodon.golden_files import check, golden

UNUSED = ("urls.status", "urls.privacy_policy", "urls.terms_of_service")

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def told(mastodon: Clients, alice: Account) -> Any:
    """What anybody gets at a path of a server with one member."""
    return lambda path: mastodon().get(path).json()


def test_instance(told: Any) -> None:
    instance = told("/api/v2/instance")

    golden("instance", instance, vapid_key=webpush.public_key())
    never = {f"configuration.{name} not null" for name in UNUSED}
    never |= {f"registrations.{name} not null" for name in ("message", "min_age", "url")}
    check(reference.Instance, instance, never=never | {"wrapstodon not null", "contact.account not null"})


def test_instance_v1(told: Any) -> None:
    golden("instance_v1", told("/api/v1/instance"))
    check(reference.InstanceV1, told("/api/v1/instance"), never={"contact_account not null"})


def test_text_page(told: Any) -> None:
    pages = [told(f"/api/v1/instance/{name}") for name in ("extended_description", "privacy_policy")]

    golden("text_page", pages[0])
    check(reference.TextPage, *pages)
    assert pages[1]["content"] == ""
    assert datetime.fromisoformat(pages[1]["updated_at"]).tzinfo is not None


def test_rule(told: Any) -> None:
    rule = Rule.objects.create(text="Be kind.", hint="To newcomers, too.")

    for path in ("/api/v1/instance", "/api/v2/instance"):
        golden("rule", told(path)["rules"][0], rule=rule.pk)
    golden("rule", told("/api/v1/instance/rules")[0], rule=rule.pk)
    check(reference.Rule, *told("/api/v1/instance/rules"))


def test_terms_of_service(told: Any) -> None:
    text = Document.objects.create(kind=Document.Kind.TERMS, text="Be kind.")
    terms = told("/api/v1/instance/terms_of_service")

    golden("terms_of_service", terms, date=f"{text.changed_at:%Y-%m-%d}")
    check(reference.TermsOfService, terms, never={"succeeded_by not null"})


def test_week(told: Any) -> None:
    weeks = told("/api/v1/instance/activity")

    golden("week", weeks[0])
    check(reference.Week, *weeks)


def test_language(told: Any) -> None:
    (language,) = told("/api/v1/instance/languages")

    golden("language", language)
    check(reference.Language, language)
