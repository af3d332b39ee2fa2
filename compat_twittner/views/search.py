"""Finding people (twittner.md §2.4)."""

from django.http import HttpRequest, HttpResponse

from accounts.replicas.routing import public
from accounts.validation import clean_text
from compat_twittner import cards
from compat_twittner.api import Read, listing
from compat_twittner.refusals import Failure
from follows.finding import search


class SearchPeople(Read):
    """A blank query lists everybody; the apps open their people tab with one."""

    signed_in = False

    def get(self, request: HttpRequest) -> HttpResponse:
        query = self.params.query.raw("query")
        if not 1 <= len(query) <= 32:
            raise Failure((400, "The search term is invalid or missing"))
        text = clean_text(query).removeprefix("@")
        page = public(self.viewer, search.people_like, text, self.viewer, self.params.query.window())
        return listing("Results found", cards.found_items(page, self.viewer))
