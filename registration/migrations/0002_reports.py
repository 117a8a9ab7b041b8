import django.db.models.deletion
from django.db import migrations, models

from helplines.walls import raise_wall


class Migration(migrations.Migration):

    dependencies = [
        ('helplines', '0016_talks_at_once'),
        ('registration', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Published',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=20)),
                ('month', models.DateField()),
                ('audience', models.CharField(max_length=8)),
                ('base', models.PositiveSmallIntegerField()),
                ('figures', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('fixed_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'source', 'month', 'audience'), name='published_once')],
            },
        ),
        migrations.CreateModel(
            name='SavedReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=22)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('report', models.CharField(max_length=20, verbose_name='fixed report')),
                ('views', models.JSONField(verbose_name='tables')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'saved report',
                'verbose_name_plural': 'saved reports',
                'ordering': ['organisation', 'name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='saved_report_once')],
            },
        ),
        raise_wall("registration_published"),
        raise_wall("registration_savedreport"),
    ]
