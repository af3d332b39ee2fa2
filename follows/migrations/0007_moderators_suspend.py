"""The group of moderators that an older version made may suspend members, too."""

from importlib import import_module

from django.db import migrations

make_group = import_module('follows.migrations.0002_moderators').make_group


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_suspending'),
        ('follows', '0006_search_of_folded_text'),
    ]

    operations = [
        migrations.RunPython(make_group, migrations.RunPython.noop),
    ]
