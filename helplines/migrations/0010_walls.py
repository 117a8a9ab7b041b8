"""The second wall: each table of an organisation shows the rows of the organisations that a statement names."""

from django.db import migrations

from helplines.walls import raise_wall, raise_wall_behind

TABLES = (
    "agreementacceptance", "assignment", "branch", "cannedreply", "closure", "confidentialityagreement", "emergencynumber",
    "extraopening", "invitation", "line", "membership", "openinghours", "policy", "policyproposal",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("helplines", "0009_proof_for_visitors")]
    operations = [
        raise_wall("helplines_organisation", column="id"),
        *(raise_wall(f"helplines_{table}") for table in TABLES),
        raise_wall_behind("helplines_invitation_lines", "invitation_id", "helplines_invitation"),
    ]
