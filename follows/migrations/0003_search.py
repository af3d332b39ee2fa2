"""The index behind `follows.search`.

SQLite gets a table of trigrams and the triggers that keep it in step. A later migration that makes
SQLite rebuild the table of accounts (any change of a column) drops them: it must run this again.
"""

from django.db import migrations

TEXT = "{0}.username || char(31) || {0}.first_name || ' ' || {0}.last_name || char(31) || {0}.note || char(31, 31)"
COLUMNS = "username, first_name, last_name, note"
SQLITE = [
    "CREATE VIRTUAL TABLE follows_search USING fts5(text, content='', detail=none, tokenize='trigram')",
    "CREATE VIRTUAL TABLE follows_search_terms USING fts5vocab(follows_search, row)",
    f"INSERT INTO follows_search(rowid, text) SELECT id, {TEXT.format('accounts_account')} FROM accounts_account",
    f"""CREATE TRIGGER follows_search_added AFTER INSERT ON accounts_account BEGIN
        INSERT INTO follows_search(rowid, text) VALUES (new.id, {TEXT.format('new')});
    END""",
    f"""CREATE TRIGGER follows_search_changed AFTER UPDATE OF {COLUMNS} ON accounts_account BEGIN
        INSERT INTO follows_search(follows_search, rowid, text) VALUES ('delete', old.id, {TEXT.format('old')});
        INSERT INTO follows_search(rowid, text) VALUES (new.id, {TEXT.format('new')});
    END""",
    f"""CREATE TRIGGER follows_search_deleted AFTER DELETE ON accounts_account BEGIN
        INSERT INTO follows_search(follows_search, rowid, text) VALUES ('delete', old.id, {TEXT.format('old')});
    END""",
]
UNDO_SQLITE = [
    "DROP TRIGGER follows_search_deleted",
    "DROP TRIGGER follows_search_changed",
    "DROP TRIGGER follows_search_added",
    "DROP TABLE follows_search_terms",
    "DROP TABLE follows_search",
]
GRAMS = """CREATE FUNCTION follows_grams(sought text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS '
    SELECT array_agg(substr(sought, place, size)) FROM generate_series(1, length(sought)) place, generate_series(1, 2) size
'"""
FOLDED = "lower(username || chr(31) || first_name || ' ' || last_name || chr(31) || note)"
POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    f"CREATE INDEX follows_search ON accounts_account USING gin ({FOLDED} gin_trgm_ops)",
    GRAMS,  # trigrams cannot tell where one or two letters are
    f"CREATE INDEX follows_search_short ON accounts_account USING gin (follows_grams({FOLDED}))",
]
UNDO_POSTGRESQL = ["DROP INDEX follows_search_short", "DROP FUNCTION follows_grams", "DROP INDEX follows_search"]


def run(by_vendor):
    def operation(apps, schema_editor):
        for statement in by_vendor[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return operation


class Migration(migrations.Migration):
    dependencies = [("follows", "0002_moderators")]

    operations = [
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": UNDO_SQLITE, "postgresql": UNDO_POSTGRESQL}),
        ),
    ]
