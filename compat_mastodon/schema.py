"""The OpenAPI description of the Mastodon API, and its page. `answers` and `shapes` describe the answers."""

import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NamedTuple

from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from compat_mastodon import answers, inputs, shapes
from compat_mastodon.api import Caller, View
from compat_mastodon.moderating import schema as moderating
from compat_mastodon.oauth import scopes
from compat_mastodon.routes import VIEWS
from compat_mastodon.summaries import INTRODUCTION, SUMMARIES

PART = re.compile(r"<(\w+)>")
JSON = "application/json"
PREFIX = re.compile("^(latchkey/)?v[12]/")
ERRORS = {
    "400": "The request is malformed",
    "404": "Not found, or the path does not have this method",
    "415": "The server does not read bodies of this type",
    "422": "A value is not valid, or the token belongs to no account",
    "429": "Too many requests",
    "503": "The database did not answer in time. Try again later",
}
DENIED = {"401": "The token is missing or not valid", "403": "The token lacks the scope, or you do not have permission"}
CONFLICTS = {"v1/markers": {"409": "Somebody else changed it at the same time. Try again"}}
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


class Dialect(NamedTuple):
    """The described part of the API: paths with their views, parameters and answers."""

    title: str
    views: Callable[[], dict[str, type[View] | dict[str, type[View]]]]  # they also hold the path to the description
    bodies: dict[str, dict[str, shapes.Shape]]
    queries: dict[str, dict[str, shapes.Shape]]
    components: dict[str, shapes.Shape]
    answers: Callable[[str, str], shapes.Shape]  # of a route and a method
    examples: dict[str, tuple[Any, Any]] = {}  # by method and route: a body, and its answer
    media: dict[str, str] = {}  # by route, where it is not JSON


class Operation(AutoSchema):
    """One method of one path. There are no serializers to look at: the tables of `shapes` say it all."""

    dialect: Dialect

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        for name, shape in self.dialect.components.items():
            registry.register_on_missing(ResolvedComponent(name, "schemas", shape, name))  # type: ignore[no-untyped-call]
        view: Any = self.view
        operation: dict[str, Any] = {
            "operationId": f"{method.lower()}_{re.sub('[^a-z0-9]+', '_', path_regex.lower())}".strip("_"),
            "tags": [PREFIX.sub("", path_regex).split("/")[0].partition("<")[0]],
            "summary": SUMMARIES.get(f"{method} {path_regex}") or _first_sentence(view),
            "description": _in_words(self.dialect, view, path_regex, method),
            "parameters": list(_parameters(self.dialect, path_regex, method)),
            "security": _security(view),
            "responses": _responses(self.dialect, view, path_regex, method),
        }
        if method != "GET":
            body, _ = self.dialect.examples.get(f"{method} {path_regex}", (None, None))
            operation["requestBody"] = _body(self.dialect.bodies.get(f"{method} {path_regex}", {}), body)
        return operation


class Endpoints(EndpointEnumerator):
    """The paths of a dialect, each method with the view that answers it."""

    dialect: Dialect

    def get_api_endpoints(self, patterns: Any = None, prefix: Any = "") -> Any:
        return [
            ("/" + PART.sub(r"{\1}", route), route.removeprefix("api/"), method, view.as_view())
            for route, endpoint in self.dialect.views().items()
            for method, view in _methods(endpoint)
        ]


class Generator(SchemaGenerator):
    introduction: ClassVar[str] = ""
    dialect: Dialect

    def __init_subclass__(cls) -> None:
        class Described(Endpoints):
            dialect = cls.dialect

        cls.endpoint_inspector_cls = Described

    def coerce_path(self, path: str, method: str, view: Any) -> str:
        return path  # there are no models whose key could be called otherwise

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        view = super().create_view(callback, method, request)  # type: ignore[no-untyped-call]
        view.schema = Operation()
        view.schema.dialect = self.dialect
        return view

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        document = super().get_schema(request, public)  # type: ignore[no-untyped-call]
        flow = {"authorizationUrl": "/oauth/authorize", "tokenUrl": "/oauth/token", "scopes": scopes.WORDS}
        document["info"]["title"] = self.dialect.title
        if self.introduction:
            document["info"]["description"] = self.introduction
        document["components"]["securitySchemes"] = {
            "oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}},
            "bearer": {"type": "http", "scheme": "bearer"},
        }
        return document


def _methods(endpoint: type[View] | dict[str, type[View]]) -> Iterator[tuple[str, type[View]]]:
    if isinstance(endpoint, dict):
        yield from endpoint.items()
    else:
        for method in ("get", "post", "put", "patch", "delete"):
            if hasattr(endpoint, method):
                yield method.upper(), endpoint


def _parameters(dialect: Dialect, route: str, method: str) -> Iterator[dict[str, Any]]:
    for name in PART.findall(route):
        yield {"name": name, "in": "path", "required": True, "schema": inputs.PART}
    for name, shape in (dialect.queries.get(route, {}) if method == "GET" else {}).items():
        yield {"name": name.rstrip("!"), "in": "query", "required": name.endswith("!"), "schema": shape}


