import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def count_anew(apps, schema_editor):
    """Facts without a path and without instants are counted again; what was remembered of days knows no hour."""
    apps.get_model("reporting", "DayCount").objects.all()._raw_delete(schema_editor.connection.alias)
    apps.get_model("tickets", "Ticket").objects.filter(counted=True).update(counted=False)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table is not altered while checks of it are pending


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0006_simulations"),
        ("tickets", "0015_hold"),
    ]

    operations = [
        migrations.RunPython(count_anew, migrations.RunPython.noop),
        migrations.CreateModel(
            name="FactInstant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "fact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="instants",
                        to="reporting.ticketfact",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "at"], name="factinstant_by_time")],
            },
        ),
        migrations.RemoveIndex(model_name="ticketfact", name="fact_open_by_receipt"),
        migrations.AddField(
            model_name="ticketfact", name="path", field=models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.AddField(
            model_name="daycount",
            name="since",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(model_name="daycount", name="until", field=models.DateTimeField(null=True)),
    ]
