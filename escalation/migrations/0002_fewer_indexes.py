"""No index of a key where another begins with it: PostgreSQL writes each of them with each alert.

SQLite keeps the indexes that it has.
"""

from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT

from complaints_site.lib.migrating import AlterFieldOnPostgres

def key(to, on_delete, related_name, **more):
    return models.ForeignKey(db_index=False, on_delete=on_delete, related_name=related_name, to=to, **more)


class Migration(migrations.Migration):
    dependencies = [("escalation", "0001_initial"), ("tickets", "0012_fewer_indexes_better_ones")]
    operations = [
        AlterFieldOnPostgres("alert", "clock", key("tickets.clock", CASCADE, "alerts")),
        AlterFieldOnPostgres("alert", "unit", key("tickets.unit", PROTECT, "+", null=True)),
    ]
