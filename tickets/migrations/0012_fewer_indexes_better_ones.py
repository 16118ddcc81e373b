"""Indexes for lists of one unit and for "waiting for others"; and none where another begins with the same column.

PostgreSQL writes each index of a table with each row. Measured at 100,000 tickets: the list of one unit takes 1 ms and
not 20, "waiting for others" 8 ms and not 30. SQLite keeps the indexes that it has.
"""

from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT

from complaints_site.lib.migrating import AlterFieldOnPostgres

WAITING = """
    CREATE INDEX step_open_asked ON tickets_step (sent_by_id) INCLUDE (id, unit_id, ticket_id)
    WHERE closed_at IS NULL AND sent_by_id IS NOT NULL
"""


def key(to, on_delete, related_name, **more):
    return models.ForeignKey(db_index=False, on_delete=on_delete, related_name=related_name, to=to, **more)


def on_postgres(statement):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_public_desk_asks")]
    operations = [
        AlterFieldOnPostgres("ticket", "organisation", key("tickets.organisation", PROTECT, "tickets")),
        AlterFieldOnPostgres("ticket", "customer", key("tickets.customer", PROTECT, "tickets", null=True)),
        AlterFieldOnPostgres("ticket", "unit", key("tickets.unit", PROTECT, "+", null=True)),
        AlterFieldOnPostgres("step", "ticket", key("tickets.ticket", CASCADE, "steps")),
        AlterFieldOnPostgres("event", "ticket", key("tickets.ticket", PROTECT, "events")),
        migrations.AddIndex("ticket", models.Index(fields=["unit", "-received_at", "-id"], name="ticket_of_unit")),
        migrations.RunPython(on_postgres(WAITING), on_postgres("DROP INDEX step_open_asked")),
    ]
