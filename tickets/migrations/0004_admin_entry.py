"""The audit trail of administrators, which nobody changes afterwards."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

POSTGRES = [
    """
    CREATE FUNCTION tickets_adminentry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$
    """,
    """
    CREATE TRIGGER tickets_adminentry_final BEFORE UPDATE OR DELETE ON tickets_adminentry
    FOR EACH ROW EXECUTE FUNCTION tickets_adminentry_is_final()
    """,
]
POSTGRES_BACK = [
    "DROP TRIGGER tickets_adminentry_final ON tickets_adminentry",
    "DROP FUNCTION tickets_adminentry_is_final()",
]
SQLITE = [
    """
    CREATE TRIGGER tickets_adminentry_no_update BEFORE UPDATE ON tickets_adminentry
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """,
    """
    CREATE TRIGGER tickets_adminentry_no_delete BEFORE DELETE ON tickets_adminentry
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
    """,
]
SQLITE_BACK = ["DROP TRIGGER tickets_adminentry_no_delete", "DROP TRIGGER tickets_adminentry_no_update"]


def run(schema_editor, postgres, sqlite):
    for statement in postgres if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement, params=None)


def forwards(apps, schema_editor):
    run(schema_editor, POSTGRES, SQLITE)


def backwards(apps, schema_editor):
    run(schema_editor, POSTGRES_BACK, SQLITE_BACK)


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0003_dayroot'),
    ]

    operations = [
        migrations.CreateModel(
            name='AdminEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=60)),
                ('data', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', '-id'], name='adminentry_newest')],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
