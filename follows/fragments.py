"""Rendered accounts, kept until they change.

An account's JSON in one dialect depends only on its row's version and its tally, and a page reads
those anyway; so what was rendered once serves later pages of the same process, and is never stale.
"""

from collections.abc import Callable, Sequence

from follows import queries
from follows.queries import Key, Person

GENERATION = 5_000  # accounts; two generations are kept per process and dialect, about 10 MB


class Fragments:
    """Accounts as JSON bytes. What two generations of new ones have not asked for is dropped."""

    def __init__(self, render: Callable[[Person], bytes], generation: int = GENERATION) -> None:
        self._render, self._size = render, generation
        self.clear()

    def clear(self) -> None:
        self._young: dict[Key, bytes] = {}
        self._old: dict[Key, bytes] = {}

    def of(self, keys: Sequence[Key]) -> list[bytes | None]:
        """The keys' accounts in the same order; one query if some are not kept, else none.

        None stands for an account that was deleted since its key was read.
        """
        found = list(map(self._young.get, keys))
        return found if None not in found else self._completed(keys, found)

    def _completed(self, keys: Sequence[Key], found: list[bytes | None]) -> list[bytes | None]:
        for place, fragment in enumerate(found):
            if fragment is None and (kept := self._old.get(keys[place])):
                found[place] = self._keep(keys[place], kept)
        missing = [key.account for key, fragment in zip(keys, found, strict=True) if fragment is None]
        fresh = {person.id: self._keep(person.key, self._render(person)) for person in queries.people(missing)}
        return [fragment or fresh.get(key.account) for key, fragment in zip(keys, found, strict=True)]

    def _keep(self, key: Key, fragment: bytes) -> bytes:
        if len(self._young) >= self._size:
            self._old, self._young = self._young, {}
        self._young[key] = fragment
        return fragment
