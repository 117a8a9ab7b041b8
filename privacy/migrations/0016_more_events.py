from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0015_promises_looked_at'),
    ]

    operations = [
        migrations.AlterField(
            model_name='auditentry',
            name='event',
            field=models.CharField(choices=[('transcript-read', 'read a talk'), ('note-read', 'read a note'), ('read-along', 'read along with a talk'), ('taken-over', 'took a talk over'), ('identity-asked', 'asked to open an identity'), ('identity-approved', 'agreed to open an identity'), ('identity-opened', 'opened an identity'), ('identity-shown', 'saw an opened identity'), ('identity-refused', 'refused to open an identity'), ('exported', 'exported data'), ('report-read', 'read a report'), ('signed-in', 'signed in'), ('signed-out', 'signed out'), ('sign-in-locked', 'sign-in locked after wrong passwords'), ('session-ended', 'ended a session'), ('password-changed', 'changed a password'), ('second-step-changed', 'changed a second step'), ('invited', 'invited somebody'), ('role-changed', 'changed a role'), ('policy-proposed', 'proposed a policy'), ('policy-decided', 'decided on a proposal'), ('policy-published', 'published a policy'), ('policy-reviewed', 'looked at the promises again'), ('complaint-read', 'read a complaint, a suggestion or remarks'), ('report-moved', 'handled a complaint or suggestion'), ('settings-changed', 'changed a setting'), ('key-made', 'made a key'), ('key-retired', 'retired a key'), ('key-rotated', 'renewed a key'), ('legal-hold', 'kept or released by order'), ('erased', 'erased data'), ('restored', 'restored a backup'), ('blocked', 'blocked a visitor'), ('log-read', 'read the audit log'), ('log-reviewed', 'signed a week off')], editable=False, max_length=24, verbose_name='what happened'),
        ),
    ]
