"""Further contacts of a customer, which nobody changes afterwards; tokens that can be told apart."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tickets.models.fields

POSTGRES = [
    """
    CREATE FUNCTION tickets_contact_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'what a customer said is append-only'; END $$
    """,
    """
    CREATE TRIGGER tickets_contact_final BEFORE UPDATE OR DELETE ON tickets_contact
    FOR EACH ROW EXECUTE FUNCTION tickets_contact_is_final()
    """,
]
POSTGRES_BACK = [
    "DROP TRIGGER tickets_contact_final ON tickets_contact",
    "DROP FUNCTION tickets_contact_is_final()",
]
SQLITE = [
    """
    CREATE TRIGGER tickets_contact_no_update BEFORE UPDATE ON tickets_contact
    BEGIN SELECT RAISE(ABORT, 'what a customer said is append-only'); END
    """,
    """
    CREATE TRIGGER tickets_contact_no_delete BEFORE DELETE ON tickets_contact
    BEGIN SELECT RAISE(ABORT, 'what a customer said is append-only'); END
    """,
]
SQLITE_BACK = ["DROP TRIGGER tickets_contact_no_delete", "DROP TRIGGER tickets_contact_no_update"]


def run(schema_editor, postgres, sqlite):
    for statement in postgres if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement, params=None)


def forwards(apps, schema_editor):
    run(schema_editor, POSTGRES, SQLITE)


def backwards(apps, schema_editor):
    run(schema_editor, POSTGRES_BACK, SQLITE_BACK)


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0007_channels_in_and_out'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='beginning',
            field=models.CharField(blank=True, default='', max_length=6),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='apitoken',
            name='name',
            field=models.CharField(blank=True, default='', max_length=60),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('channel', models.CharField(blank=True, max_length=60)),
                ('content', models.TextField(blank=True)),
                ('urge', models.BooleanField(default=False)),
                ('phone', tickets.models.fields.EncryptedText(blank=True)),
                ('call_id', models.CharField(blank=True, max_length=120)),
                ('recording', models.CharField(blank=True, max_length=300)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='tickets.ticket')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('ticket', 'seq'), name='contact_once'),
                    models.UniqueConstraint(condition=models.Q(('call_id', ''), _negated=True), fields=('by', 'call_id'), name='contact_of_call'),
                ],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
