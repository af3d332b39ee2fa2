"""What comes first when people are sought, and that case, accents and the order of words make no difference."""

import unicodedata
from typing import Any

import pytest
from django.db.models import F

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.finding import discovery, search
from follows.finding.discovery import Slice
from follows.models import Tally
from follows.paging import Window
from tests.factories import AccountFactory
from tests.moderation import Desk

pytestmark = pytest.mark.django_db
PART = Slice(40)


@pytest.fixture(params=["among the most followed", "by the index"], autouse=True)
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every story holds however the accounts are found."""
    if request.param == "by the index":
        monkeypatch.setattr(search, "SCANNED", 0)
        monkeypatch.setattr(search, "POPULAR", 0)


def person(username: str, name: str = "", *, note: str = "", followers: int = 0) -> int:
    made = AccountFactory(username=username, display_name=name or username).pk
    if note:
        people.change(made, note=note)
    if followers:
        Tally.objects.update_or_create(pk=made, defaults={"followers": followers})
    return int(made)


def found(text: str, viewer: int | None = None, part: Slice = PART, **more: Any) -> list[int]:
    return [key.account for key in discovery.find(text, viewer, part, **more)]


def test_the_handle_then_whom_i_follow_then_names_then_bios(alice: Account) -> None:
    bio = person("gardener", note="Everything about nilsson", followers=900)
    holds = person("x_nils", followers=800)
    begins, popular = person("somebody", "Nils Holgersson", followers=3), person("nilsa", followers=700)
    mine = person("friend", "Karl Nils")
    handle = person("nils")
    graph.follow(alice.pk, mine, by=Actor(alice.pk, "test"))

    assert found("nils", alice.pk) == [handle, mine, popular, begins, holds, bio]
    assert found("nils") == [handle, popular, begins, holds, mine, bio]
    assert found("@NILS", alice.pk, Slice(2, 1)) == [mine, popular]
    assert found("nils@testserver", alice.pk)[:1] == [handle]


def test_of_many_whom_i_follow_the_best_fill_a_short_page(alice: Account) -> None:
    bio = person("gardener", note="nils and roses", followers=900)
    holds, begins = person("x_nils", followers=70), person("nilsa", followers=30)
    others = [person(f"y_nils_{number}", followers=number) for number in range(1, 4)]
    for someone in (bio, holds, begins, *others):
        graph.follow(alice.pk, someone, by=Actor(alice.pk, "test"))

    assert found("nils", alice.pk, Slice(3)) == [bio, holds, begins]  # all followed, so the more followed come first
    assert found("nils", alice.pk, Slice(3), only_followed=True) == [begins, holds, others[2]]
    assert found("nils", alice.pk, Slice(3, 3), only_followed=True) == [others[1], others[0], bio]


def test_among_equals_the_more_followed_come_first() -> None:
    some = [person(f"per{number}", followers=followers) for number, followers in enumerate((5, 0, 90, 7, 0))]

    assert found("per") == [some[place] for place in (2, 3, 0, 4, 1)]


def test_a_rare_name_comes_before_many_followed_that_only_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "CANDIDATES", 5)
    rare = person("ariadne")
    for number in range(8):
        person(f"m_ari_{number}", followers=100 + number)

    assert found("ari")[0] == rare


@pytest.mark.parametrize(
    ("name", "sought"),
    [
        ("ПАВЕЛ Дуров", "павел"),
        ("Павел Дуров", "ДУРОВ ПАВЕЛ"),
        ("José Núñez", "jose"),
        ("Jose Nunez", "núñez josé"),
        (unicodedata.normalize("NFD", "José Núñez"), "José"),
        ("José", unicodedata.normalize("NFD", "José")),
        ("Οδυσσέας Ελύτης", "ελυτησ"),
        ("ΕΛΥΤΗΣ", "ελύτης"),
        ("Işık Yılmaz", "ISIK"),
        ("IŞIK", "ışık"),
        ("İbrahim", "ibrahim"),
        ("Groß", "GROSS"),
        ("GROẞ", "groß"),
        ("Nguyễn Thị Ánh", "anh nguyen"),
        ("Đặng Văn", "dang"),
        ("مُحَمَّد", "محمد"),
        ("أحمد علي", "احمد"),
        ("李小龙", "李"),
        ("李小龙", "小龙"),
        ("한국 사람", "사람"),
        ("🦊 Fox", "🦊"),
        ("Red ❤️", "❤"),
        ("Łukasz Ørsted", "orsted lukasz"),
        ("O'Neil", "o'n"),
        ("100%_sure!", "0%_s"),
    ],
)
def test_case_accents_and_the_order_of_words_make_no_difference(
    name: str, sought: str, alice: Account, root: Account
) -> None:
    someone = person("someone", name)
    person("another", "Nobody Else")

    assert found(sought, alice.pk) == [someone]
    assert [key.account for key in search.people_like(sought, alice.pk, Window(20)).rows] == [someone]
    assert [row.pk for row in Desk(root).rows("accounts_account", q=sought)] == [someone]
    assert found(sought, alice.pk, only_followed=True) == []
    graph.follow(alice.pk, someone, by=Actor(alice.pk, "test"))
    assert found(sought, alice.pk, only_followed=True) == [someone]


@pytest.mark.parametrize("sought", ["pepe sevilla", "SEVILLA vivo", "amigos los para"])
def test_words_of_a_bio_may_come_in_any_order_too(sought: str) -> None:
    jose = person("jgarcia", "José García", note="Vivo en Sevilla. Pepe para los amigos.")
    person("pepe_x", "Pepe García")

    assert found(sought) == [jose]
    assert found("pepe josé") == []  # one in the bio, one in the name


@pytest.mark.parametrize("sought", ["", " ", "@", "\u200b", "nobody", "zz", "ab\x00c", "a\ud800", '"', "(", "x" * 5000])
def test_nobody_is_found_by_what_nobody_has(sought: str, alice: Account) -> None:
    assert found(sought, alice.pk) == []


def test_very_many_words_are_no_burden() -> None:
    talker = person("talker", note=" ".join(f"w{number}" for number in range(40)))

    assert found(" ".join(f"w{number}" for number in reversed(range(40)))) == [talker]


def test_names_are_stored_composed(alice: Account) -> None:
    apart = unicodedata.normalize("NFD", "Zoé Ångström")
    signed_up = AccountFactory(display_name=apart)
    people.change(alice.pk, display_name=apart)
    saved = Account.objects.create(username="saved", domain="far.example", display_name=apart)
    Account.objects.bulk_create([Account(username="bulk", domain="far.example", display_name=apart)])
    updated = AccountFactory()
    Account.objects.filter(pk=updated.pk).update(display_name=apart, last_name=apart)

    names = Account.objects.filter(display_name__startswith="Z").values_list("display_name", flat=True)
    assert list(names) == ["Zoé Ångström"] * 5
    assert {updated.pk, signed_up.pk, alice.pk, saved.pk} < set(found("angstrom zoe"))
    assert len(found("angstrom")) == 5


def test_the_exact_handle_comes_first_and_no_page_repeats_or_misses_anybody() -> None:
    handle = person("per")
    others = [person(f"per_{number}") for number in range(9)]
    pages: list[list[int]] = [search.people_like("per", None, Window(4)).ids]
    while pages[-1]:
        pages.append(search.people_like("per", None, Window(4, before=pages[-1][-1])).ids)

    assert [account for page in pages for account in page] == [handle, *others[::-1]]
    assert search.people_like("per", None, Window(1)).ids == [others[-1]]


def test_moderators_get_the_best_first_and_the_suspended_too(root: Account) -> None:
    holds, begins = person("x_nils", followers=50), person("nilsa")
    bio, handle = person("gardener", note="nils nils", followers=900), person("nils")
    people.suspend(begins)

    assert [row.pk for row in Desk(root).rows("accounts_account", q="NILS")] == [handle, begins, holds, bio]


def test_the_searcher_and_the_suspended_are_not_found(alice: Account) -> None:
    gone = person("adams_gone", "Adams")
    people.suspend(gone)

    assert found("adams", alice.pk) == []
    Account.objects.update(version=F("version") + 1)
    assert found("adams") == [alice.pk]
