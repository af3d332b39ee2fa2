"""Rendered accounts, kept until they change.

An account's JSON in one dialect depends only on its row's version and its tally, and a page reads
those anyway; so what was rendered once serves later pages of the same process, and is never stale.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress

from follows import queries
from follows.queries import Key, Person

SIZE = 10_000  # accounts kept per process and dialect, about 10 MB


class Fragments:
    """Accounts as JSON bytes, the least recently used leaving first."""

    def __init__(self, render: Callable[[Person], bytes], size: int = SIZE) -> None:
        self._render, self._size = render, size
        self._kept: OrderedDict[Key, bytes] = OrderedDict()

    def of(self, keys: Sequence[Key]) -> list[bytes | None]:
        """The keys' accounts in the same order; one query if some are not kept, else none.

        None stands for an account that was deleted since its key was read.
        """
        found = [self._recall(key) for key in keys]
        missing = [key.account for key, fragment in zip(keys, found, strict=True) if fragment is None]
        if not missing:
            return found
        fresh = {person.id: self._keep(person) for person in queries.people(missing)}
        return [fragment or fresh.get(key.account) for key, fragment in zip(keys, found, strict=True)]

    def _recall(self, key: Key) -> bytes | None:
        fragment = self._kept.get(key)
        if fragment is not None:
            with suppress(KeyError):  # another thread may have dropped it since
                self._kept.move_to_end(key)
        return fragment

    def _keep(self, person: Person) -> bytes:
        fragment = self._kept[person.key] = self._render(person)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return fragment
