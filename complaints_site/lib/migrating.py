"""What several migrations need."""

from typing import Any

from django.db import migrations


class AlterFieldOnPostgres(migrations.AlterField):
    """Changes the state everywhere and the table on PostgreSQL alone: SQLite would copy it, without its triggers."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.database_forwards(app_label, schema_editor, from_state, to_state)
