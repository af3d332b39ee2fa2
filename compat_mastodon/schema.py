"""The OpenAPI description of this dialect, and the viewer for it. What the answers hold is in `shapes`."""

import re
from collections.abc import Iterator
from typing import Any

from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from compat_mastodon import inputs, shapes
from compat_mastodon.api import Caller, View
from compat_mastodon.oauth import scopes

PART = re.compile(r"<(\w+)>")
ERRORS = {
    "400": "The parameters make no sense",
    "404": "There is no such thing, or it knows no such method",
    "415": "The body is in no format that is read",
    "422": "Something that was sent is not valid, or the token is nobody's",
    "429": "Too many requests",
    "503": "The database did not answer in time; try again",
}
DENIED = {"401": "The token is missing or no good", "403": "Not with this token, or not at all"}
CONFLICTS = {"v1/markers": {"409": "Another change came between; try again"}}
HEADERS = {
    "Cache-Control": shapes.TEXT,
    "Vary": shapes.TEXT | {"pattern": "^Authorization, Origin$"},
    "X-RateLimit-Limit": shapes.COUNT,
    "X-RateLimit-Remaining": shapes.COUNT,
    "X-RateLimit-Reset": shapes.TEXT | {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"},
}
ALWAYS = {"Cache-Control", "Vary"}  # a switch turns the limits off
LINK = shapes.TEXT | {"pattern": r'^<[^<>,]+>; rel="(next|prev)"(, <[^<>,]+>; rel="prev")?$'}
CHALLENGE = shapes.TEXT | {"pattern": '^Bearer realm="Doorkeeper", error="[a-z_]+", error_description="[^"]+"$'}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Operation(AutoSchema):
    """One method of one path. There are no serializers to look at: the tables of `shapes` say it all."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        for name, shape in shapes.COMPONENTS.items():
            registry.register_on_missing(ResolvedComponent(name, "schemas", shape, name))  # type: ignore[no-untyped-call]
        view: Any = self.view
        operation: dict[str, Any] = {
            "operationId": f"{method.lower()}_{re.sub('[^a-z0-9]+', '_', path_regex.lower())}".strip("_"),
            "tags": [path_regex.split("/")[1].partition("<")[0]],
            "description": (type(view).__doc__ or "").strip(),
            "parameters": list(_parameters(path_regex, method)),
            "security": _security(view),
            "responses": _responses(view, path_regex, method),
        }
        if method != "GET":
            operation["requestBody"] = _body(inputs.BODIES.get(f"{method} {path_regex}", {}))
        return operation


class Endpoints(EndpointEnumerator):
    """The paths of `urls`, each method with the view that answers it."""

    def get_api_endpoints(self, patterns: Any = None, prefix: Any = "") -> Any:
        from compat_mastodon.urls import VIEWS  # it also holds the path to this description

        return [
            ("/" + PART.sub(r"{\1}", route), route.removeprefix("api/"), method, view.as_view())
            for route, endpoint in VIEWS.items()
            for method, view in _methods(endpoint)
        ]


class Generator(SchemaGenerator):
    endpoint_inspector_cls = Endpoints

    def coerce_path(self, path: str, method: str, view: Any) -> str:
        return path  # there are no models whose key could be called otherwise

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        view = super().create_view(callback, method, request)  # type: ignore[no-untyped-call]
        view.schema = Operation()
        return view

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        document = super().get_schema(request, public)  # type: ignore[no-untyped-call]
        flow = {"authorizationUrl": "/oauth/authorize", "tokenUrl": "/oauth/token", "scopes": scopes.WORDS}
        document["components"]["securitySchemes"] = {
            "oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}},
            "bearer": {"type": "http", "scheme": "bearer"},
        }
        return document


class Description(SpectacularAPIView):
    generator_class = Generator
    authentication_classes = ()
    permission_classes = ()


class Viewer(SpectacularSwaggerSplitView):
    """Everything that it loads is this server's own."""

    authentication_classes = ()
    permission_classes = ()

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Content-Security-Policy"] = POLICY
        return answer


def _methods(endpoint: type[View] | dict[str, type[View]]) -> Iterator[tuple[str, type[View]]]:
    if isinstance(endpoint, dict):
        yield from endpoint.items()
    else:
        for method in ("get", "post", "put", "patch", "delete"):
            if hasattr(endpoint, method):
                yield method.upper(), endpoint


def _parameters(route: str, method: str) -> Iterator[dict[str, Any]]:
    for name in PART.findall(route):
        yield {"name": name, "in": "path", "required": True, "schema": inputs.PART}
    for name, shape in (inputs.QUERIES.get(route, {}) if method == "GET" else {}).items():
        yield {"name": name.rstrip("!"), "in": "query", "required": name.endswith("!"), "schema": shape}


def _security(view: View) -> list[dict[str, list[str]]]:
    """Any one of the accepted scopes is enough."""
    ways: list[dict[str, list[str]]] = [{"oauth": [scope], "bearer": []} for scope in view.accepts] or [{"bearer": []}]
    if view.caller is Caller.NOBODY:
        return []
    return [{}, *ways] if view.caller in {Caller.OPTIONAL, Caller.EVERYBODY} else ways


def _body(fields: dict[str, shapes.Shape]) -> dict[str, Any]:
    """In JSON or as a form; both are the same to the views."""
    as_form = {"schema": _object(inputs.in_a_form(fields))}
    kinds = {"application/x-www-form-urlencoded": as_form, "multipart/form-data": as_form}
    return {
        "required": any(name.endswith("!") for name in fields),
        "content": {"application/json": {"schema": _object(fields)}, **kinds},
    }


def _object(fields: dict[str, shapes.Shape]) -> shapes.Shape:
    required = [name.rstrip("!") for name in fields if name.endswith("!")]
    return {
        "type": "object",
        "properties": {name.rstrip("!"): shape for name, shape in fields.items()},
        **({"required": required} if required else {}),
    }


def _responses(view: View, route: str, method: str) -> dict[str, Any]:
    if method == "GET":
        shape = shapes.GETS.get(route, shapes.NONE)
    elif method == "DELETE":
        shape = shapes.DELETES.get(route, shapes.DONE)
    else:
        changes_ties = route.startswith("v1/accounts/<account>/")
        shape = shapes.WRITES.get(route) or (shapes.ref("Relationship") if changes_ties else shapes.DONE)
    errors = ERRORS | CONFLICTS.get(route, {}) | (DENIED if view.caller is not Caller.NOBODY else {})
    answers = {"200": ("Done", shape)} | {code: (text, shapes.ref("Error")) for code, text in errors.items()}
    return {
        code: {
            "description": text,
            "headers": _headers(code),
            "content": {"application/json": {"schema": shape}},
        }
        for code, (text, shape) in sorted(answers.items())
    }


def _headers(code: str) -> dict[str, Any]:
    more = {"Link": LINK, "Deprecation": shapes.TEXT | {"pattern": "^@[0-9]+$"}} if code == "200" else {}
    more |= {"WWW-Authenticate": CHALLENGE} if code in DENIED else {}
    return {name: {"schema": schema, "required": name in ALWAYS} for name, schema in (HEADERS | more).items()}
