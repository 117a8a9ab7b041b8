"""The second wall: each table of an organisation shows the rows of the organisations that a statement names."""

from django.db import migrations

from helplines.walls import raise_wall

TABLES = (
    "advice", "adviceanswer", "block", "contact", "conversation", "handover", "legalhold", "message", "note", "presence",
    "rejointries", "rest", "silence",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("chat", "0013_blocks")]
    operations = [raise_wall(f"chat_{table}") for table in TABLES]
