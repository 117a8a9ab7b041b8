"""The second wall: each table of an organisation, and of its keys, shows the rows of the organisations that a statement names."""

from django.db import migrations

from helplines.walls import raise_wall

TABLES = ("auditentry", "audithead", "auditreview", "holder", "promisealarm", "promisecheck", "sealedidentity", "sweepdone")
KEYS = ("conversationkey", "organisationkey", "pseudonymkey")


class Migration(migrations.Migration):
    dependencies = [("privacy", "0009_promises_that_run")]
    operations = [
        *(raise_wall(f"privacy_{table}") for table in TABLES),
        *(raise_wall(f"privacy_{table}", database="keys") for table in KEYS),
    ]
