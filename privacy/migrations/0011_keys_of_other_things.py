from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0010_walls'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversationkey',
            name='what',
            field=models.CharField(db_default='talk', default='talk', max_length=12),
        ),
    ]
