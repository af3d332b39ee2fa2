"""Links in what people write: addresses and people, and not a character lost."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import linking, markup, people
from accounts.linking import Address, Mention
from accounts.models import Account

PIECES = st.sampled_from(
    ["https://", "http://", "www.", "a.example", "bücher.example", "例え.テスト", "/x", "?a=1&b=2", "#f", ":80", "@",
     "@bob", "@bob@other.example", "(", ")", "[", "]", "。", "，", "「", "」", "’", "»", "<b>", '"', "'", "&amp;",
     "\n", "\n\n", " ", ".", "😀", "\u202e", "مرحبا", "javascript:", "%20", "-", "_", "\\"]
)  # fmt: skip
WRITTEN = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(st.characters(exclude_categories=["Cs"])))
ALLOWED: dict[str, set[str]] = {"p": set(), "br": set(), "a": {"href", "rel", "class"}}


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("(https://a.example), and more", ["https://a.example"]),
        ("https://a.example/x。次", ["https://a.example/x"]),
        ("参照：https://a.example", ["https://a.example"]),
        ("参照https://a.exampleです", ["https://a.example"]),
        ("「https://a.example」", ["https://a.example"]),
        ("«https://a.example/x» “www.b.example”", ["https://a.example/x", "www.b.example"]),
        ("https://a.example/A_(b)) c", ["https://a.example/A_(b)"]),
        ("https://a.example/x(see below)", ["https://a.example/x"]),
        ("https://a.example/x, www.b.example/y. http://c.example/?z; (https://d.example/z)!",
         ["https://a.example/x", "www.b.example/y", "http://c.example/?z", "https://d.example/z"]),
        ("https://a.example/x.y,z", ["https://a.example/x.y,z"]),
        ("https://a.example:8080/x?y=1&z=%20#f!", ["https://a.example:8080/x?y=1&z=%20#f"]),
        ("https://a.example/web/https://b.example/", ["https://a.example/web/https://b.example/"]),
        ("http://http://a.example", ["http://a.example"]),
        ("https://bücher.example/ö😀", ["https://bücher.example/ö"]),
        ("https://a.example/x\u200fمرحبا", ["https://a.example/x"]),
        ("https://bank.example@evil.example https://a:b@c.example/@bob", []),
        ("http:// https://. www. www.. ftp://www.a.example git+https://a.example a.example", []),
        ("javascript:alert(1) xmpp:a@b.example mailto:a@b.example www.a@b.example", []),
        ("@bob, (@bob@other.example). @Bob_x's", ["@bob", "@bob@other.example", "@Bob_x"]),
        ("a@b.example @bob@ @bob@c.example@d /@bob", []),
        ("https://a.example/" + "x" * 3000, ["https://a.example/" + "x" * 3000]),
    ],
)  # fmt: skip
def test_addresses_and_handles_are_found_and_nothing_else(text: str, links: list[str]) -> None:
    found = list(linking.tokens(text))

    assert [token.text for token in found if isinstance(token, Address | Mention)] == links
    assert "".join(token.text for token in found) == text


class Reader(HTMLParser):
    """The text of HTML, which is checked for being well-formed and for what it holds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.open = "", list[str]()
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= ALLOWED[tag]
        assert all(re.match("https?://", value or "") for name, value in attrs if name == "href")
        if tag != "br":
            assert tag not in self.open
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(deadline=None)
@given(WRITTEN)
def test_no_character_is_lost_and_nothing_becomes_markup(text: str) -> None:
    known = {"bob": "bob", "bob@other.example": "bob@other.example"}

    assert Reader(markup.field(text, known).replace("\r", "&#13;")).text == text
    if text.strip():
        assert Reader(markup.paragraphs(text, known).replace("\r", "&#13;")).text == text.replace("\n", "")


def test_a_mention_leads_to_whom_it_meant_when_it_was_saved(db: None) -> None:
    alice, bob = (people.sign_up(username=n, email=f"{n}@x.example", password="long enough") for n in ("alice", "Bob"))
    Account.objects.create(username="eve", domain="other.example")
    people.change(
        alice.pk, note="@bob @eve@other.example @eve @dora", fields=[{"name": "", "value": "@BOB@testserver"}]
    )
    people.sign_up(username="dora", email="d@x.example", password="long enough")
    alice.refresh_from_db()

    assert alice.note_mentions == {"bob": "Bob", "eve@other.example": "eve@other.example"}
    assert markup.paragraphs(alice.note, alice.note_mentions) == (
        '<p><a href="http://testserver/@Bob" class="u-url mention">@bob</a> '
        '<a href="https://other.example/@eve" class="u-url mention">@eve@other.example</a> @eve @dora</p>'
    )
    assert alice.fields_mentions == {"bob@testserver": "Bob"}
    people.suspend(bob.pk)
    people.change(alice.pk, note="@bob")
    alice.refresh_from_db()
    assert alice.note_mentions is None
    assert alice.fields_mentions == {"bob@testserver": "Bob"}


def test_fields_say_whose_their_addresses_are() -> None:
    assert markup.field("www.a.example") == (
        '<a href="https://www.a.example" rel="me nofollow noopener">www.a.example</a>'
    )
