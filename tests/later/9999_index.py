from django.db import migrations, models

from complaints_site.lib.migrating import AddIndexWhileServing


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tickets", "9998_column")]
    operations = [AddIndexWhileServing("ticket", models.Index(fields=["later"], name="ticket_later"))]
