import django.core.validators
import django.db.models.deletion
import helplines.secret_fields
from django.db import migrations, models

from helplines.walls import raise_wall


class Migration(migrations.Migration):

    dependencies = [
        ('helplines', '0012_promises_looked_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=100, unique=True)),
                ('kind', models.CharField(max_length=24)),
                ('told', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('waiting', 'is being sent'), ('sent', 'sent'), ('dropped', 'no longer needed'), ('given-up', 'could not be sent')], default='waiting', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(db_index=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, max_length=40)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='MailServer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_used', models.BooleanField(default=False, verbose_name='send our mail by this server')),
                ('host', models.CharField(blank=True, max_length=200, verbose_name='name of the server')),
                ('port', models.PositiveIntegerField(default=587, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='port')),
                ('security', models.CharField(choices=[('starttls', 'STARTTLS (mostly port 587)'), ('tls', 'TLS from the start (mostly port 465)')], default='starttls', max_length=10, verbose_name='security')),
                ('user', helplines.secret_fields.SecretTextField(blank=True, default='', max_length=200, verbose_name='user name')),
                ('password', helplines.secret_fields.SecretTextField(blank=True, default='', max_length=200, verbose_name='password')),
                ('sender', models.EmailField(blank=True, max_length=254, verbose_name='address of the sender')),
                ('selector', models.CharField(blank=True, max_length=60, verbose_name='DKIM selector')),
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='mail_server', to='helplines.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'mail server',
                'verbose_name_plural': 'mail servers',
            },
        ),
        raise_wall("helplines_mailserver"),
        raise_wall("helplines_letter"),
    ]
