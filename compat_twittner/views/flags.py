"""The pictures behind `country_flag`: every country's flag as the emoji that the phone draws."""

from django.http import HttpRequest, HttpResponse

from compat_twittner import countries
from compat_twittner.api import INVALID_ENDPOINT, answer

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 24" role="img" aria-label="{name}">'
    '<text x="16" y="20" font-size="22" text-anchor="middle">{emoji}</text></svg>'
)


def flag(_request: HttpRequest, code: str) -> HttpResponse:
    country = countries.of(code)
    if country.code != code:
        return answer(INVALID_ENDPOINT)
    emoji = "".join(chr(ord(letter) - ord("a") + 0x1F1E6) for letter in code)  # regional indicators
    name = country.name.replace("&", "&amp;").replace('"', "&quot;")
    response = HttpResponse(SVG.format(name=name, emoji=emoji), content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=31536000"
    return response
