from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_search_index'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='account',
            options={'permissions': [('suspend_account', 'Can suspend and unsuspend members')]},
        ),
    ]
