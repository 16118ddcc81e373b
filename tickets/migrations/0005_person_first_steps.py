from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_admin_entry")]

    operations = [
        migrations.AddField(
            model_name="person", name="first_steps", field=models.JSONField(blank=True, default=list)
        ),
    ]
