"""Running the command: dry, again, after a kill, with a later dump, beside accounts that are here already."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import people
from accounts.access import Actor
from accounts.exclusive import Work, exclusive
from accounts.models import Account, BadgeRequest, Device, Session
from compat_twittner.colibri import importing as imports
from compat_twittner.models import ColibriImport, ColibriRows
from follows import graph, leaving, tallies
from follows.models import Block, Follow, Notice
from tests.compat_twittner.colibri.conftest import Told, run
from tests.compat_twittner.colibri.dumps import Network, mysqldump, phpmyadmin
from tests.factories import AccountFactory

Importing = Callable[..., Told]
ME = Actor(None, "test")


@pytest.fixture
def busy(network: Network) -> Network:
    """A network with something in every table, and problems of many kinds."""
    network.user("ghost", active="0")
    network.user("BOB", email="bob@example.org", last_active="1600000001")
    for number in range(6, 30):
        network.user(
            f"person{number}",
            refresh_token=f"{number:02}" * 37,
            pnotif_token=f'{{"token": "t{number}", "type": "ios"}}',
        )
        network.follow(number, number - 1 if number > 6 else 1)
        network.add("cl_sessions", user_id=str(number), session_id=f"{number:02}" * 41)
        network.add("cl_notifications", notifier_id=number, recipient_id=1, subject="subscribe", entry_id=number)
        network.add("cl_profile_reports", user_id=number, profile_id=2)
        network.add("cl_sessions", user_id=str(number), session_id=f"{number:02}ab" * 20, platform="web")
    network.add("cl_blocks", user_id=2, profile_id=29)
    network.follow(1, 1)
    network.add("cl_notifications", notifier_id=1, recipient_id=3, subject="subscribe_request", entry_id=1)
    asking = network.user("asking", verified="2")
    network.add("cl_verifications", user_id=asking, full_name="Ask", text_message="please")
    network.add("cl_messages", message="secret message")
    return network


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All that an import writes, but for the ids that it does not keep."""
    kept = {
        Account: ("pk", "username", "email", "unconfirmed"),
        Follow: ("pk", "follower", "target", "accepted_at"),
        Block: ("blocker", "target"),
        Notice: ("pk", "recipient", "actor", "kind", "bucket"),
        Session: ("account", "token_digest", "refresh_digest", "expires_at"),
        BadgeRequest: ("account", "message"),
        Device: ("account", "platform", "token"),
    }
    return {model.__name__: sorted(model.objects.values_list(*columns), key=str) for model, columns in kept.items()}


def test_a_dry_run_writes_nothing_and_foresees_everything(importing: Importing, busy: Network) -> None:
    foreseen = importing(busy, dry_run=True)
    for model in (Account, Follow, ColibriImport, ColibriRows, Session):
        assert not model.objects.exists()
    assert importing(busy) == foreseen


def test_a_dry_run_says_how_many_ids_are_left(db: None, network: Network, tmp_path: Path) -> None:
    path = tmp_path / "dump.sql"
    network.user("zoe", id=2**31 - 60_000_000)
    path.write_text(mysqldump(network))
    out = io.StringIO()
    call_command_of(path, out, dry_run=True)
    assert "cl_users: 59,999,999 ids are left. This is few." in out.getvalue()
    assert "cl_connections: 2,147,483,570 ids are left.\n" in out.getvalue()
    assert run(path, dry_run=True).first("few_ids") == ["cl_users: 59,999,999"]


def call_command_of(path: Path, out: io.StringIO, **options: Any) -> None:
    call_command("import_colibri", path, stdout=out, **options)


def test_the_report_for_people_has_the_same_numbers_and_no_secret(db: None, busy: Network, tmp_path: Path) -> None:
    path, out = tmp_path / "dump.sql", io.StringIO()
    path.write_text(mysqldump(busy))
    call_command_of(path, out)
    said = out.getvalue()
    assert "ColibriSM 1.3.2, site Hummingbirds & Co" in said
    assert "cl_users                                  30          30           0" in said
    assert "cl_messages                                1           0           1" in said
    assert "1 accounts have a new user name: BOB → BOB_5." in said
    for secret in ("example.org", "$2y$", "secret message", "0606", '"t6"', "t6,"):
        assert secret not in said


def test_importing_again_changes_nothing(importing: Importing, busy: Network) -> None:
    importing(busy)
    before = everything()
    told = importing(busy)
    assert everything() == before
    assert {numbers["imported"] for numbers in told["tables"].values()} == {0}
    assert told.kinds["imported_before"] > 50
    assert importing(busy, phpmyadmin)["problems"] == told["problems"]  # the same rows in another file


