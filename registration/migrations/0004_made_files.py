"""Files of many rows are made by a job, which keeps their bytes for a day."""

import django.db.models.deletion
from django.db import migrations, models

from helplines.walls import raise_wall


class Migration(migrations.Migration):

    dependencies = [
        ('helplines', '0016_talks_at_once'),
        ('registration', '0003_downloads'),
    ]

    operations = [
        migrations.CreateModel(
            name='Making',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('step', models.PositiveSmallIntegerField(default=0)),
                ('data', models.BinaryField(null=True)),
                ('trouble', models.CharField(blank=True, choices=[('letters', 'It has signs for which this machine has no letters. Take another kind of file.'), ('missing', 'What makes this kind of file is not installed here now.'), ('changed', 'The figures or their words changed since. Take the report along again, as a new file.')], max_length=8)),
                ('download', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='making', to='registration.download')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation')),
            ],
        ),
        raise_wall("registration_making"),
    ]
