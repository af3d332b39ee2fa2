"""Search asks the index of folded texts (`accounts`) and the most followed; its first index goes."""

from django.db import migrations, models

SQLITE = [
    "DROP TRIGGER IF EXISTS follows_search_deleted",
    "DROP TRIGGER IF EXISTS follows_search_changed",
    "DROP TRIGGER IF EXISTS follows_search_added",
    "DROP TABLE IF EXISTS follows_search_terms",
    "DROP TABLE IF EXISTS follows_search",
]
POSTGRESQL = [
    "DROP INDEX IF EXISTS follows_search_short",
    "DROP FUNCTION IF EXISTS follows_grams",
    "DROP INDEX IF EXISTS follows_search",
]


def drop(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("follows", "0005_spelling_of_domains"), ("accounts", "0005_search_index")]

    operations = [
        migrations.RunPython(drop),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(
                models.F("followers").desc(), condition=models.Q(followers__gt=0), name="tally_most_followed"
            ),
        ),
    ]
