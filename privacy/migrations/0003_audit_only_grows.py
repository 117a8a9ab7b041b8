"""The database itself refuses to change or remove what the audit log tells, whoever asks; a twin for each database."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER audit_never_changes BEFORE UPDATE ON privacy_auditentry
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
    """,
    """
    CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON privacy_auditentry
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- An empty log may be emptied.
        IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT 1 FROM privacy_auditentry) THEN RETURN NULL; END IF;
        RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER audit_never_changes BEFORE UPDATE OR DELETE ON privacy_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_only_grows()
    """,
    """
    CREATE TRIGGER audit_never_shrinks BEFORE TRUNCATE ON privacy_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()
    """,
]
DROP_SQLITE = ["DROP TRIGGER audit_never_changes", "DROP TRIGGER audit_never_shrinks"]
DROP_POSTGRESQL = [
    "DROP TRIGGER audit_never_changes ON privacy_auditentry",
    "DROP TRIGGER audit_never_shrinks ON privacy_auditentry",
    "DROP FUNCTION audit_only_grows()",
]


def put_up(apps, schema_editor):
    run(schema_editor.connection, SQLITE, POSTGRESQL)


def take_down(apps, schema_editor):
    run(schema_editor.connection, DROP_SQLITE, DROP_POSTGRESQL)


def run(connection, sqlite, postgresql):
    # The log lives beside the data; the keys have a database of their own.
    if connection.alias != "keys":
        with connection.cursor() as cursor:
            for statement in postgresql if connection.vendor == "postgresql" else sqlite:
                cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("privacy", "0002_audit_log")]
    operations = [migrations.RunPython(put_up, take_down)]
