"""How far a client has read (mastodon.md §3.8)."""

import re
from typing import Any

import pytest

from accounts.models import Account
from follows.models import Marker
from follows.notices import markers

PATH = "/api/v1/markers"
FORM = "application/x-www-form-urlencoded"


def test_none_was_set(mastodon: Any, alice: Account) -> None:
    assert mastodon(alice).get(f"{PATH}?timeline[]=home&timeline[]=notifications").json() == {}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ({"home": {"last_read_id": "456"}}, "application/json"),
        ('{"home": {"last_read_id": 456.0}}', "application/json"),
        ("home[last_read_id]=456", FORM),
    ],
)
def test_a_position_is_kept(mastodon: Any, alice: Account, body: Any, content_type: str) -> None:
    client = mastodon(alice)
    answer = client.post(PATH, body, content_type=content_type)

    marker = answer.json()["home"]
    assert (list(answer.json()), list(marker)) == (["home"], ["last_read_id", "version", "updated_at"])
    assert (marker["last_read_id"], marker["version"]) == ("456", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", marker["updated_at"])
    assert client.get(f"{PATH}?timeline[]=home&timeline[]=notifications").json() == answer.json()
    assert client.get(PATH).json() == {}


def test_each_change_is_a_version_and_may_go_back(mastodon: Any, alice: Account) -> None:
    client = mastodon(alice)
    versions = [
        client.post(PATH, {"notifications": {"last_read_id": position}}).json()["notifications"]["version"]
        for position in ("10", "20", "20", "5")
    ]

    assert versions == [1, 2, 2, 3]


def test_markers_are_ones_own(mastodon: Any, alice: Account, bob: Account) -> None:
    mastodon(alice).post(PATH, {"home": {"last_read_id": "1"}})

    assert mastodon(bob).get(f"{PATH}?timeline=home").json() == {}


@pytest.mark.parametrize(
    "position",
    ["", "x", "-1", "1.5", "9" * 19, "9" * 5000, "0" * 20 + "9" * 30, "0" * 5000 + "x", "²", {"a": "b"}, ["1"]],
)
def test_what_no_id_can_be_is_refused_with_all_that_came_with_it(mastodon: Any, alice: Account, position: Any) -> None:
    client = mastodon(alice)
    answer = client.post(PATH, {"home": {"last_read_id": "1"}, "notifications": {"last_read_id": position}})

    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert not Marker.objects.exists()


def test_reading_and_writing_have_scopes_of_their_own(mastodon: Any, alice: Account) -> None:
    reader, writer = mastodon(alice, "read:statuses"), mastodon(alice, "write:statuses")

    assert (reader.get(PATH).status_code, reader.post(PATH, {}).status_code) == (200, 403)
    assert (writer.get(PATH).status_code, writer.post(PATH, {}).status_code) == (403, 200)


def test_a_change_that_came_between_is_a_conflict(
    mastodon: Any, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = mastodon(alice)
    client.post(PATH, {"home": {"last_read_id": "1"}})
    before = markers.read(alice.pk, ["home"])
    client.post(PATH, {"home": {"last_read_id": "2"}})
    monkeypatch.setattr(markers, "read", lambda *_: before)
    answer = client.post(PATH, {"home": {"last_read_id": "3"}})

    assert answer.status_code == 409
    assert answer.json() == {"error": "Conflict during update, please try again"}
    assert Marker.objects.get().last_read == 2
