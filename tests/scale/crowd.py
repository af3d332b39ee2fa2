"""One account with very many followers and requests: what it waits for, by request and by what runs behind the answer.

The followers are copies of one row, made within the database, with nothing but what the graph needs of them.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from statistics import median

from django.db import connection

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from follows import leaving, opening
from follows.models import Follow, Tally
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_twittner.conftest import Twittner
from tests.factories import AccountFactory
from tests.scale.growth import TALLIES, run, take_off, timed

TIMES = 30  # of each request; its time is the median
Say = Callable[[str], None]


def gather(say: Say, followers: int, waiting: int) -> int:
    """Let so many follow one locked account, and so many more ask it; returns its id."""
    star = AccountFactory(username="crowded", locked=True).pk
    first = star + 1
    last = star + followers + waiting
    copied = [
        field.column for field in Account._meta.concrete_fields if field.column not in {"id", "username", "email"}
    ]
    columns = ", ".join(copied)
    indexes = {model: take_off(model) for model in (Follow, Tally)}
    people, _ = timed(
        lambda: run(
            f"INSERT INTO accounts_account (id, username, email, {columns})"
            f" SELECT one, 'fan_' || one, '', {columns.replace('locked', 'false')} FROM accounts_account,"
            f" generate_series({first}, {last}) AS one WHERE id = {star}",
            f"SELECT setval(pg_get_serial_sequence('accounts_account', 'id'), {last})",
        )
    )
    edges, _ = timed(
        lambda: run(
            "INSERT INTO follows_follow (follower_id, target_id, accepted_at)"
            f" SELECT one, {star}, CASE WHEN one <= {star + followers} THEN now() END"
            f" FROM generate_series({first}, {last}) AS one",
            *indexes[Follow],
        )
    )
    run("TRUNCATE follows_tally", TALLIES, *indexes[Tally], "VACUUM ANALYZE")
    connection.close()  # psycopg made the database forget all statements when tables lost their indexes
    say(f"{followers + waiting:,} accounts in {people:,.0f} s, as many edges in {edges:,.0f} s\n")
    return int(star)


def measure(star: int, say: Say) -> None:
    """Time each request, and then the opening and the deletion to their ends."""
    for name, acts in _requests(star):
        times = sorted(timed(act)[0] * 1000 for act in acts)
        say(f"| {name} | {median(times):.1f} | {times[-1]:.1f} |")
    waiting, followers = (
        Follow.objects.filter(target=star, accepted_at__isnull=value).count() for value in (True, False)
    )
    opening.begin(star, Actor(star, "test"))
    Account.objects.filter(pk=star).update(locked=False)
    _say_rate(say, "opening", waiting, lambda: opening.accept_oldest(star))
    leaving.begin(star, Actor(star, "test"))
    _say_rate(say, "deletion", waiting + followers, lambda: leaving.take_step(star))


def _say_rate(say: Say, name: str, count: int, step: Callable[[], int]) -> None:
    """Run all steps; their rate in the first and the last tenth, too, which tells whether steps get slower."""
    times = []
    while True:
        seconds, done = timed(step)
        times.append(seconds)
        if not done:
            break
    tenth = max(len(times) // 10, 1)
    ends = [sum(part) / tenth * 1000 for part in (times[:tenth], times[-tenth:])]
    say(
        f"| {name} of {count:,} | {count / sum(times):,.0f}/s in {sum(times):,.0f} s | a step took {ends[0]:.1f} ms"
        f" in the first tenth, {ends[1]:.1f} in the last, {max(times) * 1000:.0f} at most |"
    )


def _requests(star: int) -> Iterator[tuple[str, Iterator[Callable[[], int]]]]:
    owner, phone = (
        Mastodon(token_for(Account.objects.get(pk=star))),
        Twittner(sessions.open_session(star, Platform.ANDROID).token),
    )
    follows = Follow.objects.filter(target=star).order_by("pk")
    asking = iter(list(follows.pending().values_list("follower", flat=True)[: 4 * TIMES]))
    following = iter(list(follows.accepted().values_list("follower", flat=True)[: 4 * TIMES]))
    new = [Mastodon(token_for(AccountFactory())) for _ in range(TIMES)]
    middle = follows.pending().values_list("pk", flat=True)[follows.pending().count() // 2]
    api = "/api/v1"

    def get(path: str) -> Iterator[Callable[[], int]]:
        return iter([lambda: _good(owner.get(path).status_code)] * TIMES)

    def post(path: str, people: Iterator[int]) -> Iterator[Callable[[], int]]:
        return iter([lambda one=one: _good(owner.post(path.format(one)).status_code) for one in islice(people, TIMES)])

    yield "own account", get(f"{api}/accounts/verify_credentials")
    yield "40 follow requests", get(f"{api}/follow_requests?limit=40")
    yield "40 follow requests from the middle", get(f"{api}/follow_requests?limit=40&max_id={middle}")
    yield (
        "40 follow requests, Twittner",
        iter([lambda: _good(phone.get("follow_requests", page_size=40)["code"])] * TIMES),
    )
    yield "40 followers", get(f"{api}/accounts/{star}/followers?limit=40")
    yield "the queue by friends in common", get("/api/latchkey/v1/requests?sort=friends&limit=40")
    yield "ask", iter([lambda one=one: _good(one.post(f"{api}/accounts/{star}/follow").status_code) for one in new])
    yield (
        "withdraw",
        iter([lambda one=one: _good(one.post(f"{api}/accounts/{star}/unfollow").status_code) for one in new]),
    )
    yield "approve", post(f"{api}/follow_requests/{{}}/authorize", asking)
    yield "reject", post(f"{api}/follow_requests/{{}}/reject", asking)
    yield "remove a follower", post(f"{api}/accounts/{{}}/remove_from_followers", following)
    yield "block a follower", post(f"{api}/accounts/{{}}/block", following)
    yield "block someone who asks", post(f"{api}/accounts/{{}}/block", asking)


def _good(code: int) -> int:
    assert code == 200
    return 1
