"""A domain has one spelling: the ASCII form of IDNA, in lower case, without a final dot."""

import pytest

from accounts import lookup
from accounts.domains import NotADomain, canonical
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from config import environment


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example.", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.Example", "xn--bcher-kva.example"),
        (" Other.Example. ", "other.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("例え.テスト。", "xn--r8jz45g.xn--zckzah"),
        ("ＯＴＨＥＲ．example", "other.example"),
        ("bücher.example:3000", "xn--bcher-kva.example:3000"),
        ("other.example.:3000", "other.example:3000"),
        ("my_host.example", "my_host.example"),
        ("r3---sn.example", "r3---sn.example"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("localhost", "localhost"),
    ],
)
def test_whatever_way_it_is_written(written: str, spelled: str) -> None:
    assert canonical(written) == spelled
    assert canonical(spelled) == spelled


@pytest.mark.parametrize(
    "written",
    [
        *("", ".", "a..b", "-a.example", "a-.example", "no site", "a/b", "a@b", "a.example..", "\0", "a\n.example"),
        *("xn--zzzzzz99999.example", "xn--a.example", "i❤.example", f"{'ü' * 63}.example", "ü" * 5000, "a:b", ":80"),
        *(f"{'a' * 64}.example", ".".join(["a" * 60] * 5), "a.example:123456", "[::1]", "\ud800.example"),
    ],
)
def test_what_cannot_name_a_server_is_refused(written: str) -> None:
    with pytest.raises(NotADomain):
        canonical(written)


@pytest.mark.parametrize(
    "domain", ["bücher.example", "Bücher.Example.", "xn--bcher-kva.example", "BU\u0308CHER.example"]
)
def test_a_handle_is_found_by_any_spelling(db: None, domain: str) -> None:
    eve = Account.objects.create(username="eve", domain="xn--bcher-kva.example")

    assert lookup.by_handle(f"@Eve@{domain}", "here.example") == eve.pk
    assert lookup.matching(f"eve@{domain}", "here.example", 5, by_email=False) == {eve.pk}
    assert lookup.matching(domain, "here.example", 5, by_email=False) == {eve.pk}


@pytest.mark.parametrize("local", ["here.example", "[::1]:8000", "xn--bcher-kva.example"])
def test_this_server_has_many_spellings_too(alice: Account, local: str) -> None:
    spellings = [local, local.upper()] + ["BÜCHER.example."] * local.startswith("xn--")

    assert {lookup.by_handle(f"alice@{spelling}", local) for spelling in spellings} == {alice.pk}


@pytest.mark.parametrize("domain", ["a..b", "no site", "i❤.example", "\0"])
def test_nobody_is_found_at_what_is_no_domain(alice: Account, domain: str) -> None:
    assert lookup.matching(f"alice@{domain}", "here.example", 5, by_email=True) == set()
    with pytest.raises(NoSuchAccount):
        lookup.by_handle(f"alice@{domain}", "here.example")


def test_this_server_may_be_named_in_any_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE_URL", "https://BÜCHER.example:8443/")

    assert environment.origin("BASE_URL", "") == "https://xn--bcher-kva.example:8443"
