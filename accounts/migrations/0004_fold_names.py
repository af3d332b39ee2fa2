"""Compose the names of all accounts, and write what they are found by.

Each batch is a transaction of its own. A run that was broken off goes on where it stopped.
"""

from django.db import migrations, transaction
from django.db.models import F

from accounts.searching import NAMES, SOURCES, composed, folded

BATCH = 2_000


def fold_names(apps, schema_editor):
    Account, SearchText = apps.get_model("accounts", "Account"), apps.get_model("accounts", "SearchText")
    using = schema_editor.connection.alias
    missing = Account.objects.using(using).filter(found=None).order_by("pk")
    last = 0
    while rows := list(missing.filter(pk__gt=last).values("pk", *SOURCES)[:BATCH]):
        last = rows[-1]["pk"]
        with transaction.atomic(using):
            for row in rows:
                names = {name: composed(row[name]) for name in NAMES}
                if names != {name: row[name] for name in NAMES}:
                    row |= names
                    Account.objects.using(using).filter(pk=row["pk"]).update(**names, version=F("version") + 1)
            SearchText.objects.using(using).bulk_create(
                [SearchText(account_id=row["pk"], **folded(row)) for row in rows], ignore_conflicts=True
            )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0003_search_text")]

    operations = [migrations.RunPython(fold_names, migrations.RunPython.noop)]
