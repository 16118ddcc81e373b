from django.db import migrations, models


class Migration(migrations.Migration):
    """Kept answers as compressed bytes. A retry across this change is answered with the ticket as it is then."""

    dependencies = [
        ("tickets", "0019_saved_views"),
    ]

    operations = [
        migrations.RemoveField("idempotencykey", "answer"),
        migrations.AddField("idempotencykey", "answer", models.BinaryField(null=True)),
    ]
