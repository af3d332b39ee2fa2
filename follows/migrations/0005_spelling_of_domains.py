"""Names of servers that were stored in other letters than ASCII's get the one spelling of `accounts.domains`."""

from django.db import IntegrityError, migrations, transaction

from accounts.domains import NotADomain, canonical


def respell(apps, schema_editor):
    """Rows that are there in the right spelling already win; names that IDNA does not allow stay, and match nobody."""
    database = schema_editor.connection.alias
    for app_label, model in (('accounts', 'Account'), ('follows', 'DomainBlock')):
        rows = apps.get_model(app_label, model)._base_manager.using(database).exclude(domain='')
        for domain in [domain for domain in rows.values_list('domain', flat=True).distinct() if not domain.isascii()]:
            try:
                spelled = canonical(domain)
            except NotADomain:
                continue
            for row in rows.filter(domain=domain):
                try:
                    with transaction.atomic(database):
                        rows.filter(pk=row.pk).update(domain=spelled)
                except IntegrityError:
                    if model == 'DomainBlock':
                        row.delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('follows', '0004_log_of_follows'),
    ]

    operations = [migrations.RunPython(respell, migrations.RunPython.noop, elidable=True)]
