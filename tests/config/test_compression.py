"""Pages, styles and scripts are small on the wire; answers of the APIs and files stay as they are."""

import gzip
import re

import pytest

from accounts.models import Account
from tests.compat_mastodon.oauth_client import browser

GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_page_with_its_styles_and_scripts(alice: Account) -> None:
    client = browser(alice)
    page = client.get("/requests", headers=GZIP)
    html = gzip.decompress(page.content).decode()
    assert "Accept-Encoding" in page["Vary"]

    for address in re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', html):
        file = client.get(address, headers=GZIP)
        assert file["Content-Encoding"] == "gzip"
        assert gzip.decompress(b"".join(file)) == b"".join(client.get(address))
        assert "immutable" in file["Cache-Control"]


@pytest.mark.parametrize("path", ["/api/v2/instance", "/data/lists/following.csv"])
def test_answers_of_the_apis_and_files(alice: Account, path: str) -> None:
    assert not browser(alice).get(path, headers=GZIP).has_header("Content-Encoding")


def test_a_browser_that_wants_none(alice: Account) -> None:
    assert b"<h1>" in browser(alice).get("/requests", headers={"Accept-Encoding": "identity"}).content
