"""`manage.py seed`: a graph of any size, the same for the same seed, with tallies that are right."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import people, validation
from accounts.models import Account
from follows import seeding, tallies
from follows.models import Follow, Tally
from tests.factories import AccountFactory

pytestmark = pytest.mark.django_db


def seed(**options: Any) -> str:
    out = io.StringIO()
    call_command("seed", stdout=out, **options)
    return out.getvalue()


def edges() -> set[tuple[str, str, bool]]:
    """Who follows, or asks to, by the user names without their numbers."""
    rows = Follow.objects.values_list("follower__display_name", "target__display_name", "accepted_at", "pk")
    return {(follower, target, accepted_at is None) for follower, target, accepted_at, _ in rows.order_by("pk")}


def test_it_makes_what_was_asked_for() -> None:
    seed(accounts=50, requests=20, follows=300, locked_account="carol")

    carol = Account.objects.get(username="carol")
    assert carol.locked
    assert Account.objects.count() == 51
    assert Follow.objects.pending().filter(target=carol).count() == 20
    assert Follow.objects.accepted().count() == 300
    assert Tally.objects.get(account=carol).requests == 20
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def test_the_same_seed_makes_the_same_people_and_edges() -> None:
    made = []
    for random_seed in (7, 7, 8):
        Account.objects.all().delete()
        seed(accounts=40, requests=10, follows=100, random_seed=random_seed)
        made.append((edges(), list(Account.objects.order_by("pk").values_list("display_name", "note"))))

    assert made[0] == made[1]
    assert made[0] != made[2]


def test_it_adds_to_a_filled_database() -> None:
    alice = AccountFactory(username="alice", locked=True)
    seed(accounts=30, requests=10, follows=50, locked_account="alice")
    said = seed(accounts=30, requests=10, follows=50, locked_account="alice")

    assert Tally.objects.get(account=alice).requests == 20
    assert Account.objects.count() == 61
    assert said.endswith("All tallies of 61 accounts are right.\n")


def test_every_possible_follow_can_be_asked_for() -> None:
    seed(accounts=12, requests=0, follows=12 * 11)

    assert Follow.objects.count() == 12 * 11


def test_batches_of_any_size_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeding, "BATCH", 7)
    seed(accounts=40, requests=33, follows=200)

    assert Follow.objects.count() == 233
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def test_progress_is_told_during_a_batch() -> None:
    seeder = seeding.Seeder(1)

    assert list(seeder.accounts(2_500)) == [1_000, 1_000, 500]
    assert list(seeder.follows(1_200)) == [1_000, 200]


def test_accounts_are_as_people_sign_up() -> None:
    seed(accounts=1, requests=0, follows=0)
    seeded = Account.objects.get()
    signed_up = people.sign_up(
        username="alice", email="alice@example.org", password="x", display_name=seeded.display_name
    )

    own = {"id", "username", "email", "password", "note", "created_at", "last_active_at"}
    columns = [field.attname for field in Account._meta.concrete_fields if field.attname not in own]
    values = Account.objects.order_by("pk").values_list(*columns)
    assert values[0] == values[1]
    assert validation.USERNAME.fullmatch(seeded.username)
    assert validation.is_email(seeded.email)
    assert seeded.created_at == seeded.last_active_at <= signed_up.created_at
    assert not seeded.has_usable_password()


def test_edges_are_as_people_make_them() -> None:
    seed(accounts=2, requests=1, follows=1)
    follow = Follow.objects.accepted().get()
    request = Follow.objects.pending().get()

    for edge in (follow, request):
        assert (edge.show_reblogs, edge.notify, edge.languages) == (True, False, None)
    assert follow.accepted_at == follow.created_at
    with connection.cursor() as cursor:  # JSON null would be something else
        cursor.execute(f"SELECT COUNT(*) FROM {Follow._meta.db_table} WHERE languages IS NOT NULL")
        assert cursor.fetchone() == (0,)


def test_later_rows_are_later_in_time() -> None:
    seed(accounts=20, requests=20, follows=40)

    times = list(Follow.objects.order_by("pk").values_list("accepted_at", "created_at"))
    assert [at for accepted, at in times if not accepted] == sorted(at for accepted, at in times if not accepted)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"accounts": 5, "requests": 6}, "6 requests need at least 6 accounts, not 5."),
        ({"accounts": 3, "requests": 0, "follows": 7}, "3 accounts allow only 6 follows."),
        ({"accounts": -1}, "Numbers must not be negative."),
        ({"accounts": 2**31}, "There can be at most 2,147,483,647 accounts, requests and follows each."),
        ({"locked_account": "not a name"}, "'not a name' is not a valid user name"),
        ({"locked_account": "alice"}, "alice is not locked, so it gets no follow requests."),
    ],
)
def test_what_cannot_be_is_said(options: dict[str, Any], sentence: str, alice: Account) -> None:
    with pytest.raises(CommandError, match=sentence):
        seed(**options)
    assert Account.objects.get() == alice


def test_a_stop_leaves_whole_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeding, "BATCH", 10)
    batches = seeding._batches

    def stopping(rows: Any) -> Any:
        """Ctrl-C in the middle of the third batch."""
        for number, batch in enumerate(batches(rows)):
            if number == 2:
                raise KeyboardInterrupt
            yield batch

    monkeypatch.setattr(seeding, "_batches", stopping)
    with pytest.raises(CommandError, match="Stopped") as stopped:
        seed(accounts=20, requests=20, follows=100)

    assert stopped.value.returncode == 130
    assert (Follow.objects.pending().count(), Follow.objects.accepted().count()) == (20, 20)
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0
