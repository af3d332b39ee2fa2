"""The whole graph in plain Python: what each act does to sets of pairs, with no database and no lock."""

from dataclasses import dataclass, field

Pair = tuple[int, int]
SERVER = "other.example"


class RefusedByTheModel(Exception):
    """The act must be refused, and change nothing."""


@dataclass
class Model:
    """Pairs are (who, whom). A notice is (recipient, actor, what)."""

    local: set[int]
    remote: set[int]
    locked: set[int] = field(default_factory=set)
    follows: set[Pair] = field(default_factory=set)
    requests: set[Pair] = field(default_factory=set)
    blocks: set[Pair] = field(default_factory=set)
    mutes: dict[Pair, bool] = field(default_factory=dict)  # whether notices are muted, too
    without_server: set[int] = field(default_factory=set)
    notices: set[tuple[int, int, str]] = field(default_factory=set)

    @property
    def alive(self) -> set[int]:
        return self.local | self.remote

    def follow(self, me: int, other: int) -> None:
        joins = self._may_follow(me, other)
        if (me, other) in self.follows:
            return
        if (me, other) not in self.requests:
            self._begin(me, other, joins)
        elif joins:
            self._join(me, other)
            self._tell(other, me, "followed")

    def unfollow(self, me: int, other: int) -> None:
        if (me, other) in self.follows | self.requests:
            self._cut(me, other)
            self._forget(other, me)

    def toggle(self, me: int, other: int) -> None:
        if (me, other) in self.follows or ((me, other) in self.requests and other not in self.alive):
            self.unfollow(me, other)
            return
        joins = self._may_follow(me, other)
        if (me, other) in self.requests and not joins:
            self.unfollow(me, other)
        else:
            self.follow(me, other)

    def accept(self, me: int, other: int) -> None:
        if (other, me) not in self.requests:
            raise RefusedByTheModel
        self._join(other, me)
        self._tell(me, other, "joined")
        self.notices.add((other, me, "accepted"))  # a mute does not keep it back

    def reject(self, me: int, other: int) -> None:
        if (other, me) not in self.requests:
            raise RefusedByTheModel
        self._turn_away(me, other)

    def remove_follower(self, me: int, other: int) -> None:
        if (other, me) in self.follows:
            self._turn_away(me, other)

    def block(self, me: int, other: int) -> None:
        if me == other or other not in self.alive:
            raise RefusedByTheModel
        if (me, other) not in self.blocks:
            self.blocks.add((me, other))
            for one, two in ((me, other), (other, me)):
                self._cut(one, two)
                self._forget(one, two)

    def unblock(self, me: int, other: int) -> None:
        self.blocks.discard((me, other))

    def mute(self, me: int, other: int, *, notices_too: bool) -> None:
        if me != other:
            self.mutes[me, other] = notices_too
            if notices_too:
                self._forget(me, other)

    def unmute(self, me: int, other: int) -> None:
        self.mutes.pop((me, other), None)

    def lock(self, me: int) -> None:
        self.locked.add(me)

    def open(self, me: int, *, accept_waiting: bool) -> None:
        self.locked.discard(me)
        if accept_waiting and me in self.local:
            for requester, _ in {pair for pair in self.requests if pair[1] == me}:
                self._join(requester, me)
                self.notices.add((requester, me, "accepted"))

    def block_server(self, me: int) -> None:
        theirs = {pair for pair in self.follows | self.requests if me in pair and set(pair) & self.remote}
        if me not in self.without_server:
            self.without_server.add(me)
            if theirs & self.follows:
                self.notices.add((me, me, "severed"))
        for follower, target in theirs:
            if follower == me:
                self.unfollow(me, target)
            else:
                self._turn_away(me, follower)

    def unblock_server(self, me: int) -> None:
        self.without_server.discard(me)

    def delete(self, me: int) -> None:
        self.local.discard(me)
        self.remote.discard(me)
        for rows in (self.follows, self.requests, self.blocks):
            rows -= {pair for pair in rows if me in pair}
        self.mutes = {pair: too for pair, too in self.mutes.items() if me not in pair}
        self.notices = {notice for notice in self.notices if me not in notice[:2]}
        self.without_server.discard(me)

    def counts(self, me: int) -> tuple[int, int, int]:
        """Followers, following, requests."""
        return (
            sum(target == me for _, target in self.follows),
            sum(follower == me for follower, _ in self.follows),
            sum(target == me for _, target in self.requests),
        )

    def shown(self, me: int, viewer: int, *, followers: bool) -> set[int] | None:
        """Whom the viewer sees on one of the lists of an account; None when the list is not for them."""
        ends = {one if followers else two for one, two in self.follows if (two if followers else one) == me}
        if viewer == me:
            return ends
        if self._parted(viewer, me):
            return None
        return {end for end in ends if not self._parted(viewer, end) and (viewer, end) not in self.mutes}

    def _may_follow(self, me: int, other: int) -> bool:
        """Whether it would be a follow at once."""
        if me == other or other not in self.alive:
            raise RefusedByTheModel
        one_blocks_the_server = (me in self.without_server and other in self.remote) or (
            other in self.without_server and me in self.remote
        )
        if self._parted(me, other) or one_blocks_the_server:
            raise RefusedByTheModel
        return other in self.local and other not in self.locked

    def _parted(self, one: int, other: int) -> bool:
        return bool(self.blocks & {(one, other), (other, one)})

    def _begin(self, me: int, other: int, joins: bool) -> None:
        (self.follows if joins else self.requests).add((me, other))
        self._tell(other, me, "followed" if joins else "requested")

    def _join(self, follower: int, target: int) -> None:
        self.requests.discard((follower, target))
        self.follows.add((follower, target))
        self.notices.discard((target, follower, "requested"))

    def _turn_away(self, me: int, follower: int) -> None:
        if (follower, me) in self.requests:
            self.notices.discard((me, follower, "requested"))
        else:
            self._forget(me, follower)
        self._cut(follower, me)

    def _cut(self, follower: int, target: int) -> None:
        self.follows.discard((follower, target))
        self.requests.discard((follower, target))

    def _tell(self, recipient: int, actor: int, what: str) -> None:
        if not self.mutes.get((recipient, actor)):
            self.notices.add((recipient, actor, what))

    def _forget(self, recipient: int, actor: int) -> None:
        self.notices = {notice for notice in self.notices if notice[:2] != (recipient, actor)}
