"""Which trigrams are in use is read without counting the texts that have each."""

from django.db import migrations

INDEX = "accounts_search"


def show(what):
    def operation(apps, schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TABLE {INDEX}_terms")
            schema_editor.execute(f"CREATE VIRTUAL TABLE {INDEX}_terms USING fts5vocab({INDEX}, {what})")

    return operation


class Migration(migrations.Migration):
    works_beside_older = (
        "PostgreSQL has nothing to do. On SQLite, an older server reads a trigram once for each text, so that searches "
        "for one or two letters are slow until it ends."
    )
    dependencies = [("accounts", "0018_search_by_address")]

    operations = [migrations.RunPython(show("instance"), show("row"))]
