"""The page behind the link that was sent to a new e-mail address. Opening it changes nothing; its button does."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from accounts import new_email
from accounts.mail import letters
from accounts.pages.shell import page, render_page


@page
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, person: str, email: str, token: str) -> HttpResponse:
    """Ask on GET, and take the address on POST."""
    done = request.method == "POST"
    move = new_email.take(person, email, token) if done else letters.moved_by(person, email, token)
    status = 200 if move else 404
    return render_page(request, "accounts/pages/new_email", status=status, move=move, done=done)
