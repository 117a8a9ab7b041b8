import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("helplines", "0015_more_countries"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="talks_at_once",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="talks at the same time",
            ),
        ),
    ]
