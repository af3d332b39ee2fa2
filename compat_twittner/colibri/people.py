"""Writes accounts, sessions with their devices, and requests for the badge, as `accounts` would have made them."""

import sqlite3

from django.contrib.auth.hashers import make_password
from django.db.models import F

from accounts import bulk, markup
from accounts.bulk import insert_where_free
from accounts.models import Account, Audience, BadgeRequest, Contact, Device, Gender, Session, Verification
from accounts.searching import SearchText, folded
from accounts.validation import clean_text
from compat_twittner import countries
from compat_twittner.colibri.staging import Batch, Staging
from compat_twittner.colibri.tables import USERS

INACTIVE, DISABLED = "0", "2"
SOME = 500  # accounts that one statement looks at
VERIFICATIONS = {str(int(value)): value for value in Verification}


def write_accounts(batch: Batch) -> int:
    """Write a batch of accounts, and return how many."""
    first, last = batch.rows[0]["id"], batch.rows[-1]["id"]
    named = batch.staging.db.execute("SELECT id, name FROM names WHERE id BETWEEN ? AND ?", [first, last])
    names = dict(named.fetchall())
    accounts = [_account(batch, row, names[row["id"]]) for row in batch.rows]
    written = sum(bulk.insert(Account(), accounts))
    sum(bulk.insert(SearchText(), [{"account": row["id"], **folded(row)} for row in accounts]))
    return written


def _account(batch: Batch, row: sqlite3.Row, username: str) -> bulk.Row:
    country = countries.BY_NUMBER.get(row["country"], countries.UNITED_STATES)
    return {
        "id": row["id"],
        "username": username,
        "email": row["email"],
        "unconfirmed": row["active"] == INACTIVE,
        "display_name": clean_text(f"{row['first_name']} {row['last_name']}")[:64],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "note": row["about"],
        "gender": row["gender"] if row["gender"] in Gender else Gender.MALE,
        "website": row["website"],
        "country": country.code,
        "language": row["language"],
        "password": row["password"] or make_password(None),
        "locked": row["follow"] == "approved",
        "profile_privacy": Audience.EVERYONE if row["profile"] == "everyone" else Audience.FOLLOWERS,
        "contact_privacy": Contact.FOLLOWED if row["contact"] == "followed" else Contact.EVERYONE,
        "noindex": row["indexed"] == "N",
        "verification": VERIFICATIONS.get(row["verified"], Verification.NONE),
        "suspended_at": batch.now if row["active"] == DISABLED else None,
        "created_at": batch.at(row["joined"]),
        "last_active_at": batch.at(row["active_at"]),
    }


def write_sessions(batch: Batch) -> int:
    """Write a batch of sessions, and the devices of those that are the newest of their accounts."""
    sessions = [
        {
            "account": row["account"],
            "platform": row["platform"],
            "token_digest": row["token"],
            "refresh_digest": row["refresh"],
            "created_at": batch.at(row["at"]),
            "expires_at": batch.at(row["until"]),
        }
        for row in batch.rows
    ]
    taken = insert_where_free(Session(), sessions)
    ids = {row["token"]: row["id"] for row in batch.rows}
    batch.report.add("session_here_already", [ids[row["token_digest"]] for row in taken])
    devices = [
        {"account": row["account"], "platform": row["device_platform"], "token": row["device"]}
        for row in batch.rows
        if row["device"]
    ]
    insert_where_free(Device(), devices)
    return len(batch.rows) - len(taken)


def write_verifications(batch: Batch) -> int:
    """Write a batch of requests for the badge. Their videos come with the other media."""
    owners = [row["account"] for row in batch.rows]
    waiting = {
        account
        for start in range(0, len(owners), SOME)
        for account in Account.objects.filter(
            pk__in=owners[start : start + SOME], verification=Verification.REQUESTED, badge_request=None
        ).values_list("pk", flat=True)
    }
    requests = [
        {
            "account": row["account"],
            "full_name": row["full_name"],
            "message": row["message"],
            "video": "",
            "created_at": batch.at(row["at"]),
        }
        for row in batch.rows
        if row["account"] in waiting
    ]
    batch.report.add("verification_answered", [row["id"] for row in batch.rows if row["account"] not in waiting])
    return sum(bulk.insert(BadgeRequest(), requests)) if requests else 0


def link_mentions(staging: Staging) -> None:
    """Keep whom the imported bios mention, now that everybody is there; not of a bio that was changed here."""
    bios, after = f"SELECT id, about FROM {USERS} WHERE why IS NULL AND about LIKE '%@%' AND id > ?", 0
    while rows := staging.db.execute(f"{bios} ORDER BY id LIMIT {SOME}", [after]).fetchall():
        after = rows[-1][0]
        for pk, about in rows:
            if mentions := markup.people_in([about]):
                same = Account.objects.filter(pk=pk, note=about, note_mentions__isnull=True)
                same.update(note_mentions=mentions, version=F("version") + 1)
