import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('compat_mastodon', '0001_initial'),
        ('oauth2_provider', '0022_refreshtoken_token_family_index'),
    ]

    # Each of django-oauth-toolkit's many changes makes Django render all models that are there by then: with
    # the graph's among them, a new database takes half as long again.
    run_before = [('follows', '0001_initial')]

    operations = [
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.CharField(max_length=2000)),
                ('p256dh', models.CharField(help_text="The client's public key, base64url.", max_length=88)),
                ('auth', models.CharField(help_text='The secret that client and server share, base64url.', max_length=24)),
                ('standard', models.BooleanField(default=False, help_text='Encrypted by RFC 8291, not by its draft.')),
                ('alerts', models.JSONField(default=dict, help_text='{"follow": true, …}; kinds that are not named are not sent.')),
                ('policy', models.CharField(choices=[('all', 'All'), ('followed', 'Followed'), ('follower', 'Follower'), ('none', 'None')], default='all', max_length=8)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='push_subscription', to=settings.OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('policy__in', ['all', 'followed', 'follower', 'none'])), name='push_policy_known'),
                ],
            },
        ),
    ]
