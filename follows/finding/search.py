"""Search for people by their names and bios: words in any order, without case and accents.

All text is compared as `accounts.searching` folds it. A search first looks at a few thousand accounts, the most
followed or the newest, where frequent words fill a page. An index of trigrams then finds rare words, at most
`CANDIDATES` for each source. So a search takes the same limited time with a million accounts as with a thousand.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Any, NamedTuple

from django.conf import settings

from accounts import databases, domains
from accounts.lookup import MAX_ID, UNSTORABLE
from accounts.models import Account
from accounts.searching import END, fold
from accounts.trigrams import Scope, condition
from follows.models import ServerRuleKind
from follows.paging import Page, Window
from follows.queries import Key

SCANNED = 5_000  # newest accounts that are looked at one by one
POPULAR = 1_000  # of the most followed are
CANDIDATES = 200  # accounts that the index gives for each rank
LOOKED_AT = 15_000  # texts that the index gives for some of the parts, and that may have none of the others
FOLLOWED = 10_000  # of the newest whom the viewer follows are looked through
NAMESAKES = 20  # accounts of other servers that have the same name, besides ours
RARE = 5  # matches among the most followed
MOST_LETTERS, MOST_WORDS = 500, 16  # that are looked at of what is sought
NAMES = ("handle", "names")  # the texts that are names


class Rank(IntEnum):
    """The order of results. Within each rank, accounts with more followers come first."""

    EXACT = 0  # the handle
    FOLLOWED = 1  # by the viewer
    BEGINS = 2  # a name begins with it
    NAMED = 3  # the user name or the names hold all words
    DESCRIBED = 4  # the bio does


class Found(NamedTuple):
    """An account that was found; sorts by what comes first."""

    rank: Rank
    unpopularity: int
    remote: bool
    age: int
    key: Key


def ranked(
    text: str, viewer: int | None, at_most: int, *, only_followed: bool = False, hidden: bool = False
) -> list[Key]:
    """The accounts that the text names or describes, in the order of `Rank`.

    Left out are suspended accounts, limited ones that the viewer does not follow, and but for the exact
    handle the viewer and whom a block parts from the viewer; with `hidden` nobody is left out.
    """
    search = _Search(text, viewer, hidden=hidden)
    found: dict[int, Found] = {}
    for source, complete in search.sources(at_most, only_followed=only_followed):
        for one in source:
            found[one.key.account] = min(one, found.get(one.key.account, one))
        if sum(one.rank <= complete for one in found.values()) >= at_most:
            break
    return [one.key for one in sorted(found.values())][:at_most]


def for_moderators(text: str, viewer: int, at_most: int) -> list[int]:
    """As `ranked`, with nobody left out: ids."""
    return [key.account for key in ranked(text, viewer, at_most, hidden=True)]


def people_like(text: str, viewer: int | None, window: Window) -> Page[Key]:
    """The accounts that the text names or describes, newest first; a blank text is everybody. Row ids are theirs.

    Pages are cut by these ids, so that the exact handle alone has a place of its own, before all others.
    Left out are suspended accounts, limited ones that the viewer does not follow, the viewer, and whom
    a block parts from the viewer.
    """
    found = _Search(text, viewer).newest(window.before, window.limit)
    exact = [one.key for one in found if one.rank is Rank.EXACT]
    if len(exact) >= window.limit:  # the page needs a last row to go on from
        exact = []
    known = {key.account for key in exact}
    keys = [one.key for one in found if one.rank is not Rank.EXACT and one.key.account not in known]
    if window.before > MAX_ID:
        keys = [*exact, *keys]
    keys = keys[: window.limit]
    return Page([key.account for key in keys], keys, window.limit)


_FOUND = """
    SELECT {rank} AS rank, coalesce(t.followers, 0) AS popularity, a.domain <> '' AS remote,
      a.id AS account, a.version, t.followers, t.following
    FROM ({ids}) i {joins} WHERE {match} AND {visible} {ending}"""
_JOINS = {  # the texts, then whose they are: left to itself the planner may rather walk through all accounts
    "sqlite": """
        CROSS JOIN accounts_searchtext s ON s.account_id = i.id CROSS JOIN accounts_account a ON a.id = i.id
        LEFT JOIN follows_tally t ON t.account_id = i.id""",
    "postgresql": """
        CROSS JOIN LATERAL (SELECT * FROM accounts_searchtext WHERE account_id = i.id LIMIT 1) s
        CROSS JOIN LATERAL (SELECT * FROM accounts_account WHERE id = s.account_id LIMIT 1) a
        LEFT JOIN LATERAL (SELECT * FROM follows_tally WHERE account_id = a.id LIMIT 1) t ON TRUE""",
}
_UNLIMITED = """
    (a.id = %(viewer)s
      OR a.limited_at IS NULL AND (a.domain = '' OR a.domain NOT IN
        (SELECT r.domain FROM follows_serverrule r WHERE r.rule = %(limiting)s))
      OR EXISTS (SELECT 1 FROM follows_follow f
        WHERE f.follower_id = %(viewer)s AND f.target_id = a.id AND f.accepted_at IS NOT NULL))"""
_UNPARTED = """
    a.suspended_at IS NULL AND NOT a.unconfirmed AND a.id <> %(viewer)s
      AND NOT EXISTS (SELECT 1 FROM follows_block b WHERE b.blocker_id = a.id AND b.target_id = %(viewer)s)
      AND NOT EXISTS (SELECT 1 FROM follows_block b WHERE b.blocker_id = %(viewer)s AND b.target_id = a.id)"""
_VISIBLE = f"{_UNPARTED} AND {_UNLIMITED}"
_EXACT = (
    "SELECT id FROM accounts_account WHERE lower(username) = %(username)s AND {domain} ORDER BY domain LIMIT {most}"
)
_MINE = """
    SELECT target_id AS id FROM follows_follow WHERE follower_id = %(viewer)s AND accepted_at IS NOT NULL
    ORDER BY id DESC LIMIT {most}"""
_OF_MINE = "{not_gone} AND a.id IN (SELECT id FROM ({mine}) mine)"
_MOST_FOLLOWED = "SELECT account_id AS id FROM follows_tally WHERE followers > 0 ORDER BY followers DESC LIMIT {most}"
_ALL = "SELECT id FROM accounts_account WHERE id < %(before)s"
_NEWEST = """
    SELECT account_id AS id FROM accounts_searchtext WHERE account_id < %(before)s AND account_id >
      (SELECT max(account_id) FROM accounts_searchtext WHERE account_id < %(before)s) - {most}"""
_INDEXED = {
    "sqlite": "SELECT rowid AS id FROM accounts_search WHERE {match} AND rowid < %(before)s",
    "postgresql": """
        WITH found AS MATERIALIZED (
          SELECT * FROM accounts_searchtext WHERE account_id < %(before)s AND {match} {looked_at})
        SELECT account_id AS id FROM found s WHERE {held}""",
}
_NOT_OLDER = """
    AND rowid >= coalesce((SELECT rowid FROM accounts_search WHERE {match} AND rowid < %(before)s
      ORDER BY rowid DESC LIMIT 1 OFFSET {most}), 0)"""
_BOTH = "SELECT * FROM ({exact}) e UNION ALL SELECT * FROM ({others}) n"
_NEWEST_FIRST = "ORDER BY i.id DESC LIMIT {most}"
_MOST_FOLLOWED_FIRST = "popularity DESC, remote, account DESC LIMIT {most}"
_SOME = {"sqlite": _NEWEST_FIRST, "postgresql": "LIMIT {most}"}  # the first that the index gives, not all sorted


class _Search:
    """One search. All its ways of finding take bounded time, and answer only when they are read."""

    def __init__(self, text: str, viewer: int | None, *, hidden: bool = False) -> None:
        self.connection = databases.reading(Account)
        self.handle = "" if UNSTORABLE.search(text) else text[:MOST_LETTERS].strip().removeprefix("@").lower()
        self.sought = fold(self.handle)
        self.words = tuple(dict.fromkeys(self.sought.split()))[:MOST_WORDS]
        self.blank = not text.strip()
        self.visible = "TRUE" if hidden else _VISIBLE
        self.not_gone = "TRUE" if hidden else f"a.suspended_at IS NULL AND {_UNLIMITED}"
        self.begin = END + self.sought
        self.parts = {part: f"part{number}" for number, part in enumerate((*self.words, self.begin))}
        self.values: dict[str, Any] = {name: part for part, name in self.parts.items()} | {
            "viewer": viewer or 0,
            "before": MAX_ID + 1,
            "limiting": ServerRuleKind.LIMITED.value,
        }

    def sources(self, at_most: int, *, only_followed: bool) -> Iterator[tuple[list[Found], Rank]]:
        """Return the sources of a search in order, with the ranks that each of them completes."""
        if not self.words:
            return
        everything, names, begins = Scope(self.words), Scope(self.words, NAMES), Scope((self.begin,), NAMES)
        mine, best = _MINE.format(most=FOLLOWED), _MOST_FOLLOWED_FIRST.format(most=at_most)
        if only_followed:
            yield self.exact(_OF_MINE.format(mine=mine, not_gone=self.not_gone)), Rank.EXACT
            yield self._run(self._select(mine, everything, ending=f"ORDER BY rank, {best}")), Rank.DESCRIBED
            return
        yield self.exact(self.not_gone), Rank.EXACT
        if self.values["viewer"]:
            found = self._run(self._select(mine, everything, ending=f"ORDER BY {best}"))
            yield [one._replace(rank=Rank.FOLLOWED) for one in found], Rank.FOLLOWED
        popular = self._run(self._select(_MOST_FOLLOWED.format(most=POPULAR), everything))
        yield popular, Rank.BEGINS
        some = {"ending": _SOME[self.connection.vendor].format(most=CANDIDATES), "looked_at": f"LIMIT {LOOKED_AT}"}
        if len(popular) < RARE:  # then one question may find all
            found = self._by_index(everything, **some)
            yield found, Rank.FOLLOWED
            if len(found) < CANDIDATES:
                return
        yield self._by_index(begins, **some), Rank.NAMED
        yield self._by_index(names, **some), Rank.DESCRIBED
        if len(popular) >= RARE:
            yield self._by_index(everything, **some), Rank.DESCRIBED

    def exact(self, visible: str) -> list[Found]:
        """Accounts with this handle; those of all servers when it names none."""
        return self._run(self._exact(visible))

    def newest(self, before: int, limit: int) -> list[Found]:
        """Those with the exact handle, whatever their ids, and the newest `limit` others with an id below `before`."""
        self.values["before"] = before
        ending = _NEWEST_FIRST.format(most=limit + NAMESAKES)
        if not self.words:
            return self._run(self._select(_ALL, Scope(()), ending=ending)) if self.blank else []
        everything = Scope(self.words)
        scanned = self._select(_NEWEST.format(most=SCANNED), everything, ending=ending)
        found = self._run(_BOTH.format(exact=self._exact(_VISIBLE), others=scanned))
        exact = [one for one in found if one.rank is Rank.EXACT]
        if len(found) >= limit + 2 * len(exact):  # each of them may be among the others too
            return found
        return exact + self._by_index(everything, ending)

    def _exact(self, visible: str) -> str:
        username, _, domain = self.handle.partition("@")
        self.values |= {"username": username, "domain": domains.of_account(domain, settings.LOCAL_DOMAIN)}
        ids = _EXACT.format(domain="domain = %(domain)s" if domain else "TRUE", most=NAMESAKES)
        return self._select(ids, Scope(()), visible, rank=str(Rank.EXACT.value))

    def _by_index(self, scope: Scope, ending: str, looked_at: str = "") -> list[Found]:
        match, values = condition(scope)
        self.values |= values
        vendor = self.connection.vendor
        if vendor == "sqlite" and scope.is_loose:
            match += _NOT_OLDER.format(match=match, most=LOOKED_AT)
        ids = _INDEXED[vendor].format(match=match, held=self._held(scope), looked_at=looked_at)
        return self._run(self._select(ids, scope, ending=ending))

    def _select(self, ids: str, scope: Scope, visible: str = "", ending: str = "", rank: str = "") -> str:
        return _FOUND.format(
            rank=rank or self._rank(),
            joins=_JOINS[self.connection.vendor],
            ids=ids,
            match=self._held(scope),
            visible=visible or self.visible,
            ending=ending,
        )

    def _held(self, scope: Scope) -> str:
        """The condition that a row `s` of texts holds all parts in one of the columns."""
        holds = {"sqlite": "instr", "postgresql": "strpos"}[self.connection.vendor]
        columns = (
            " AND ".join(f"{holds}(s.{column}, %({self.parts[part]})s) > 0" for part in scope.parts)
            for column in scope.columns
        )
        return f"({' OR '.join(columns)})" if scope.parts else "TRUE"

    def _rank(self) -> str:
        """The rank of a row `s` of texts that holds all words."""
        begins, names = Scope((self.begin,), NAMES), Scope(self.words, NAMES)
        return f"""CASE WHEN {self._held(begins)} THEN {Rank.BEGINS.value}
            WHEN {self._held(names)} THEN {Rank.NAMED.value} ELSE {Rank.DESCRIBED.value} END"""

    def _run(self, sql: str) -> list[Found]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, self.values)
            return [_found(*row) for row in cursor.fetchall()]


def _found(rank: int, popularity: int, remote: bool, account: int, *rest: Any) -> Found:
    return Found(Rank(rank), -popularity, bool(remote), -account, Key(account, *rest))
