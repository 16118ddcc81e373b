import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0015_hold"),
    ]

    operations = [
        migrations.CreateModel(
            name="LibraryEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("wording", "Wording"), ("script", "Script"), ("card", "Card")], max_length=10
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=120)),
                ("newest", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tickets.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LibraryVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField(blank=True)),
                ("parts", models.JSONField(default=list)),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="tickets.libraryentry",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["entry", "version"],
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "version"), name="library_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="library_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WordingOverruled",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_seq", models.PositiveIntegerField()),
                ("what", models.CharField(max_length=60)),
                ("phrases", models.JSONField(default=list)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.unit",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="wording_overruled_at")],
                "constraints": [models.UniqueConstraint(fields=("ticket", "event_seq"), name="wording_overruled_once")],
            },
        ),
    ]
