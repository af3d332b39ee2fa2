"""Imports as stories tell them: a file is previewed, or imported to its end."""

import csv
import io

from accounts.access import Actor
from accounts.models import Account
from follows.data import imports, previews
from follows.models import Import, ImportKind


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


def read(account: Account, kind: str, text: str | bytes, *, overwrite: bool = False) -> Import:
    data = text.encode() if isinstance(text, str) else text
    return previews.preview(account.pk, data, "", ImportKind(kind), by(account), overwrite=overwrite)


def run(account: Account, kind: str, text: str | bytes, *, overwrite: bool = False) -> Import:
    job = read(account, kind, text, overwrite=overwrite)
    assert imports.begin(account.pk, job.pk)
    imports.finish(account.pk)
    job.refresh_from_db()
    return job


def results(job: Import) -> dict[str, int]:
    return {str(result): count for result, count in imports.results(job).items()}


def report(job: Import) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(imports.report(job)).decode())))
