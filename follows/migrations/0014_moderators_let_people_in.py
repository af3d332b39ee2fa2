"""The group of moderators that an older version made may answer requests to join, and make invitations, too."""

from importlib import import_module

from django.db import migrations

make_group = import_module('follows.migrations.0002_moderators').make_group


class Migration(migrations.Migration):

    dependencies = [
        ('follows', '0013_data'),
    ]

    operations = [
        migrations.RunPython(make_group, migrations.RunPython.noop),
    ]
