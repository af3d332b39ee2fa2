"""The view of a request, for metrics and the access log."""

from django.http import HttpRequest


def view_of(request: HttpRequest) -> str:
    """Return the view that answered, as module and name; `none` where no view did."""
    found = getattr(request, "found", None)  # `config.apis`
    view = found[0] if found else getattr(request.resolver_match, "func", None)
    if view is None:
        return "none"
    view = getattr(view, "view_class", None) or getattr(view, "cls", view)
    return f"{view.__module__}.{getattr(view, '__qualname__', type(view).__qualname__)}"
