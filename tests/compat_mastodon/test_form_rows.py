"""Profile fields as forms send them: numbered, or with `[]`, where a repeated inner key begins the next row."""

from typing import Any

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import Account
from tests.compat_mastodon.conftest import Clients, refusal
from tests.compat_twittner.files import picture

UPDATE = "/api/v1/accounts/update_credentials"
URLENCODED = "application/x-www-form-urlencoded"
FIELDS = "fields_attributes"
Pairs = list[tuple[str, str]]


def form(pairs: Pairs) -> str:
    return "&".join(f"{FIELDS}[][{key}]={value}" for key, value in pairs)


def multipart(pairs: Pairs) -> bytes:
    """Parts in this order, and a picture behind them; the test client's own encoder groups them by name."""
    parts = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{FIELDS}[][{key}]"\r\n\r\n{value}\r\n'.encode()
        for key, value in pairs
    )
    return parts + encode_multipart(BOUNDARY, {"avatar": picture()})


def shown(response: Any) -> Pairs:
    assert response.status_code == 200, response.content
    return [(field["name"], field["value"]) for field in response.json()["source"]["fields"]]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ([("name", "A"), ("value", "1"), ("name", "B"), ("value", "2")], [("A", "1"), ("B", "2")]),
        ([("value", "1"), ("name", "A"), ("value", "2"), ("name", "B")], [("A", "1"), ("B", "2")]),
        ([("name", "A"), ("name", "B"), ("value", "2")], [("A", ""), ("B", "2")]),
        ([("name", "A"), ("value", "1"), ("name", ""), ("value", ""), ("name", "C")], [("A", "1"), ("C", "")]),
        ([("name", "A"), ("value", "")] * 4, [("A", "")] * 4),
    ],
)
def test_a_repeated_inner_key_begins_the_next_row(
    mastodon: Clients, alice: Account, settings: Any, tmp_path: Any, sent: Pairs, meant: Pairs
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = mastodon(alice)

    assert shown(client.patch(UPDATE, form(sent), content_type=URLENCODED)) == meant
    assert shown(client.patch(UPDATE, multipart(sent), content_type=MULTIPART_CONTENT)) == meant
    assert shown(client.patch(f"{UPDATE}?{form(sent)}", "", content_type=URLENCODED)) == meant
    encoded = form(sent).replace("[", "%5B").replace("]", "%5d")
    assert shown(client.patch(UPDATE, encoded, content_type=URLENCODED)) == meant
    assert shown(client.patch(f"{UPDATE}?{encoded}", "", content_type=URLENCODED)) == meant


@pytest.mark.parametrize("address", [UPDATE, "/api/v1/profile"])
def test_five_filled_fields_are_too_many(mastodon: Clients, alice: Account, address: str) -> None:
    client, row = mastodon(alice), {"name": "A", "value": "1"}
    client.patch(UPDATE, {FIELDS: [row]})

    for sent in ([row] * 5, {str(place): row for place in range(5)}):
        answer = client.patch(address, {FIELDS: sent, "note": "new"})
        assert refusal(answer) == (422, "Validation failed: Fields may be 4 at most")
        assert answer.json()["details"]["fields"][0]["error"] == "ERR_TOO_LONG"
    answer = client.patch(address, form([("name", "A"), ("value", "1")] * 5), content_type=URLENCODED)
    assert answer.status_code == 422
    alice.refresh_from_db()
    assert (alice.fields, alice.note) == ([row], "")


def test_blank_rows_do_not_count(mastodon: Clients, alice: Account) -> None:
    blank, row = {"name": " ", "value": ""}, {"name": "A", "value": "1"}

    assert shown(mastodon(alice).patch(UPDATE, {FIELDS: [blank, row, row, blank, row, {}, row]})) == [("A", "1")] * 4
