"""The people of the demo besides its three: a small network to look around in, and every kind of request to decide.

Their pictures are drawn here, so that none has to be fetched or licensed.
"""

import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.core.files import File
from django.utils import timezone

from accounts import images, people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, reports
from follows.gate import servers
from follows.models import Follow, Reason

DOOR = "mastodon"  # as if everybody used an app
SIDE = 96  # pixels of a drawn picture


class Person(NamedTuple):
    """Somebody to find: how long ago they came and asked carol (days; None for not at all), and what they write."""

    name: str
    display_name: str
    bio: str
    hue: int  # degrees of the colour wheel
    joined: int = 300
    asked: float | None = None
    note: str = ""


PEOPLE = (
    Person("ines", "Inês Moreira", "Bridges, trains and the people who run them. https://bridges.example", 20),
    Person("pawel", "Paweł Zieliński", "Cooks from old books. Recipes on request.", 45),
    Person("mei", "Mei Tanaka 田中芽衣", "Choir, twice a week. Photographs of owls.", 80),
    Person("omar", "Omar Haddad", "Teaches maths. Runs slowly.", 110),
    Person("lena", "Lena Fischer", "Bookbinder. Ask me about glue.", 150, 200, 45),
    Person("samir", "Samir Kaya", "Climbing, coffee, more climbing.", 180, 90, 9, "We met at the wall last Tuesday!"),
    Person("nils", "Nils Eriksen", "Sails when the wind is right.", 205, 250, 3),
    Person("robin", "Robin", "", 225, 2, 1),
    Person("newsbot", "Bridge News", "I post when a bridge opens. A bot, run by @ines.", 250, 120, 0.8),
    Person("deals", "Best Deals 4U", "Follow me and win!!! https://deals.example", 280, 4, 0.5),
    Person("quinn", "Quinn Adeyemi", "Back again.", 310, 60, 0.3),
    Person("anton", "Антон Петров", "Шахматы и чай.", 340, 180, 0.1),
)
ELSEWHERE = Person("thea", "Théa Dubois", "On another server. Knits. Sings.", 0, 150, 0.05)
FRIENDS = ("ines", "omar", "mei", "pawel")


def arrive(alice: Account, bob: Account, carol: Account) -> None:
    """Let everybody sign up, follow each other, and ask carol, whose account is locked."""
    crowd = {person.name: _sign_up(person) for person in PEOPLE}
    crowd["thea"] = Account.objects.create(
        username="thea", domain="elsewhere.example", display_name=ELSEWHERE.display_name, note=ELSEWHERE.bio
    )
    _draw([(alice, 190), (bob, 30), (carol, 265), *((crowd[person.name], person.hue) for person in PEOPLE)])
    for account in (alice, bob, carol):
        people.change(account.pk, discoverable=True)
    _follow_each_other(crowd, alice, bob, carol)
    for person in (*PEOPLE, ELSEWHERE):
        if person.asked is not None:
            _ask(crowd[person.name], carol, person)
    graph.reject(carol.pk, crowd["quinn"].pk, Actor(carol.pk, DOOR))
    _ask(crowd["quinn"], carol, next(person for person in PEOPLE if person.name == "quinn"))
    reports.report(bob.pk, crowd["deals"].pk, Reason.SPAM, "The same link to everybody.", Actor(bob.pk, DOOR))
    servers.limit(crowd["deals"].pk)


def _sign_up(person: Person) -> Account:
    """An account that nobody signs in to, so that no password has to be hashed for it."""
    joined = timezone.now() - timedelta(days=person.joined)
    account = Account.objects.create(
        username=person.name,
        email=f"{person.name}@example.org",
        display_name=person.display_name,
        password=make_password(None),
        created_at=joined,
    )
    people.change(account.pk, note=person.bio, discoverable=True, bot=person.name == "newsbot")
    return account


def _follow_each_other(crowd: dict[str, Account], alice: Account, bob: Account, carol: Account) -> None:
    names = list(crowd)
    for number, name in enumerate(names):
        for step in (1, 3, 4):
            other = names[(number + step) % len(names)]
            graph.follow(crowd[name].pk, crowd[other].pk, Actor(crowd[name].pk, DOOR))
    for account in (alice, bob, carol):
        for name in FRIENDS:
            graph.follow(account.pk, crowd[name].pk, Actor(account.pk, DOOR))


def _ask(account: Account, carol: Account, person: Person) -> None:
    graph.follow(account.pk, carol.pk, Actor(account.pk, DOOR), note=person.note)
    asked = timezone.now() - timedelta(days=person.asked or 0)
    Follow.objects.filter(follower=account, target=carol).update(created_at=asked)


# --- pictures --------------------------------------------------------------------------------------------


def _draw(portraits: list[tuple[Account, int]]) -> None:
    """Give each account a picture in its colour; they are decoded beside each other, as uploads are."""
    with ThreadPoolExecutor() as threads:
        pictures = threads.map(lambda portrait: images.avatar(_picture(portrait[1])), portraits)
        for (account, _), picture in zip(portraits, pictures, strict=True):
            images.set_avatar(account, picture)


def _picture(hue: int) -> "File[bytes]":
    """A PNG: two hills under a sun, in shades of one colour."""
    rows = b"".join(b"\0" + bytes(_row(y, hue)) for y in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return File(BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)), "portrait.png")


def _row(y: int, hue: int) -> Iterator[int]:
    sun_x, sun_y, radius = 20 + hue % 56, 30, 13
    for x in range(SIDE):
        if (x - sun_x) ** 2 + (y - sun_y) ** 2 < radius**2:
            yield from _shade(hue + 40, 0.95)
        elif y > 66 + ((x - 60 - hue % 20) ** 2) / 90:
            yield from _shade(hue, 0.35)
        elif y > 52 + ((x - 20 - hue % 30) ** 2) / 70:
            yield from _shade(hue, 0.55)
        else:
            yield from _shade(hue, 0.9 - y / SIDE / 4)


def _shade(hue: int, light: float) -> tuple[int, int, int]:
    """A colour of this hue; `light` is from 0 to 1."""
    shades = []
    for third in (0, 120, 240):
        away = abs((hue - third + 180) % 360 - 180) / 180
        shades.append(int(255 * light * (1 - 0.45 * away)))
    return shades[0], shades[1], shades[2]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
