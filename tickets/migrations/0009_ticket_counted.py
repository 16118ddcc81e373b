"""Whether the indicators know a ticket as it is: false for every ticket that is there already, so all get counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_contacts_and_tokens")]
    operations = [
        migrations.AddField("ticket", "counted", models.BooleanField(db_default=False, default=False)),
        migrations.AddIndex(
            "ticket",
            models.Index(fields=["id"], name="ticket_uncounted", condition=models.Q(("counted", False))),
        ),
    ]
