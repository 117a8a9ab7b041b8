from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("helplines", "0014_keys_per_organisation"),
    ]

    operations = [
        migrations.AlterField(
            model_name="organisation",
            name="country",
            field=models.CharField(
                choices=[("BE", "Belgium"), ("NL", "Netherlands"), ("DE", "Germany"), ("FR", "France")],
                default="BE",
                max_length=2,
                verbose_name="country",
            ),
        ),
    ]
