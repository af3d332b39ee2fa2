"""Which address a client may be answered at (mastodon.md §1.3), and how the answer is added."""

import pytest

from compat_mastodon.oauth import redirects


@pytest.mark.parametrize(
    ("asked", "registered"),
    [
        ("https://a.example/cb", "https://a.example/cb"),
        ("https://b.example/", "https://a.example/cb https://b.example/"),
        ("app://", "https://a.example/cb\napp://"),
        ("urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob"),
        ("https://a.example/cb?b=2&a=1", "https://a.example/cb?a=1&b=2"),
        ("https://a.example/cb?any=thing", "https://a.example/cb"),
        ("http://127.0.0.1:5000/cb", "http://127.0.0.1:4000/cb"),
        ("http://127.0.0.1:5000/cb", "http://127.0.0.1/cb"),
        ("http://[::1]:5000/cb", "http://[::1]/cb"),
    ],
)
def test_these_are_the_same(asked: str, registered: str) -> None:
    assert redirects.allowed(asked, registered)


@pytest.mark.parametrize(
    ("asked", "registered"),
    [
        ("", "https://a.example/cb"),
        ("https://a.example/cb", ""),
        ("https://a.example/cb/", "https://a.example/cb"),
        ("https://a.example/c", "https://a.example/cb"),
        ("https://a.example/cb/../x", "https://a.example/cb"),
        ("https://a.example/cb", "https://a.example/cb?a=1"),
        ("https://a.example/cb?a=1&a=1", "https://a.example/cb?a=1"),
        ("https://a.example/cb?a=1&b=2", "https://a.example/cb?a=1"),
        ("https://a.example.evil.example/cb", "https://a.example/cb"),
        ("https://a.example@evil.example/cb", "https://a.example/cb"),
        ("https://evil.example/?https://a.example/cb", "https://a.example/cb"),
        ("http://a.example/cb", "https://a.example/cb"),
        ("https://a.example:8443/cb", "https://a.example/cb"),
        ("http://localhost:5000/cb", "http://localhost:4000/cb"),
        ("http://127.0.0.1:80@evil.example/cb", "http://127.0.0.1/cb"),
        ("http://127.0.0.1:5000.evil.example/cb", "http://127.0.0.1/cb"),
        ("http://127.0.0.2:5000/cb", "http://127.0.0.2:4000/cb"),
        ("https://a.example/cb#x", "https://a.example/cb"),
        ("https://a.example/c\nb", "https://a.example/cb"),
        ("https://a.example/cb\t", "https://a.example/cb"),
        ("https://a.example\\@evil.example/cb", "https://a.example/cb"),
        ("https://[a.example/cb", "https://a.example/cb"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("app:", "app://"),
    ],
)
def test_these_are_not(asked: str, registered: str) -> None:
    assert not redirects.allowed(asked, registered)


@pytest.mark.parametrize(
    ("uri", "mode", "result"),
    [
        ("https://a.example/cb", "query", "https://a.example/cb?code=1&state=x+%26+y"),
        ("https://a.example/cb?a=1", "query", "https://a.example/cb?a=1&code=1&state=x+%26+y"),
        ("app://", "query", "app://?code=1&state=x+%26+y"),
        ("https://a.example/cb?a=1", "fragment", "https://a.example/cb?a=1#code=1&state=x+%26+y"),
    ],
)
def test_the_answer_is_appended_and_the_rest_left_alone(uri: str, mode: str, result: str) -> None:
    assert redirects.extended(uri, {"code": "1", "state": "x & y"}, mode) == result
