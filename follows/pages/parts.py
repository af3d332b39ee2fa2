"""Parts of pages that are the same for everybody: each is made once in each language."""

from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language


def part(name: str, **values: str) -> SafeString:
    """The part with this template and these values, as HTML."""
    return _part(name, get_language(), **values)


@lru_cache(200)
def _part(name: str, language: str | None, **values: str) -> SafeString:  # noqa: ARG001  # it is made in this language
    return render_to_string(f"follows/pages/{name}.html", values)
