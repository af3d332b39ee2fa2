"""My own account: what only I see of it, and changing it (mastodon.md §3.1, §4.2)."""

from typing import Any

import pytest

from accounts.access import Actor
from accounts.models import Account
from compat_mastodon import params
from follows import graph
from tests.compat_mastodon.conftest import Clients, refusal
from tests.factories import AccountFactory

ME = "/api/v1/accounts/verify_credentials"
UPDATE = "/api/v1/accounts/update_credentials"
SHOWN = ("show_media", "show_media_replies", "show_featured")


def change(client: Any, **values: Any) -> Any:
    response = client.patch(UPDATE, values)
    assert response.status_code == 200, response.content
    assert client.get(ME).json() == response.json()
    return response.json()


def test_i_see_my_account_and_its_source(mastodon: Clients, alice: Account) -> None:
    me = mastodon(alice).get(ME).json()

    public = mastodon().get(f"/api/v1/accounts/{alice.pk}").json()
    assert {key: me[key] for key in public} == public
    assert me.keys() - public.keys() == {"source", "role"}
    assert me["source"]["privacy"] == "public"
    assert me["role"]["id"] == "-99"


def test_waiting_requests_are_counted_up_to_forty(mastodon: Clients, carol: Account) -> None:
    for _ in range(41):
        graph.follow(AccountFactory().pk, carol.pk, Actor(AccountFactory().pk, "test"))

    assert mastodon(carol).get(ME).json()["source"]["follow_requests_count"] == 40


def test_a_locked_account_posts_to_followers_unless_it_says_otherwise(mastodon: Clients, carol: Account) -> None:
    client = mastodon(carol)

    assert client.get(ME).json()["source"]["privacy"] == "private"
    assert change(client, source={"privacy": "unlisted"})["source"]["privacy"] == "unlisted"


def test_names_and_bios_are_kept_as_written_and_shown_as_html(mastodon: Clients, alice: Account) -> None:
    me = change(mastodon(alice), display_name="  A & B ", note="one\ntwo <3")

    assert (me["display_name"], me["source"]["note"]) == ("A & B", "one\ntwo <3")
    assert me["note"] == "<p>one<br>two &lt;3</p>"


