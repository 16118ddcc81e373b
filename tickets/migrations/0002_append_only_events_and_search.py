"""What the ORM can't say: events are never changed, and search looks at pairs of characters."""

from django.db import migrations

POSTGRES = [
    """
    CREATE FUNCTION tickets_event_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'events are append-only'; END $$
    """,
    """
    CREATE TRIGGER tickets_event_final BEFORE UPDATE OR DELETE ON tickets_event
    FOR EACH ROW EXECUTE FUNCTION tickets_event_is_final()
    """,
    # search: every pair of the question must be there
    "CREATE INDEX tickets_tickettext_pairs ON tickets_tickettext USING gin (string_to_array(pairs, ' '))",
    # an open ticket has a main step (law 1): judged at commit, since a step and its ticket change one after the other
    """
    CREATE FUNCTION tickets_ticket_has_step() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT 1 FROM tickets_ticket t WHERE t.id = NEW.id AND t.ended_at IS NULL)
         AND NOT EXISTS (SELECT 1 FROM tickets_step s WHERE s.ticket_id = NEW.id AND NOT s.side AND s.closed_at IS NULL)
      THEN RAISE EXCEPTION 'ticket % is open and has no main step', NEW.id; END IF;
      RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER tickets_ticket_step AFTER INSERT OR UPDATE OF state, ended_at ON tickets_ticket
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tickets_ticket_has_step()
    """,
]
POSTGRES_BACK = [
    "DROP TRIGGER tickets_ticket_step ON tickets_ticket",
    "DROP FUNCTION tickets_ticket_has_step()",
    "DROP INDEX tickets_tickettext_pairs",
    "DROP TRIGGER tickets_event_final ON tickets_event",
    "DROP FUNCTION tickets_event_is_final()",
]
SQLITE = [
    """
    CREATE TRIGGER tickets_event_no_update BEFORE UPDATE ON tickets_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
    """,
    """
    CREATE TRIGGER tickets_event_no_delete BEFORE DELETE ON tickets_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
    """,
    "CREATE VIRTUAL TABLE tickets_tickettext_pairs USING fts5(pairs, content='')",
    """
    CREATE TRIGGER tickets_tickettext_insert AFTER INSERT ON tickets_tickettext
    BEGIN INSERT INTO tickets_tickettext_pairs(rowid, pairs) VALUES (new.ticket_id, new.pairs); END
    """,
    """
    CREATE TRIGGER tickets_tickettext_update AFTER UPDATE ON tickets_tickettext
    BEGIN
      INSERT INTO tickets_tickettext_pairs(tickets_tickettext_pairs, rowid, pairs) VALUES ('delete', old.ticket_id, old.pairs);
      INSERT INTO tickets_tickettext_pairs(rowid, pairs) VALUES (new.ticket_id, new.pairs);
    END
    """,
    """
    CREATE TRIGGER tickets_tickettext_delete AFTER DELETE ON tickets_tickettext
    BEGIN
      INSERT INTO tickets_tickettext_pairs(tickets_tickettext_pairs, rowid, pairs) VALUES ('delete', old.ticket_id, old.pairs);
    END
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER tickets_tickettext_delete",
    "DROP TRIGGER tickets_tickettext_update",
    "DROP TRIGGER tickets_tickettext_insert",
    "DROP TABLE tickets_tickettext_pairs",
    "DROP TRIGGER tickets_event_no_delete",
    "DROP TRIGGER tickets_event_no_update",
]


def run(schema_editor, postgres, sqlite):
    for statement in postgres if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement, params=None)


def forwards(apps, schema_editor):
    run(schema_editor, POSTGRES, SQLITE)


def backwards(apps, schema_editor):
    run(schema_editor, POSTGRES_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
