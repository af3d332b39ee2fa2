#!/usr/bin/env python3
"""Empty your queue of follow requests by rules: python triage.py https://social.example TOKEN [--dry-run]

The token needs the scopes read:follows and write:follows. Change `verdict` to your taste.
"""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import requests

AT_ONCE = 500  # requests that one call may decide


def verdict(request: dict) -> str | None:
    """`accept`, `reject`, or None to look at the request yourself."""
    account, before = request["account"], request["decided_before"]
    joined = datetime.fromisoformat(account["created_at"])
    if request["relationship"]["following"] or request["friends_in_common"] >= 3:
        return "accept"
    if account.get("limited") or before["removed"] or before["rejected"] >= 2:
        return "reject"
    if account["bot"] and not request["note"]:
        return "reject"
    if datetime.now(UTC) - joined < timedelta(days=2) and not account["note"]:
        return "reject"
    return None


def queue(session: requests.Session, server: str) -> Iterator[dict]:
    """All requests that wait, the longest waiting first."""
    address = f"{server}/api/latchkey/v1/requests?sort=oldest&limit=80"
    while address:
        page = session.get(address, timeout=30)
        page.raise_for_status()
        yield from page.json()
        address = page.links.get("next", {}).get("url")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server")
    parser.add_argument("token")
    parser.add_argument("--dry-run", action="store_true", help="decide nothing, only say what would be decided")
    options = parser.parse_args()
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {options.token}"
    chosen: dict[str | None, list[str]] = {"accept": [], "reject": [], None: []}
    for request in queue(session, options.server):  # read the whole queue first: deciding moves its pages
        chosen[verdict(request)].append(request["id"])
    for answer in ("accept", "reject"):
        for start in range(0, 0 if options.dry_run else len(chosen[answer]), AT_ONCE):
            body = {"verdict": answer, "requests": chosen[answer][start : start + AT_ONCE]}
            session.post(f"{options.server}/api/latchkey/v1/requests/decide", json=body, timeout=60).raise_for_status()
    print(f"{len(chosen['accept'])} approved, {len(chosen['reject'])} rejected, {len(chosen[None])} left for you.")


if __name__ == "__main__":
    main()
