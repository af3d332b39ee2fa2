"""Migrations of a version run while servers of the version before go on: they add, and take nothing away.

A migration that does more says in `works_beside_older` why an older server does not notice. What has to go, goes in two
versions: the first one stops using it, the second one removes it.
"""

from collections.abc import Iterator

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Q
from django.db.models.functions import Now

# The last migration of each app before the rule; a server of these does not run beside a newer one.
BEFORE = {
    "accounts": "0014_second_factor",
    "follows": "0014_moderators_let_people_in",
    "compat_mastodon": "0003_push_addresses_rest",
    "compat_twittner": "",
}


def faults(app: str, operations: list[Operation], state: ProjectState) -> Iterator[str]:
    """What of these operations an older server could notice. `state` is that before them, and after them at the end."""
    made: set[str] = set()
    for operation in operations:
        before = state.clone()
        operation.state_forwards(app, state)
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name_lower)
        elif getattr(operation, "model_name_lower", "") not in made and (
            fault := _fault(app, operation, before, state)
        ):
            yield f"{operation.__class__.__name__}: {fault}"


def _fault(app: str, operation: Operation, before: ProjectState, after: ProjectState) -> str:
    match operation:
        case migrations.AddField(field=field):
            filled = field.null or field.many_to_many or field.has_db_default()
            return "" if filled else f"{operation.name} has no db_default, so older servers cannot insert rows"
        case migrations.AlterField():
            old, new = (state.apps.get_model(app, operation.model_name)._meta for state in (before, after))
            editor = connection.schema_editor()
            altered = editor._field_should_be_altered(old.get_field(operation.name), new.get_field(operation.name))
            return f"{operation.name} becomes another column" if altered else ""
        case migrations.AddIndex() | migrations.RemoveIndex() | migrations.RemoveConstraint():
            return ""
        case migrations.AlterModelOptions() | migrations.AlterModelManagers():
            return ""
    return "older servers may depend on what was before"


def test_older_servers_go_on_beside_each_new_migration(db: None) -> None:
    loader = MigrationLoader(connection)
    told = []
    for (app, name), migration in loader.disk_migrations.items():
        if app not in BEFORE or name <= BEFORE[app] or migration.replaces:
            continue
        state = loader.project_state([key for key in migration.dependencies if key in loader.graph.nodes], at_end=True)
        if not getattr(migration, "works_beside_older", ""):
            told += [f"{app} {name}: {fault}" for fault in faults(app, migration.operations, state)]

    assert not told


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        (migrations.AddField("thing", "note", models.TextField(default="")), "has no db_default"),
        (migrations.AddField("thing", "note", models.TextField(db_default="")), ""),
        (migrations.AddField("thing", "note", models.TextField(null=True)), ""),
        (migrations.AlterField("thing", "name", models.CharField(max_length=9, help_text="New.")), ""),
        (migrations.AlterField("thing", "name", models.CharField(max_length=90)), "becomes another column"),
        (migrations.AlterField("thing", "age", models.IntegerField()), "becomes another column"),
        (migrations.RemoveField("thing", "name"), "may depend"),
        (migrations.RenameField("thing", "name", "title"), "may depend"),
        (migrations.RenameModel("Thing", "Item"), "may depend"),
        (migrations.DeleteModel("Thing"), "may depend"),
        (migrations.AddConstraint("thing", models.CheckConstraint(condition=Q(age__gt=1), name="c")), "may depend"),
        (migrations.RunSQL("DROP TABLE things_thing"), "may depend"),
        (migrations.RunPython(migrations.RunPython.noop), "may depend"),
        (migrations.RemoveConstraint("thing", "old"), ""),
        (migrations.AddIndex("thing", models.Index("age", name="by_age")), ""),
    ],
)
def test_the_rule(db: None, operation: Operation, fault: str) -> None:
    fields = [
        ("id", models.AutoField(primary_key=True)),
        ("name", models.CharField(max_length=9)),
        ("age", models.IntegerField(null=True)),
        ("made_at", models.DateTimeField(db_default=Now())),
    ]
    state = ProjectState()
    rule = models.CheckConstraint(condition=Q(age__gt=0), name="old")
    migrations.CreateModel("Thing", fields, {"constraints": [rule]}).state_forwards("things", state)

    told = list(faults("things", [operation], state))

    assert len(told) == bool(fault)
    assert all(fault in each for each in told)
