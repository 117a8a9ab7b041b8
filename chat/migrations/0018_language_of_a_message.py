from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0017_copies_for_the_team'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='lang',
            field=models.CharField(max_length=8, null=True),
        ),
    ]