def test_a_stopped_import_goes_on_at_any_batch(
    importing: Importing, busy: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = importing(busy)
    whole = everything()
    monkeypatch.setattr(imports, "BATCH", 7)
    go_on, steps = imports._go_on, 0
    for stop in (1, 4, 6, 9, 12, 16, 20, 23):
        for model in (ColibriImport, ColibriRows, Session, Account):
            model.objects.all().delete()
        steps = 0

        def stopping(*args: Any, stop: int = stop, **columns: Any) -> None:
            nonlocal steps
            steps += 1
            if steps == stop:
                raise KeyboardInterrupt
            go_on(*args, **columns)

        monkeypatch.setattr(imports, "_go_on", stopping)
        with pytest.raises(CommandError) as stopped:
            importing(busy)
        assert stopped.value.returncode == 130
        monkeypatch.setattr(imports, "_go_on", go_on)
        assert importing(busy) == told
        assert everything() == whole
        assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def test_a_later_dump_adds_what_is_missing_and_brings_nothing_back(importing: Importing, network: Network) -> None:
    network.add("cl_notifications", notifier_id=2, recipient_id=1, subject="subscribe")
    importing(network)
    graph.unfollow(1, 2, ME)
    graph.reject_request(3, 77, ME)
    Notice.objects.all().delete()
    people.change(2, display_name="Robert", username="robert", email="robert@example.org")
    people.set_password(Account.objects.get(pk=2), "a new one")
    graph.block(3, 1, ME)

    dora = network.user("dora", email="robert@example.org")
    network.user("Robert", email="bob@example.org")
    new = network.follow(dora, 2)
    network.follow(1, 3, status="active")  # they are blocked here by now
    told = importing(network)

    assert told["tables"]["cl_users"] == {"read": 5, "imported": 2, "skipped": 3}
    assert told["tables"]["cl_connections"]["imported"] == 1
    assert set(Follow.objects.values_list("pk", "follower", "target")) == {(2, 2, 1), (3, 2, 3), (new, dora, 2)}
    assert not Notice.objects.exists()
    bob = Account.objects.get(pk=2)
    assert (bob.display_name, bob.username, bob.email) == ("Robert", "robert", "robert@example.org")
    assert bob.check_password("a new one")
    assert Account.objects.get(pk=dora).email == ""
    assert Account.objects.get(pk=5).username == "Robert_5"
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def test_accounts_that_were_deleted_here_stay_away(importing: Importing, network: Network) -> None:
    importing(network)
    leaving.begin(2, ME)
    leaving.finish(2)
    network.follow(3, 2)
    network.add("cl_sessions", user_id="2", session_id="a" * 82)
    told = importing(network)
    assert not Account.objects.filter(pk=2).exists()
    assert told.kinds["connection_without_account"] == told.kinds["session_without_account"] == 1


def test_ids_that_were_given_here_meanwhile_do_not_stand_in_the_way(importing: Importing, network: Network) -> None:
    importing(network)
    graph.follow(3, 2, ME)  # here it gets the id that the old network gives to another
    taken = Follow.objects.get(follower=3, target=2).pk
    network.follow(3, 1, id=taken)
    told = importing(network)
    assert told.first("connection_new_id") == [taken]
    assert Follow.objects.get(follower=3, target=1).pk > taken
    network.follow(3, 2)
    assert importing(network).kinds["connection_here_already"] == 1


def test_a_later_block_cuts_what_is_here(importing: Importing, network: Network) -> None:
    importing(network)
    network.add("cl_blocks", user_id=2, profile_id=1)
    importing(network)
    assert set(Follow.objects.values_list("pk", flat=True)) == {3, 77}
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


@pytest.mark.parametrize(
    ("account", "what"),
    [
        ({"username": "root"}, "id"),
        ({"username": "Ann"}, "user name"),
        ({"username": "root", "email": "BOB@example.org"}, "e-mail address"),
    ],
)
def test_an_account_in_the_way_stops_everything_and_is_named(
    importing: Importing, account: dict[str, str], what: str
) -> None:
    mine = AccountFactory(**account)
    network = Network()
    network.user("ann", id=mine.pk if what == "id" else mine.pk + 100)
    network.user("bob")
    for options in ({"dry_run": True}, {}):
        with pytest.raises(CommandError) as refused:
            importing(network, **options)
        assert f"the {what} of {mine.username} (id {mine.pk})" in str(refused.value)
        assert "@" not in str(refused.value)
    assert Account.objects.get() == mine
    assert not ColibriImport.objects.exists()


def test_other_accounts_may_be_here(importing: Importing) -> None:
    mine = AccountFactory(username="root")
    network = Network()
    network.user("ann", id=mine.pk + 100)
    assert importing(network).imported("cl_users") == 1
    assert Account.objects.count() == 2


def test_of_two_imports_at_once_the_second_is_refused(importing: Importing, network: Network) -> None:
    with exclusive(Work.IMPORT):
        with pytest.raises(CommandError, match=r"^Another import is running\. Nothing was imported;"):
            importing(network)
        assert importing(network, dry_run=True).imported("cl_users") == 3
    assert not ColibriImport.objects.exists()
    assert importing(network).imported("cl_users") == 3


@pytest.mark.django_db
def test_work_can_begin_again_as_soon_as_it_has_ended() -> None:
    for _ in range(300):
        with exclusive(Work.IMPORT):
            pass
