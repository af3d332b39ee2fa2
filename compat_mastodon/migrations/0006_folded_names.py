"""The names of apps, folded as all text that is searched."""

from django.db import migrations, models

from accounts.searching import fold

BATCH = 2_000


def fold_names(apps, schema_editor):
    Application = apps.get_model("compat_mastodon", "Application")
    stored, last = Application.objects.using(schema_editor.connection.alias).order_by("pk"), 0
    while rows := list(stored.filter(pk__gt=last).only("name")[:BATCH]):
        last = rows[-1].pk
        for row in rows:
            row.folded_name = fold(row.name)
        stored.bulk_update(rows, ["folded_name"])


class Migration(migrations.Migration):
    works_beside_older = "An app that an older server registers is not found by its name."
    dependencies = [("compat_mastodon", "0005_plainer_texts")]

    operations = [
        migrations.AddField(
            model_name="application",
            name="folded_name",
            field=models.TextField(db_default="", default="", editable=False, help_text="The name, for searching."),
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
    ]
