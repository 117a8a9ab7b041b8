import django.core.validators
import django.db.models.deletion
import helplines.fields
import uuid
from django.conf import settings
from django.db import migrations, models

from helplines.walls import raise_wall


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('helplines', '0013_outgoing_mail'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Fault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=22, unique=True)),
                ('state', models.CharField(choices=[('new', 'new'), ('known', 'being looked into'), ('solved', 'solved')], default='new', max_length=8)),
                ('happened_at', models.DateTimeField(verbose_name='when it went wrong')),
                ('checks', models.JSONField(default=dict)),
                ('browser', models.CharField(blank=True, max_length=40)),
                ('sealed', models.BinaryField(null=True)),
                ('gone_at', models.DateTimeField(db_index=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'technical fault',
                'verbose_name_plural': 'technical faults',
            },
        ),
        migrations.CreateModel(
            name='Procedure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', helplines.fields.LocalisedField(blank=True, default=dict, long=True, text_length=None, verbose_name='how it goes with us')),
                ('elsewhere', helplines.fields.LocalisedField(blank=True, default=dict, long=True, text_length=None, verbose_name='where else somebody can go')),
                ('acknowledge_days', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='days until we say that we read it')),
                ('answer_days', models.PositiveSmallIntegerField(default=42, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(180)], verbose_name='days until our answer')),
                ('read_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(7), django.core.validators.MaxValueValidator(90)], verbose_name='days in which the answer can be read')),
                ('kept_months', models.PositiveSmallIntegerField(default=24, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(120)], verbose_name='months that we keep what is left of a closed report')),
                ('asks_feedback', models.BooleanField(default=True, verbose_name='ask visitors for feedback after a talk')),
                ('threshold', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(10), django.core.validators.MaxValueValidator(100)], verbose_name='answers before feedback is shown')),
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='procedure', to='helplines.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'procedure',
                'verbose_name_plural': 'procedures',
            },
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField()),
                ('month', models.DateField()),
                ('question', models.CharField(max_length=8)),
                ('code', models.CharField(max_length=22)),
                ('sealed', models.BinaryField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=22, unique=True)),
                ('receipt', models.CharField(max_length=64, unique=True)),
                ('kind', models.CharField(choices=[('complaint', 'complaint'), ('suggestion', 'suggestion'), ('compliment', 'compliment')], max_length=12)),
                ('state', models.CharField(choices=[('received', 'received'), ('acknowledged', 'read by us'), ('handling', 'being looked into'), ('answered', 'answered'), ('closed', 'closed')], default='received', max_length=12)),
                ('language', models.CharField(max_length=8)),
                ('is_escalated', models.BooleanField(default=False)),
                ('received_at', models.DateTimeField()),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(db_index=True, null=True)),
                ('gone_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('founded', 'we agree with the complaint'), ('partly', 'we agree with a part of it'), ('unfounded', 'we do not agree with it'), ('mediated', 'we found a solution together'), ('not-judged', 'we could not judge it'), ('taken-up', 'we do something with it'), ('not-taken-up', 'we do nothing with it'), ('passed-on', 'passed on to the team')], max_length=16)),
                ('contact_code', models.CharField(blank=True, max_length=22)),
                ('contact', models.BinaryField(null=True)),
                ('consent', models.CharField(blank=True, max_length=16)),
                ('consented_at', models.DateTimeField(null=True)),
                ('summary_code', models.CharField(blank=True, max_length=22)),
                ('summary', models.BinaryField(null=True)),
                ('handler', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='helplines.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=22, unique=True)),
                ('kind', models.CharField(choices=[('said', 'The sender'), ('answer', 'Answer'), ('note', 'Internal note')], max_length=8)),
                ('at', models.DateTimeField()),
                ('sealed', models.BinaryField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='helplines.membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='complaints.report')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('month', models.DateField()),
                ('question', models.CharField(max_length=8)),
                ('choice', models.CharField(max_length=8)),
                ('count', models.PositiveIntegerField(default=0, verbose_name='count')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='FeedbackForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('questions', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'number'), name='feedback_form_number')],
            },
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['organisation', 'state', 'due_at'], name='report_to_do'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.UniqueConstraint(fields=('organisation', 'version', 'month', 'question', 'choice'), name='one_tally_for_an_answer'),
        ),
        *(
            raise_wall(f"complaints_{table}")
            for table in ("entry", "fault", "feedbackform", "procedure", "remark", "report", "tally")
        ),
    ]
