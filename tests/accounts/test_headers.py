"""Headers that many answers have do not replace those that an answer has already."""

from django.http import HttpResponse

from accounts.headers import Headers, listed

PRIVATE = Headers({"Cache-Control": "private", "Vary": "Origin"})


def test_an_answer_keeps_its_own_headers() -> None:
    answer = HttpResponse(headers={"cache-control": "public"})

    PRIVATE.complete(answer)

    assert (answer["Cache-Control"], answer["Vary"]) == ("public", "Origin")


def test_what_one_answer_changes_stays_with_it() -> None:
    changed, other = HttpResponse(), HttpResponse()

    PRIVATE.complete(changed)
    changed["Vary"] = "Cookie"
    PRIVATE.complete(other)

    assert other["Vary"] == "Origin"


def test_cookies_are_among_the_headers_that_are_sent() -> None:
    answer = HttpResponse(headers={"X-One": "1"})
    answer.set_cookie("session", "abc")
    answer.set_cookie("other", "def")

    names = [name for name, _ in listed(answer)]

    assert sorted(names) == ["Content-Type", "Set-Cookie", "Set-Cookie", "X-One"]
