"""Blocks, lookups, searches, addresses and authors' sites: each knows a server by any spelling of its name."""

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.models import DomainBlock
from tests.compat_mastodon.conftest import Clients, ids, refusal

SPELLINGS = ["bücher.example", "BÜCHER.example.", "xn--bcher-kva.example", "Bu\u0308cher.Example"]
SPELLED = "xn--bcher-kva.example"


@pytest.fixture
def zoe(db: None) -> Account:
    return Account.objects.create(username="zoe", domain=SPELLED)


@pytest.mark.parametrize("domain", SPELLINGS)
def test_a_server_is_blocked_and_unblocked_by_any_spelling(
    mastodon: Clients, alice: Account, zoe: Account, domain: str
) -> None:
    client = mastodon(alice)
    graph.follow(zoe.pk, alice.pk, Actor(zoe.pk, "test"))

    assert client.get("/api/v1/domain_blocks/preview", {"domain": domain}).json()["followers_count"] == 1
    client.post("/api/v1/domain_blocks", {"domain": domain})
    assert client.get("/api/v1/domain_blocks").json() == [SPELLED]
    assert client.get(f"/api/v1/accounts/relationships?id[]={zoe.pk}").json()[0]["domain_blocking"] is True
    client.delete("/api/v1/domain_blocks", {"domain": domain})
    assert not DomainBlock.objects.exists()


@pytest.mark.parametrize("domain", SPELLINGS)
def test_people_are_found_by_any_spelling(mastodon: Clients, alice: Account, zoe: Account, domain: str) -> None:
    client = mastodon(alice)

    assert client.get("/api/v1/accounts/lookup", {"acct": f"zoe@{domain}"}).json()["id"] == str(zoe.pk)
    assert ids(client.get("/api/v1/accounts/search", {"q": f"@zoe@{domain}"})) == [zoe.pk]
    found = client.get("/api/v2/search", {"q": f"https://{domain}/@zoe"}).json()["accounts"]
    assert [account["id"] for account in found] == [str(zoe.pk)]


def test_sites_of_an_author_are_kept_in_one_spelling(mastodon: Clients, alice: Account) -> None:
    sent = [*SPELLINGS, "HTTPS://BÜCHER.example/", "*.bücher.example"]
    me = mastodon(alice).patch("/api/v1/accounts/update_credentials", {"attribution_domains": sent}).json()

    assert me["source"]["attribution_domains"] == [SPELLED]


@pytest.mark.parametrize("domain", ["a..b", "i❤.example", "xn--a.example", "-a.example"])
def test_what_is_no_domain_gets_a_clear_error(mastodon: Clients, alice: Account, domain: str) -> None:
    client = mastodon(alice)

    refused = (422, "Validation failed: Domain is not a valid domain name")
    assert refusal(client.post("/api/v1/domain_blocks", {"domain": domain})) == refused
    assert refusal(client.get("/api/v1/domain_blocks/preview", {"domain": domain})) == refused
    assert refusal(client.get("/api/v1/accounts/lookup", {"acct": f"zoe@{domain}"})) == (404, "Record not found")
    assert ids(client.get("/api/v1/accounts/search", {"q": f"zoe@{domain}"})) == []
    sites = client.patch("/api/v1/accounts/update_credentials", {"attribution_domains": [domain]})
    assert refusal(sites) == (422, "Validation failed: Attribution domains is invalid")
