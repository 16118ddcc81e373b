from pathlib import Path

from django.db import migrations, models

from tickets import migrations as today

LATEST = max(path.stem for path in Path(today.__path__[0]).glob("[0-9]*.py"))


class Migration(migrations.Migration):
    dependencies = [("tickets", LATEST)]
    operations = [migrations.AddField("ticket", "later", models.TextField(null=True))]
