"""The pages that the statements of a request look at, as PostgreSQL counts them: `EXPLAIN (ANALYZE, BUFFERS)` of each.

Each statement is explained first, in a savepoint that is rolled back, and then runs. What a commit does is not
counted: the checks of foreign keys, two look-ups for an edge.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db import connection

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from follows import opening
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_twittner.conftest import Twittner
from tests.factories import AccountFactory

EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


class Cost(NamedTuple):
    """What a request asks the database for: how many statements, pages of 8 KB, and milliseconds within it."""

    statements: int = 0
    pages: int = 0
    milliseconds: float = 0


class Explainer:
    """Explains each statement that Django runs."""

    def __init__(self) -> None:
        self.cost = Cost()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(EXPLAINED) and not many:
            self._explain(sql, params)
        return execute(sql, params, many, context)

    def _explain(self, sql: str, params: Any) -> None:
        inside = connection.in_atomic_block
        with connection.connection.cursor() as cursor:
            if inside:
                cursor.execute("SAVEPOINT explained")
            plan = cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params).fetchone()[0]
            if inside:
                cursor.execute("ROLLBACK TO explained")
        (found,) = json.loads(plan) if isinstance(plan, str) else plan
        pages = found["Plan"]["Shared Hit Blocks"] + found["Plan"]["Shared Read Blocks"]
        count, total, milliseconds = self.cost
        self.cost = Cost(count + 1, total + pages, milliseconds + found["Execution Time"])


def report() -> dict[str, Cost]:
    """The cost of each hot request."""
    return {name: _cost(act) for name, act in _requests()}


def _cost(act: Callable[[], Any]) -> Cost:
    explainer = Explainer()
    with connection.execute_wrapper(explainer):
        act()
    return explainer.cost


def _requests() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Requests, in an order in which each can be done; all through the views of the APIs."""
    star, owner = (Account.objects.get(username=name) for name in ("star", "owner"))
    member = Account.objects.exclude(pk__in=[star.pk, owner.pk]).order_by("-pk").first()
    newcomer = AccountFactory()
    mastodon, owners, fresh = (Mastodon(token_for(one)) for one in (member, owner, newcomer))
    phone = Twittner(sessions.open_session(owner.pk, Platform.ANDROID).token)
    api = "/api/v1/accounts"

    def get(client: Mastodon, path: str) -> Callable[[], None]:
        return lambda: _good(client.get(path))

    def post(client: Mastodon, path: str) -> Callable[[], None]:
        return lambda: _good(client.post(path))

    waiting = owners.get("/api/v1/follow_requests?limit=40").json()
    shown = "&".join(f"id[]={one['id']}" for one in waiting)
    deep = owners.get("/api/v1/follow_requests?limit=80").headers["Link"].partition("max_id=")[2].partition(">")[0]
    mastodon.get(f"{api}/verify_credentials")
    owners.get(f"{api}/verify_credentials")
    yield "own account (`verify_credentials`)", get(mastodon, f"{api}/verify_credentials")
    yield "own account, with the number of follow requests", get(owners, f"{api}/verify_credentials")
    yield "40 relationships", get(mastodon, f"{api}/relationships?{shown}")
    yield "40 follow requests", get(owners, "/api/v1/follow_requests?limit=40")
    yield "40 follow requests, from the middle", get(owners, f"/api/v1/follow_requests?limit=40&max_id={deep}")
    yield "40 follow requests, Twittner", lambda: phone.get("follow_requests", page_size=40)
    yield "40 followers of the account that everybody follows", get(mastodon, f"{api}/{star.pk}/followers?limit=40")
    yield "40 follows of an account", get(mastodon, f"{api}/{member.pk}/following?limit=40")
    yield "search for a name", get(mastodon, "/api/v2/search?q=kowalski&type=accounts")
    yield "search for a user name", get(mastodon, f"/api/v2/search?q={member.username}&type=accounts")
    yield "directory", get(mastodon, "/api/v1/directory")
    yield "suggestions", get(mastodon, "/api/v2/suggestions")
    yield "follow the account that everybody follows", post(fresh, f"{api}/{star.pk}/follow")
    yield "unfollow it", post(fresh, f"{api}/{star.pk}/unfollow")
    yield "ask", post(fresh, f"{api}/{owner.pk}/follow")
    yield "approve", post(owners, f"/api/v1/follow_requests/{newcomer.pk}/authorize")
    yield "reject", post(owners, f"/api/v1/follow_requests/{waiting[0]['id']}/reject")
    yield "block a follower", post(owners, f"{api}/{newcomer.pk}/block")
    opening.begin(owner.pk, Actor(owner.pk, "test"))
    Account.objects.filter(pk=owner.pk).update(locked=False)
    yield "one chunk of an opening", lambda: opening.accept_oldest(owner.pk)
    Account.objects.filter(pk=owner.pk).update(locked=True)


def _good(answer: Any) -> None:
    assert answer.status_code == 200, answer.content
