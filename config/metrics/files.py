"""The files in which the processes of the server count: one set for each of its places.

A process that takes the place of another one counts on where that one stopped, so the number of files is bounded.
"""

import os
import shutil
from pathlib import Path


class Place:
    """The place of this process: `main`, `worker0`, `worker1` ... or `streams`."""

    name = "main"


def prepare(folder: Path) -> None:
    """Begin with an empty folder. The package of Prometheus has to be imported after this."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def take(place: str) -> None:
    """From now on this process counts at this place; gauges of the process that had it before end."""
    from prometheus_client import multiprocess  # only where there are metrics

    multiprocess.mark_process_dead(place)
    Place.name = place
