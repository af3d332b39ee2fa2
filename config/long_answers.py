"""Long answers: they are sent part by part, with others' requests between, and their client has a time to take them.

It is that of the bodies (`config.bodies`): the client has 30 seconds for each part, and for all of them 30 seconds and
as long as they take at 10 kB a second.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from config.bodies import PATIENCE, SLOWEST


async def send(stream: Any, next_part: Callable[[], bytes | None]) -> None:
    """Send what `next_part` gives, until that is None. The time in which it works is not the client's.

    :raises TimeoutError: when the client takes too little.
    """
    now, sent, waited = asyncio.get_running_loop().time, 0, 0.0
    while (part := next_part()) is not None:
        sent += len(part)
        began = now()
        async with asyncio.timeout(min(PATIENCE, PATIENCE + sent / SLOWEST - waited)):
            await stream.send_bytes(part)
        waited += now() - began
