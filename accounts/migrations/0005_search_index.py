"""The index behind `follows.search`: which accounts hold some letters in their folded names or bio.

SQLite gets a table of trigrams and the triggers that keep it in step. A later migration that makes
SQLite rebuild the table of search texts (any change of a column) drops them: it must run this again.
"""

from django.db import migrations

TABLE = "accounts_searchtext"
SQLITE = [
    """CREATE VIRTUAL TABLE accounts_search
        USING fts5(handle, names, bio, content='', detail=column, tokenize='trigram case_sensitive 1')""",
    "CREATE VIRTUAL TABLE accounts_search_terms USING fts5vocab(accounts_search, row)",
    f"INSERT INTO accounts_search(rowid, handle, names, bio) SELECT account_id, handle, names, bio FROM {TABLE}",
    f"""CREATE TRIGGER accounts_search_added AFTER INSERT ON {TABLE} BEGIN
        INSERT INTO accounts_search(rowid, handle, names, bio)
            VALUES (new.account_id, new.handle, new.names, new.bio);
    END""",
    f"""CREATE TRIGGER accounts_search_changed AFTER UPDATE OF handle, names, bio ON {TABLE} BEGIN
        INSERT INTO accounts_search(accounts_search, rowid, handle, names, bio)
            VALUES ('delete', old.account_id, old.handle, old.names, old.bio);
        INSERT INTO accounts_search(rowid, handle, names, bio)
            VALUES (new.account_id, new.handle, new.names, new.bio);
    END""",
    f"""CREATE TRIGGER accounts_search_deleted AFTER DELETE ON {TABLE} BEGIN
        INSERT INTO accounts_search(accounts_search, rowid, handle, names, bio)
            VALUES ('delete', old.account_id, old.handle, old.names, old.bio);
    END""",
]
UNDO_SQLITE = [
    "DROP TRIGGER accounts_search_deleted",
    "DROP TRIGGER accounts_search_changed",
    "DROP TRIGGER accounts_search_added",
    "DROP TABLE accounts_search_terms",
    "DROP TABLE accounts_search",
]
# One and two letters have no trigram, and signs are none of its letters. Not parallel: to start workers takes longer.
GRAMS = """CREATE FUNCTION accounts_grams(sought text) RETURNS text[] LANGUAGE sql IMMUTABLE AS '
    SELECT coalesce(array_agg(DISTINCT substr(sought, place, size)), ARRAY[]::text[])
    FROM generate_series(1, length(sought)) place,
      generate_series(1, CASE substr(sought, place, 1) WHEN chr(31) THEN 3 ELSE 2 END) size
'"""
POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    GRAMS,
    *(
        statement
        for column in ("handle", "names", "bio")
        for statement in (
            f"CREATE INDEX accounts_search_{column} ON {TABLE} USING gin ({column} gin_trgm_ops)",
            f"CREATE INDEX accounts_search_{column}_short ON {TABLE} USING gin (accounts_grams({column}))",
        )
    ),
]
UNDO_POSTGRESQL = [
    *(f"DROP INDEX accounts_search_{column}{kind}" for column in ("handle", "names", "bio") for kind in ("_short", "")),
    "DROP FUNCTION accounts_grams",
]


def run(by_vendor):
    def operation(apps, schema_editor):
        for statement in by_vendor[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return operation


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_fold_names")]

    operations = [
        migrations.RemoveIndex(model_name="account", name="account_username_begins"),
        migrations.RemoveIndex(model_name="account", name="account_display_name_begins"),
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": UNDO_SQLITE, "postgresql": UNDO_POSTGRESQL}),
        ),
    ]