def test_what_is_not_sent_stays(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    before = change(client, display_name="A", note="B", locked=True, bot=True, source={"language": "de"})

    assert change(client, unknown="x", source={}) == before


@pytest.mark.parametrize("flag", ["locked", "bot", "discoverable", "hide_collections", "indexable", *SHOWN])
@pytest.mark.parametrize(
    ("sent", "meant"),
    [("true", True), ("1", True), ("on", True), ("0", False), ("false", False), ("off", False), ("F", False)],
)
def test_flags_are_read_as_rails_reads_them(
    mastodon: Clients, alice: Account, flag: str, sent: str, meant: bool
) -> None:
    assert change(mastodon(alice), **{flag: sent})[flag] is meant


def test_sites_may_be_named_that_may_name_me_as_author(mastodon: Clients, alice: Account) -> None:
    me = change(mastodon(alice), attribution_domains=["one.example", "two.example"])

    assert me["source"]["attribution_domains"] == ["one.example", "two.example"]


def test_these_sites_are_kept_as_names_each_once(mastodon: Clients, alice: Account) -> None:
    sent = ["https://one.example/", " one.example", "*.two.example", ""]
    me = change(mastodon(alice), attribution_domains=sent)

    assert me["source"]["attribution_domains"] == ["one.example", "two.example"]
    assert change(mastodon(alice), attribution_domains=[])["source"]["attribution_domains"] == []


@pytest.mark.parametrize(
    ("sites", "problem"),
    [
        (["no site"], "is invalid"),
        (["a.example/b"], "is invalid"),
        ([f"{i}.example" for i in range(11)], "is too long (maximum is 10 characters)"),
    ],
)
def test_at_most_ten_sites_that_are_some(mastodon: Clients, alice: Account, sites: list[str], problem: str) -> None:
    response = mastodon(alice).patch(UPDATE, {"attribution_domains": sites})

    assert refusal(response) == (422, f"Validation failed: Attribution domains {problem}")


def test_fields_come_by_number_or_in_a_row(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    rows = [{"name": "Site", "value": "https://example.org"}, {"name": "", "value": ""}]

    listed = change(client, fields_attributes=rows)
    assert [(field["name"], field["verified_at"]) for field in listed["fields"]] == [("Site", None)]
    assert 'href="https://example.org"' in listed["fields"][0]["value"]
    assert listed["source"]["fields"][0]["value"] == "https://example.org"
    assert change(client, fields_attributes={"0": rows[1], "1": rows[0]}) == listed
    assert change(client, fields_attributes=[])["fields"] == []


def test_a_form_sends_nested_names(mastodon: Clients, alice: Account) -> None:
    form = "fields_attributes[0][name]=a&fields_attributes[0][value]=b&source[privacy]=private&source[sensitive]=1"
    response = mastodon(alice).patch(UPDATE, form, content_type="application/x-www-form-urlencoded")

    me = response.json()
    assert me["source"]["fields"] == [{"name": "a", "value": "b", "verified_at": None}]
    assert (me["source"]["privacy"], me["source"]["sensitive"]) == ("private", True)


def test_a_form_numbers_the_members_of_any_list(mastodon: Clients, alice: Account) -> None:
    """As masto.js does."""
    form = "attribution_domains[0]=one.example&attribution_domains[1]=two.example&fields_attributes="
    response = mastodon(alice).patch(UPDATE, form, content_type="application/x-www-form-urlencoded")

    assert response.json()["source"]["attribution_domains"] == ["one.example", "two.example"]


def test_a_field_keeps_255_characters(mastodon: Clients, alice: Account) -> None:
    me = change(mastodon(alice), fields_attributes=[{"name": "n" * 300, "value": "v" * 300}] * 4)

    assert [len(field["name"]) for field in me["source"]["fields"]] == [255] * 4


def test_a_link_counts_as_23_characters(mastodon: Clients, alice: Account) -> None:
    assert change(mastodon(alice), note="x" * 476 + " https://example.org/" + "y" * 400)


@pytest.mark.parametrize("part", ["https://example.org/", "@alice@example.org"])
def test_a_link_or_mention_without_end_is_too_long(mastodon: Clients, alice: Account, part: str) -> None:
    assert refusal(mastodon(alice).patch(UPDATE, {"note": part + "a" * 50_000}))[0] == 422


def test_the_server_of_who_is_mentioned_does_not_count(mastodon: Clients, alice: Account) -> None:
    assert change(mastodon(alice), note="x" * 494 + f" @dora@{'y' * 60}.example")
    assert refusal(mastodon(alice).patch(UPDATE, {"note": "x" * 496 + " @dora@y.example"}))[0] == 422


def test_pictures_are_described_for_who_cannot_see_them(mastodon: Clients, alice: Account) -> None:
    me = change(mastodon(alice), avatar_description=" Alice on a hill ", header_description="é" * 150)

    assert (me["avatar_description"], me["header_description"]) == ("Alice on a hill", "é" * 150)
    assert change(mastodon(alice), avatar_description="")["avatar_description"] == ""
    assert refusal(mastodon(alice).patch(UPDATE, {"header_description": "é" * 151})) == (
        422,
        "Validation failed: Header description is too long (maximum is 150 characters)",
    )


def test_all_faults_are_told_at_once_and_nothing_is_changed(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    before = client.get(ME).json()
    response = client.patch(
        UPDATE, {"note": "x" * 501, "display_name": "y" * 41, "locked": True, "source": {"privacy": "secret"}}
    )

    assert response.status_code == 422
    assert response.json() == {
        "error": "Validation failed: Display name is too long (maximum is 40 characters), "
        "Note is too long (maximum is 500 characters), Privacy is invalid",
        "details": {
            "display_name": [{"error": "ERR_TOO_LONG", "description": "is too long (maximum is 40 characters)"}],
            "note": [{"error": "ERR_TOO_LONG", "description": "is too long (maximum is 500 characters)"}],
            "privacy": [{"error": "ERR_INVALID", "description": "is invalid"}],
        },
    }
    assert client.get(ME).json() == before


@pytest.mark.parametrize(
    "values",
    [
        {"display_name": ["a"]},
        {"note": {"a": 1}},
        {"locked": [True]},
        {"source": "private"},
        {"source": {"privacy": ["public"]}},
        {"fields_attributes": "x"},
        {"fields_attributes": ["x"]},
        {"fields_attributes": [{"name": ["x"]}]},
        {"attribution_domains": [{}]},
        {"display_name": "a\0b"},
        {"note": "a" * (params.LONGEST + 1)},
    ],
)
def test_a_value_of_the_wrong_shape_is_named(mastodon: Clients, alice: Account, values: dict[str, Any]) -> None:
    status, text = refusal(mastodon(alice).patch(UPDATE, values))

    assert status == 400
    assert text.startswith("param is missing or the value is empty or invalid: ")
    assert Account.objects.get(pk=alice.pk).version == alice.version


def test_put_is_not_patch(mastodon: Clients, alice: Account) -> None:
    assert refusal(mastodon(alice).put(UPDATE, {"note": "x"})) == (404, "Not Found")


def test_the_tabs_of_a_profile_are_kept_as_they_were_chosen(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice)
    assert [client.get("/api/v1/profile").json()[name] for name in SHOWN] == [True, True, True]
    client.patch("/api/v1/profile", {"show_media": False, "show_featured": "0"})

    for seen in (client.get("/api/v1/profile"), mastodon(bob).get(f"/api/v1/accounts/{alice.pk}")):
        assert [seen.json()[name] for name in SHOWN] == [False, True, False]


def test_a_profile_holds_what_is_written_and_what_is_shown(mastodon: Clients, alice: Account) -> None:
    values = {"note": "a < b", "fields_attributes": [{"name": "Site", "value": "https://alice.example"}]}
    me = mastodon(alice).patch("/api/v1/profile", values).json()
    shown = mastodon().get(f"/api/v1/accounts/{alice.pk}").json()

    assert (me["note"], me["formatted_note"]) == ("a < b", "<p>a &lt; b</p>")
    assert me["fields"] == [{"name": "Site", "value": "https://alice.example", "verified_at": None}]
    assert (me["formatted_note"], me["formatted_fields"]) == (shown["note"], shown["fields"])
    assert "<a href=" in me["formatted_fields"][0]["value"]


def test_a_profile_is_changed_alike_and_shown_as_it_was_written(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    values = {"note": "<3", "locked": "1", "fields_attributes": [{"name": "a", "value": "b"}]}

    for change in (client.patch, client.put):
        me = change("/api/v1/profile", values).json()
        assert client.get("/api/v1/profile").json() == me
        assert (me["note"], me["locked"]) == ("<3", True)
        assert me["fields"] == [{"name": "a", "value": "b", "verified_at": None}]
    too_long = client.patch("/api/v1/profile", {"note": "x" * 501})
    assert too_long.json() == client.patch(UPDATE, {"note": "x" * 501}).json()
