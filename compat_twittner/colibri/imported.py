"""Which rows of the old network were imported, in bitmaps: ten million ids take 1.2 MB."""

from collections import defaultdict
from collections.abc import Iterable

from accounts import databases
from compat_twittner.colibri.tables import USERS
from compat_twittner.models import ColibriRows

BLOCK = 2**16  # ids in a bitmap


class Imported:
    """The imported ids of all tables, as they are when this is made."""

    def __init__(self) -> None:
        rows = ColibriRows.objects.using(databases.for_write(ColibriRows)).iterator(chunk_size=100)
        self._bits: dict[tuple[str, int], bytes] = {(row.table, row.block): bytes(row.bits) for row in rows}

    def has(self, table: str, number: int) -> bool:
        bits = self._bits.get((table, number // BLOCK))
        return bits is not None and bool(bits[number % BLOCK // 8] >> number % 8 & 1)


def accounts_among(accounts: list[int]) -> set[int]:
    """Return those of some accounts that an import made."""
    imported = Imported()
    return {account for account in accounts if imported.has(USERS, account)}


def add(table: str, numbers: Iterable[int]) -> None:
    """Record that these rows are imported, in the transaction that writes them."""
    blocks: dict[int, list[int]] = defaultdict(list)
    for number in numbers:
        blocks[number // BLOCK].append(number % BLOCK)
    for block, places in sorted(blocks.items()):
        row = ColibriRows.objects.filter(table=table, block=block).first()
        row = row or ColibriRows(table=table, block=block, bits=bytes(BLOCK // 8))
        bits = bytearray(row.bits)
        for place in places:
            bits[place // 8] |= 1 << place % 8
        row.bits = bytes(bits)
        row.save()
