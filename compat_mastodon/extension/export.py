"""The member's data as files."""

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from compat_mastodon.extension.api import View
from follows import export


class Export(View):
    """One list of yours as CSV."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        if kind not in export.FILES:
            raise Http404
        response = StreamingHttpResponse(export.lines(kind, self.me), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
        response["Cache-Control"] = "private, no-store"
        response["Vary"] = "Authorization, Origin"
        return response
