"""Rendered accounts, kept until they change.

An account's JSON in one dialect, or its card on a page, depends only on its row's version and its tally, and a page
reads those anyway; so what was rendered once serves later pages of the same process, and is never stale.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from follows.queries import Key, OwnKey

K = TypeVar("K", Key, OwnKey)
K_co = TypeVar("K_co", Key, OwnKey, covariant=True)
V = TypeVar("V")

GENERATION = 4_000  # accounts; two generations are kept per process and dialect, about 8 MB


def sized(rendered: bytes) -> bytes:
    """A copy that takes no more memory than its length, for bytes that are kept.

    The bytes of `orjson.dumps` keep the buffer that it was written into, 16 KB for an account of 1 KB.
    """
    return bytes(memoryview(rendered))


class Renderable(Protocol[K_co]):
    """A rendered account, and the versions that it depends on."""

    @property
    def key(self) -> K_co: ...


Load = Callable[[list[int]], Iterable[Renderable[K]]]


class Fragments(Generic[K, V]):
    """Accounts as JSON bytes, or as something else that does not change.

    Entries that nobody used during two generations are dropped. `load` gives what `render` needs of some accounts.
    """

    def __init__(
        self,
        load: Load[K],
        render: Callable[[Any], V],
        generation: int = GENERATION,
    ) -> None:
        self._load: Load[K] = load
        self._render, self._size = render, generation
        self.clear()

    def clear(self) -> None:
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def of(self, keys: Sequence[K], load: Load[K] | None = None) -> list[V | None]:
        """The keys' accounts in the same order; one query if some are not kept, else none.

        None stands for an account that was deleted since its key was read. `load` gives those that are `missing` to a
        caller who needs others beside them.
        """
        found = list(map(self._young.get, keys))
        return found if None not in found else self._completed(keys, found, load or self._load)

    def missing(self, keys: Sequence[K]) -> list[int]:
        """Return the accounts that `of` would load."""
        return [key.account for key in keys if key not in self._young and key not in self._old]

    def _completed(self, keys: Sequence[K], found: list[V | None], load: Load[K]) -> list[V | None]:
        for place, fragment in enumerate(found):
            if fragment is None and (kept := self._old.get(keys[place])):
                found[place] = self._keep(keys[place], kept)
        missing = [key.account for key, fragment in zip(keys, found, strict=True) if fragment is None]
        fresh = {one.key.account: self._keep(one.key, self._rendered(one)) for one in load(missing)}
        return [fragment or fresh.get(key.account) for key, fragment in zip(keys, found, strict=True)]

    def _rendered(self, one: Renderable[K]) -> V:
        rendered = self._render(one)
        return sized(rendered) if isinstance(rendered, bytes) else rendered  # type: ignore[return-value]  # V is bytes

    def _keep(self, key: K, fragment: V) -> V:
        if len(self._young) >= self._size:
            self._old, self._young = self._young, {}
        self._young[key] = fragment
        return fragment
