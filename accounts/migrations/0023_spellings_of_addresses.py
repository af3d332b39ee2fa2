"""E-mail addresses whose domain was stored in other letters than ASCII's get its one spelling (`accounts.domains`)."""

from django.db import IntegrityError, migrations, transaction

from accounts.domains import of_address


def respell(apps, schema_editor):
    """If another account has the address in the right spelling already, both stay as they are, and a line says so."""
    using = schema_editor.connection.alias
    accounts = apps.get_model("accounts", "Account").objects.using(using)
    for pk, stored in list(accounts.filter(email__regex="[^ -~]").order_by("pk").values_list("pk", "email")):
        if (spelled := of_address(stored)) == stored:
            continue
        try:
            with transaction.atomic(using):
                accounts.filter(pk=pk, email=stored).update(email=spelled)
        except IntegrityError:
            print(f"Account {pk} keeps its e-mail address, because another account has the same in another spelling.")


class Migration(migrations.Migration):
    works_beside_older = "An older server finds such an address only as it is spelled now, until it ends."
    dependencies = [("accounts", "0022_invitations")]

    operations = [migrations.RunPython(respell, migrations.RunPython.noop)]
