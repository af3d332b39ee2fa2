"""All checks at the same time, each in a thread that is left behind when its time is over."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.db import connections

from config.doctor import data, outside, own
from config.doctor.findings import Fault, Options, Skipped

CHECKS = (*own.CHECKS, *data.CHECKS, *outside.CHECKS)
GRACE = 1.0  # seconds beyond the time of a check, in which it can say itself who does not answer


class Result(NamedTuple):
    """The outcome of a check. `state` is ok, skipped or fault; a fault has a sentence for each thing that is wrong."""

    check: str
    state: str
    sentences: tuple[str, ...]


def examine(options: Options) -> Iterator[Result]:
    """Give the result of each check, in their order; all are there after `options.seconds` and a moment."""
    running = [_Running(name, check, options) for name, check in CHECKS]
    end = time.monotonic() + options.seconds + GRACE
    for each in running:
        each.start()
    for each in running:
        each.join(max(end - time.monotonic(), 0))
        yield each.result


class _Running(threading.Thread):
    def __init__(self, name: str, check: Callable[[Options], str], options: Options) -> None:
        super().__init__(name=f"doctor: {name}", daemon=True)
        self._check, self._options = check, options
        late = f"The check had no result after {options.seconds:g} s: find out what does not answer, or set --seconds."
        self.result = Result(name, "fault", (late,))

    def run(self) -> None:
        name = self.result.check
        try:
            self.result = Result(name, "ok", (self._check(self._options),))
        except Skipped as skipped:
            self.result = Result(name, "skipped", (str(skipped),))
        except Fault as fault:
            self.result = Result(name, "fault", fault.args)
        except Exception as error:
            sentence = f"The check itself failed ({type(error).__name__}): report it as a fault of Latchkey."
            self.result = Result(name, "fault", (sentence,))
        finally:
            connections.close_all()
