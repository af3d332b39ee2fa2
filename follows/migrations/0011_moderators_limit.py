"""The group of moderators that an older version made may limit accounts and set rules for servers, too."""

from importlib import import_module

from django.db import migrations

make_group = import_module('follows.migrations.0002_moderators').make_group


class Migration(migrations.Migration):

    dependencies = [
        ('follows', '0010_leaving'),
    ]

    operations = [
        migrations.RunPython(make_group, migrations.RunPython.noop),
    ]
