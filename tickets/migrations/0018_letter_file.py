from django.db import migrations, models

import tickets.models.attachment


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0017_rectifications"),
    ]

    operations = [
        migrations.AddField(
            model_name="setasidemail",
            name="file",
            field=models.FileField(blank=True, upload_to=tickets.models.attachment.random_place),
        ),
    ]
