"""The follow stories as data: what people do, and how everybody stands to everybody afterwards.

`alice` and `bob` are open, `carol` is locked. A step says who does what, and which ties there are
then; no others. Where the doors differ by design, `then` names the ties for each.
"""

from collections.abc import Mapping
from typing import NamedTuple

Ties = frozenset[str]  # "alice follows carol", "alice asks carol", "carol blocks alice"


class Step(NamedTuple):
    line: str
    then: Mapping[str, Ties]  # door of who acts -> ties; the same for all under ""
    refused: bool


def step(line: str, *then: str, refused: bool = False, **doors: list[str]) -> Step:
    return Step(line, {"": frozenset(then)} | {door: frozenset(ties) for door, ties in doors.items()}, refused)


STORIES: dict[str, list[Step]] = {
    "a request is accepted": [
        step("alice follows carol", "alice asks carol"),
        step("carol accepts alice", "alice follows carol"),
    ],
    "a request is rejected": [
        step("alice follows carol", "alice asks carol"),
        step("carol rejects alice"),
    ],
    "a rejected requester asks again and is accepted": [
        step("alice follows carol", "alice asks carol"),
        step("carol rejects alice"),
        step("alice follows carol", "alice asks carol"),
        step("carol accepts alice", "alice follows carol"),
    ],
    "a request is taken back, and cannot be answered then": [
        step("alice follows carol", "alice asks carol"),
        step("alice unfollows carol"),
        step("carol accepts alice", refused=True),
        step("carol rejects alice", refused=True),
    ],
    "a request that was taken back is made anew": [
        step("alice follows carol", "alice asks carol"),
        step("alice unfollows carol"),
        step("alice follows carol", "alice asks carol"),
        step("carol accepts alice", "alice follows carol"),
    ],
    "a request is accepted once": [
        step("alice follows carol", "alice asks carol"),
        step("carol accepts alice", "alice follows carol"),
        step("carol accepts alice", "alice follows carol", refused=True),
        step("carol rejects alice", "alice follows carol", refused=True),
    ],
    "a request is rejected once": [
        step("alice follows carol", "alice asks carol"),
        step("carol rejects alice"),
        step("carol rejects alice", refused=True),
        step("carol accepts alice", refused=True),
    ],
    "nobody answers the requests of others": [
        step("alice follows carol", "alice asks carol"),
        step("bob accepts alice", "alice asks carol", refused=True),
        step("bob rejects alice", "alice asks carol", refused=True),
        step("alice accepts carol", "alice asks carol", refused=True),
        step("carol accepts alice", "alice follows carol"),
    ],
    "a request that never was cannot be answered": [
        step("carol accepts bob", refused=True),
        step("carol rejects bob", refused=True),
    ],
    "one of two requests is accepted": [
        step("alice follows carol", "alice asks carol"),
        step("bob follows carol", "alice asks carol", "bob asks carol"),
        step("carol accepts alice", "alice follows carol", "bob asks carol"),
        step("carol rejects bob", "alice follows carol"),
    ],
    "an open account is followed at once": [
        step("alice follows bob", "alice follows bob"),
        step("bob follows alice", "alice follows bob", "bob follows alice"),
        step("alice unfollows bob", "bob follows alice"),
        step("bob unfollows alice"),
    ],
    "following again": [
        step("alice follows bob", "alice follows bob"),
        step("alice follows bob", "alice follows bob", twittner=[]),
    ],
    "asking again": [
        step("alice follows carol", "alice asks carol"),
        step("alice follows carol", "alice asks carol", twittner=[]),
    ],
    "nobody follows themselves": [
        step("alice follows alice", refused=True),
    ],
    "unfollowing whom one does not follow": [
        step("alice unfollows bob"),
    ],
    "an accepted follower leaves, and has to ask again": [
        step("alice follows carol", "alice asks carol"),
        step("carol accepts alice", "alice follows carol"),
        step("alice unfollows carol"),
        step("alice follows carol", "alice asks carol"),
    ],
    "a follower is removed, and may come back": [
        step("alice follows bob", "alice follows bob"),
        step("bob removes alice"),
        step("alice follows bob", "alice follows bob"),
    ],
    "removing a follower leaves a request": [
        step("alice follows carol", "alice asks carol"),
        step("carol removes alice", "alice asks carol"),
    ],
    "a block cuts a request": [
        step("alice follows carol", "alice asks carol"),
        step("carol blocks alice", "carol blocks alice"),
        step("carol accepts alice", "carol blocks alice", refused=True),
        step("alice follows carol", "carol blocks alice", refused=True),
        step("carol unblocks alice"),
        step("alice follows carol", "alice asks carol"),
    ],
    "who asked blocks whom they asked": [
        step("alice follows carol", "alice asks carol"),
        step("alice blocks carol", "alice blocks carol"),
        step("carol accepts alice", "alice blocks carol", refused=True),
    ],
    "a block cuts both follows": [
        step("alice follows bob", "alice follows bob"),
        step("bob follows alice", "alice follows bob", "bob follows alice"),
        step("alice blocks bob", "alice blocks bob"),
        step("bob follows alice", "alice blocks bob", refused=True),
        step("alice follows bob", "alice blocks bob", refused=True),
        step("alice unblocks bob"),
    ],
    "an account that opens": [  # through one door it accepts who waits, through the other they wait on
        step("alice follows carol", "alice asks carol"),
        step("carol unlocks", "alice follows carol", twittner=["alice asks carol"]),
    ],
    "who still waits at an open account follows by asking again": [
        step("alice follows carol", "alice asks carol"),
        step("carol opens quietly", "alice asks carol"),
        step("alice follows carol", "alice follows carol"),
    ],
    "an account that locks keeps its followers": [
        step("alice follows bob", "alice follows bob"),
        step("bob locks", "alice follows bob"),
        step("carol follows bob", "alice follows bob", "carol asks bob"),
    ],
    "both ask each other": [
        step("bob locks"),
        step("bob follows carol", "bob asks carol"),
        step("carol follows bob", "bob asks carol", "carol asks bob"),
        step("carol accepts bob", "bob follows carol", "carol asks bob"),
        step("bob rejects carol", "bob follows carol"),
    ],
}

# Here `then` is what people have been told: each line to the one whom it names last.
TOLD: list[Step] = [
    step("alice follows carol", "alice asks carol"),
    step("alice unfollows carol"),
    step("alice follows carol", "alice asks carol"),
    step("carol rejects alice"),
    step("alice follows carol", "alice asks carol"),
    step("bob follows carol", "alice asks carol", "bob asks carol"),
    step("carol accepts alice", "alice follows carol", "carol accepts alice", "bob asks carol"),
    step("alice follows bob", "alice follows carol", "carol accepts alice", "bob asks carol", "alice follows bob"),
    step("alice unfollows carol", "carol accepts alice", "bob asks carol", "alice follows bob"),
    step("carol blocks bob", "carol accepts alice", "alice follows bob"),
    step("alice unfollows bob", "carol accepts alice"),
]
