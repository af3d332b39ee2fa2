"""The page to unsubscribe from the mails about waiting requests (RFC 8058: mail programs send the POST themselves)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.pages.shell import page, render_page
from follows.notices import digest


@csrf_exempt
@page
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, link: str) -> HttpResponse:
    """Ask on GET, and end them on POST. The link is signed, so nobody needs to be signed in."""
    done = request.method == "POST"
    account = digest.stop(link) if done else digest.addressee(link)
    return render_page(request, "follows/pages/stop_digest", status=200 if account else 404, account=account, done=done)
