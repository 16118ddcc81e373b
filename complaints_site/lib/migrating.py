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


class AddIndexWhileServing(migrations.AddIndex):
    """An index on a table that is written to meanwhile; its migration has `atomic = False` and nothing else in it.

    PostgreSQL builds it beside the writers. It waits for transactions that began before it, and must not give up: what
    is half-built would stay.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute("SET lock_timeout = 0")
        schema_editor.add_index(model, self.index, concurrently=True)
        return None
