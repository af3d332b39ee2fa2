"""The group of those who decide follow requests, close reports, suspend and limit members, and set rules for servers."""

from django.db import migrations

MAY = {
    ('accounts', 'account'): {
        'view_account': 'Can view account',
        'suspend_account': 'Can suspend and unsuspend members',
    },
    ('accounts', 'application'): {
        'view_application': 'Can view request to join',
        'decide_application': 'Can approve and reject requests to join',
    },
    ('accounts', 'invite'): {
        'view_invite': 'Can view invite',
        'add_invite': 'Can add invite',
        'change_invite': 'Can change invite',
    },
    ('accounts', 'maildomain'): {
        'view_maildomain': 'Can view refused mail domain',
        'add_maildomain': 'Can add refused mail domain',
        'change_maildomain': 'Can change refused mail domain',
        'delete_maildomain': 'Can delete refused mail domain',
    },
    ('follows', 'follow'): {'view_follow': 'Can view follow'},
    ('follows', 'followrequest'): {
        'view_followrequest': 'Can view follow request',
        'decide_followrequest': 'Can approve and reject follow requests',
    },
    ('follows', 'block'): {'view_block': 'Can view block'},
    ('follows', 'decision'): {'view_decision': 'Can view decision'},
    ('follows', 'serverrule'): {
        'view_serverrule': 'Can view server rule',
        'add_serverrule': 'Can add server rule',
        'change_serverrule': 'Can change server rule',
        'delete_serverrule': 'Can delete server rule',
        'limit_account': 'Can limit accounts',
    },
    ('follows', 'report'): {'view_report': 'Can view report', 'close_report': 'Can close reports'},
}


def make_group(apps, schema_editor):
    """Django makes permissions after all migrations; the group needs its own now, so they are made here."""
    database = schema_editor.connection.alias
    content_types = apps.get_model('contenttypes', 'ContentType').objects.using(database)
    permissions = apps.get_model('auth', 'Permission').objects.using(database)
    group, _ = apps.get_model('auth', 'Group').objects.using(database).get_or_create(name='Moderators')
    for (app_label, model), names in MAY.items():
        content_type, _ = content_types.get_or_create(app_label=app_label, model=model)
        for codename, name in names.items():
            permission, _ = permissions.get_or_create(
                content_type=content_type, codename=codename, defaults={'name': name}
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('follows', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.RunPython(make_group, migrations.RunPython.noop),
    ]
