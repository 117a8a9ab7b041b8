import django.db.models.deletion
import uuid
from django.db import migrations, models

from helplines.walls import raise_wall


class Migration(migrations.Migration):

    dependencies = [
        ('helplines', '0009_proof_for_visitors'),
        ('privacy', '0011_keys_of_other_things'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('store', models.CharField(max_length=20)),
                ('code', models.CharField(max_length=22, unique=True)),
                ('ends', models.DateField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Waiting',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('sealed', models.BinaryField()),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waiting', to='privacy.lot')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='helplines.organisation')),
            ],
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.UniqueConstraint(fields=('organisation', 'store'), name='one_lot_for_a_store'),
        ),
        raise_wall("privacy_lot"),
        raise_wall("privacy_waiting"),
    ]
