import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# Facts are grouped by periods: expressions over their instants. Of those PostgreSQL assumes as many values as there are
# instants, so it would sort a million rows instead of counting them in a small table.
MOMENTS = (
    ("reporting_ticketfact", ("received_at", "settled_at", "ended_at")),
    ("reporting_stepfact", ("received_at", "closed_at")),
)
PERIODS = 40


def count_anew(apps, schema_editor):
    """Facts are computed from tickets: those without the new column go, and the first figure counts them again."""
    apps.get_model("reporting", "StepFact").objects.all()._raw_delete(schema_editor.connection.alias)
    apps.get_model("reporting", "TicketFact").objects.all()._raw_delete(schema_editor.connection.alias)
    apps.get_model("reporting", "DayCount").objects.all()._raw_delete(schema_editor.connection.alias)
    apps.get_model("tickets", "Ticket").objects.filter(counted=True).update(counted=False)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table is not altered while checks of it are pending


def tell_periods(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, columns in MOMENTS:
        for column in columns:
            schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET (n_distinct = {PERIODS})")


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0004_hot_issues_and_quality"),
        ("tickets", "0013_message_files"),
    ]

    operations = [
        migrations.RunPython(count_anew, migrations.RunPython.noop),
        migrations.RunPython(tell_periods, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Uncounted",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="uncounted",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                ("error", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="UnitSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("units", models.ManyToManyField(related_name="+", to="tickets.unit")),
            ],
        ),
        migrations.RemoveIndex(model_name="stepfact", name="stepfact_of_unit"),
        migrations.AddField(
            model_name="ticketfact",
            name="seen_by",
            field=models.ForeignKey(
                db_index=False,
                default=0,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reporting.unitset",
            ),
            preserve_default=False,
        ),
    ]
