"""How long ago, in the language of whoever asks (twittner.md §1.8)."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from compat_twittner.ages import LENGTHS, WORDS, ago
from follows import graph
from tests.compat_twittner.conftest import Twittner

Phone = Callable[..., Twittner]
MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.fixture(autouse=True)
def _the_time_stands_still() -> Iterator[None]:
    with time_machine.travel("2026-06-21T14:45:30Z", tick=False):
        yield


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "Just now"),
        (0.9, "Just now"),
        (1, "1 second ago"),
        (59, "59 seconds ago"),
        (MINUTE, "1 minute ago"),
        (89, "1 minute ago"),
        (90, "2 minutes ago"),
        (19 * HOUR + 20 * MINUTE, "19 hours ago"),
        (DAY - 1, "24 hours ago"),
        (DAY, "1 day ago"),
        (45 * DAY, "2 months ago"),
        (365 * DAY, "1 year ago"),
    ],
)
def test_the_largest_unit_that_fits_is_rounded(seconds: float, text: str) -> None:
    assert ago(timezone.now() - timedelta(seconds=seconds), "english") == text


@pytest.mark.parametrize(
    ("language", "hours"),
    [
        ("french", ["il y a 1 heure", "il y a 2 heures", "il y a 5 heures", "il y a 11 heures", "il y a 21 heures"]),
        ("german", ["vor 1 Stunde", "vor 2 Stunden", "vor 5 Stunden", "vor 11 Stunden", "vor 21 Stunden"]),
        ("russian", ["1 час назад", "2 часа назад", "5 часов назад", "11 часов назад", "21 час назад"]),
        ("ukraine", ["1 годину тому", "2 години тому", "5 годин тому", "11 годин тому", "21 годину тому"]),
        ("turkish", ["1 saat önce", "2 saat önce", "5 saat önce", "11 saat önce", "21 saat önce"]),
        ("arabic", ["قبل ساعة", "قبل ساعتين", "قبل 5 ساعات", "قبل 11 ساعة", "قبل 21 ساعة"]),
        ("klingon", ["1 hour ago", "2 hours ago", "5 hours ago", "11 hours ago", "21 hours ago"]),
    ],
)
def test_numbers_have_the_form_that_their_language_wants(language: str, hours: list[str]) -> None:
    assert [ago(timezone.now() - timedelta(hours=n), language) for n in (1, 2, 5, 11, 21)] == hours


@pytest.mark.parametrize("language", WORDS)
def test_every_language_has_words_for_every_age(language: str) -> None:
    assert WORDS[language]["units"].keys() == LENGTHS.keys()
    for seconds in (*range(130), *range(0, 800 * DAY, 5 * HOUR)):
        assert "{" not in ago(timezone.now() - timedelta(seconds=seconds), language)


def test_notices_and_settings_are_in_the_language_of_the_phones_owner(
    twittner: Phone, alice: Account, bob: Account
) -> None:
    people.change(bob.pk, language="arabic")
    phone = twittner(alice)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    assert phone.post("language", lang_name="german")["code"] == 200

    (notice,) = phone.get("get_notifications", type="notifs")["data"]
    assert notice["time"] == "Gerade eben"
    form = {"first_name": "Alice", "last_name": "Adams", "email": alice.email, "gender": "F", "username": "alice"}
    assert phone.post("gen_settings", **form, country_id=1)["data"]["last_active"] == "Gerade eben"
