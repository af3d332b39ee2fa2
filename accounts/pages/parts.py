"""Parts of pages that are the same for many: each is made once for its values, in each language."""

from collections.abc import Hashable
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

KEPT = 500


def part(template: str, **values: Hashable) -> SafeString:
    """The part with this template, named without `.html`, and these values, as HTML."""
    return _part(template, get_language(), settings.ROOT_URLCONF, **values)


@lru_cache(KEPT)
def _part(
    template: str,
    language: str | None,  # noqa: ARG001  # it is made in this language
    urls: str,  # noqa: ARG001  # and links to these
    **values: Hashable,
) -> SafeString:
    return render_to_string(f"{template}.html", values)
