"""Every story in the domain, in each dialect and crossed: asked through one door, answered through the other.

After each step all look through the doors in use, in the end through all, and must see what is so.
"""

import pytest

from accounts.models import Account
from follows import tallies
from tests.doors import Domain, Mastodon, Twittner
from tests.scenarios import STORIES, TOLD, Ties

# Who asks and who answers comes through which door.
WAYS = {
    "in the domain": (Domain, Domain),
    "in the Mastodon dialect": (Mastodon, Mastodon),
    "in the Twittner dialect": (Twittner, Twittner),
    "asked through Mastodon, answered through Twittner": (Mastodon, Twittner),
    "asked through Twittner, answered through Mastodon": (Twittner, Mastodon),
}
ASKING = {"follows": "follow", "unfollows": "unfollow"}
ANSWERING = {
    "accepts": "accept",
    "rejects": "reject",
    "removes": "remove",
    "blocks": "block",
    "unblocks": "unblock",
    "locks": "lock",
    "unlocks": "unlock",
    "opens quietly": "open_quietly",
}


@pytest.fixture
def cast(alice: Account, bob: Account, carol: Account) -> dict[str, int]:
    return {"alice": alice.pk, "bob": bob.pk, "carol": carol.pk}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("story", STORIES)
def test_everybody_sees_what_is_so_after_each_step(cast: dict[str, int], story: str, way: str) -> None:
    asking, answering = (door() for door in WAYS[way])
    for step in STORIES[story]:
        line, then, refused = step
        door, done = play(line, cast, asking, answering)

        assert done is not refused, line
        expected = then.get(door.name, then[""])
        onlookers = {door.name: door for door in (asking, answering)}
        if step is STORIES[story][-1]:
            onlookers = {door.name: door for door in (Domain(), Mastodon(), Twittner())} | onlookers
        for onlooker in onlookers.values():
            look_closely(onlooker, cast, expected, line)
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


@pytest.mark.parametrize("way", WAYS)
def test_everybody_is_told_of_what_was_done_through_either_door(cast: dict[str, int], way: str) -> None:
    asking, answering = (door() for door in WAYS[way])
    for line, then, _ in TOLD:
        _, done = play(line, cast, asking, answering)

        assert done, line
        for onlooker in (Domain(), Mastodon(), Twittner()):
            told = {f"{one} {word} {other}" for other in cast for word, one in heard(onlooker, cast, other)}
            expected = {news for news in then[""] if news.split()[1] in onlooker.news}
            assert told == expected, f"after “{line}”, through {onlooker.name}"


def play(line: str, cast: dict[str, int], asking: Domain, answering: Domain) -> tuple[Domain, bool]:
    """Do what the line says; gives the door through which it came, and whether it was done."""
    actor, _, rest = line.partition(" ")
    verb, _, other = (rest, "", "") if rest in ANSWERING else rest.partition(" ")
    door, act = (asking, ASKING[verb]) if verb in ASKING else (answering, ANSWERING[verb])
    return door, getattr(door, act)(*(cast[name] for name in (actor, other) if name))


def heard(door: Domain, cast: dict[str, int], name: str) -> set[tuple[str, str]]:
    """What somebody was told, with names."""
    names = {account: name for name, account in cast.items()}
    return {(word, names[actor]) for word, actor in door.told(cast[name])}


def look_closely(door: Domain, cast: dict[str, int], expected: Ties, line: str) -> None:
    """Everybody's ties, queues, lists and counts are what is expected and nothing else."""
    names = {account: name for name, account in cast.items()}
    pairs = [(one, other) for one in cast for other in cast if one != other]
    for name, account in cast.items():
        ties = door.ties(account, [other for other in names if other != account])
        own = {tie for tie in expected if tie.startswith(name) or (door.both_ways and tie.endswith(name))}
        assert {f"{names[one]} {word} {names[other]}" for one, word, other in ties} == own, (
            f"{name} after “{line}”, through {door.name}"
        )
        requesters, followers, following = (
            {cast[one] for one, other in pairs if other == name and f"{one} asks {name}" in expected},
            {cast[one] for one, other in pairs if other == name and f"{one} follows {name}" in expected},
            {cast[other] for one, other in pairs if one == name and f"{name} follows {other}" in expected},
        )
        assert set(door.requesters(account)) == requesters
        assert set(door.followers(account)) == followers
        assert set(door.following(account)) == following
        assert door.counts(account) == (len(followers), len(following))