def _in_words(dialect: Dialect, view: View, route: str, method: str) -> str:
    """The scopes, the errors and the paging of an operation, for people."""
    queries = dialect.queries.get(route, {}) if method == "GET" else {}
    paragraphs = [_scopes_in_words(view)]
    if "max_id" in queries:
        paragraphs.append(
            "**Paging:** newest first, `limit` rows per page. The `Link` header has the next and the previous page."
        )
    elif "offset" in queries:
        paragraphs.append("**Paging:** `limit` rows per page. Add the number of rows that you have to `offset`.")
    codes = ", ".join(sorted(_errors(view, route)))
    paragraphs.append(f'**Errors:** `{{"error": "…"}}` with one of the statuses {codes}.')
    return "\n\n".join(paragraphs)


def _scopes_in_words(view: View) -> str:
    if view.caller is Caller.NOBODY:
        return "**Scope:** none. You need no token."
    needed = " or ".join(f"`{scope}`" for scope in view.accepts) or "any"
    if view.caller in {Caller.OPTIONAL, Caller.EVERYBODY}:
        return f"**Scope:** {needed}, if you send a token. You can leave it out."
    return f"**Scope:** {needed}."


def _errors(view: View, route: str) -> dict[str, str]:
    return ERRORS | CONFLICTS.get(route, {}) | (DENIED if view.caller is not Caller.NOBODY else {})


def _first_sentence(view: View) -> str:
    return (type(view).__doc__ or type(view).__name__).strip().splitlines()[0].rstrip(".")


def _security(view: View) -> list[dict[str, list[str]]]:
    """Any one of the accepted scopes is enough."""
    ways: list[dict[str, list[str]]] = [{"oauth": [scope], "bearer": []} for scope in view.accepts] or [{"bearer": []}]
    if view.caller is Caller.NOBODY:
        return []
    return [{}, *ways] if view.caller in {Caller.OPTIONAL, Caller.EVERYBODY} else ways


def _body(fields: dict[str, shapes.Shape], example: Any = None) -> dict[str, Any]:
    """In JSON or as a form; both are the same to the views."""
    as_form = {"schema": _object(inputs.in_a_form(fields))}
    kinds = {"application/x-www-form-urlencoded": as_form, "multipart/form-data": as_form}
    return {
        "required": any(name.endswith("!") for name in fields),
        "content": {"application/json": _content(_object(fields), example), **kinds},
    }


def _object(fields: dict[str, shapes.Shape]) -> shapes.Shape:
    required = [name.rstrip("!") for name in fields if name.endswith("!")]
    return {
        "type": "object",
        "properties": {name.rstrip("!"): shape for name, shape in fields.items()},
        **({"required": required} if required else {}),
    }


def _content(schema: shapes.Shape, example: Any) -> dict[str, Any]:
    return {"schema": schema} | ({} if example is None else {"example": example})


def _answer(route: str, method: str) -> shapes.Shape:
    if method == "GET":
        return (answers.GETS | moderating.GETS).get(route, shapes.NONE)
    if method == "DELETE":
        return (answers.DELETES | moderating.DELETES).get(route, shapes.DONE)
    changes_ties = route.startswith("v1/accounts/<account>/")
    return (answers.WRITES | moderating.WRITES).get(route) or (
        shapes.ref("Relationship") if changes_ties else shapes.DONE
    )


def _responses(dialect: Dialect, view: View, route: str, method: str) -> dict[str, Any]:
    shape = dialect.answers(route, method)
    _, example = dialect.examples.get(f"{method} {route}", (None, None))
    errors = {code: (text, shapes.ref("Error")) for code, text in _errors(view, route).items()}
    answers = {"200": ("Success", shape)} | errors
    return {
        code: {
            "description": text,
            "headers": _headers(code),
            "content": {
                dialect.media.get(route, JSON) if code == "200" else JSON: _content(
                    shape, example if code == "200" else None
                )
            },
        }
        for code, (text, shape) in sorted(answers.items())
    }


def _headers(code: str) -> dict[str, Any]:
    more = (
        {"Link": LINK, "Deprecation": shapes.TEXT | {"pattern": "^@[0-9]+$"}, "X-Total-Count": shapes.TEXT}
        if code == "200"
        else {}
    )
    more |= {"WWW-Authenticate": CHALLENGE} if code in DENIED else {}
    return {name: {"schema": schema, "required": name in ALWAYS} for name, schema in (HEADERS | more).items()}


class Mastodon(Generator):
    introduction = INTRODUCTION
    dialect = Dialect(
        "Latchkey for Mastodon clients",
        lambda: VIEWS,
        inputs.BODIES | moderating.BODIES,
        inputs.QUERIES | moderating.QUERIES,
        shapes.COMPONENTS | moderating.COMPONENTS,
        _answer,
    )


class Description(SpectacularAPIView):
    generator_class = Mastodon
    authentication_classes = ()
    permission_classes = ()


class Viewer(SpectacularSwaggerSplitView):
    """Loads only files of this server."""

    template_name = "compat_mastodon/api.html"
    authentication_classes = ()
    permission_classes = ()
