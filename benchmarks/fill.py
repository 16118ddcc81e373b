"""Many tickets fast: some are played through the real actions, the others are copies of them made inside PostgreSQL.

A copy has ids, number, customer, words and times of its own; steps, clocks, events, messages and alerts come with it,
so queues, lists and the watch meet what they meet in real life. The seals of a copied event don't verify: nothing is
measured that reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from django.db import connection, models, transaction
from psycopg2.extras import execute_values

from complaints_site.lib.pairs import pairs
from escalation.management.commands.demo import watch_until
from escalation.models import Alert
from reporting.models import FactInstant, StepFact, TicketFact
from reporting.refresh import bring_up_to_date
from tickets.demo.build import demo_build
from tickets.demo.play import demo_play
from tickets.demo.texts import PLACES, TELECOM
from tickets.models import Clock, Customer, Event, Message, Step, Ticket, TicketText

MOULDS = 150
OPEN_SHARE = 0.5  # of the copies
TEXTS = 4000
BATCH = 50_000
SPACING = 1_000_000  # between the ids of a copy and of the next one: more than the moulds have
RARE_WORD = "甪直"  # of no other text
RARE_TICKETS = 20
# In the order in which foreign keys point up. Each table's column that names the ticket.
COPIED: tuple[tuple[type[models.Model], str], ...] = (
    (Customer, ""),
    (Ticket, "id"),
    (Step, "ticket_id"),
    (Clock, "ticket_id"),
    (Event, "ticket_id"),
    (Message, "ticket_id"),
    (Alert, "ticket_id"),
    (TicketText, "ticket_id"),
    (TicketFact, "ticket_id"),
    (StepFact, "fact_id"),
    (FactInstant, "fact_id"),
)
WITHOUT_NUMBERS = (TicketText, TicketFact, StepFact)  # their keys are those of ticket and step
MODELS = tuple(model for model, _ in COPIED)


def fill(number: int, *, at: datetime, say: Callable[[str], None]) -> None:
    """Bring the database to that number of tickets, unless it has them already."""
    if Ticket.objects.count() >= number:
        return
    say(f"playing {MOULDS} tickets through the real actions")
    demo_build(at=at)
    demo_play(MOULDS, at=at, watch=watch_until)
    bring_up_to_date(longest_seconds=float("inf"))  # so the copies have their facts
    say(f"copying them up to {number:,}")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # the copies are consistent: check nothing
        cursor.execute("SET LOCAL synchronous_commit = off")
        _texts(cursor)
        _plan(cursor, number - Ticket.objects.count())
        index = _without_search_index(cursor)
        for first in range(1, number, BATCH):
            for model, ticket in COPIED:
                cursor.execute(_copy(model, ticket, at, first, first + BATCH))
        _rare_words(cursor)
        cursor.execute(STAMPS)
        cursor.execute(index)
        for model in MODELS:
            _next_id(cursor, model)
    say("VACUUM ANALYZE")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# ── what to copy, and its words ──────────────────────────────────────────────────────────────────────


def _plan(cursor: Any, number: int) -> None:
    """Which mould each copy has, and how long before it the copy came in: open ones within the last day."""
    random = Random(1)
    moulds = list(Ticket.objects.values_list("pk", "ended_at"))
    still_open = [pk for pk, ended_at in moulds if ended_at is None]
    ended = [pk for pk, ended_at in moulds if ended_at is not None]
    cursor.execute(
        "CREATE TEMP TABLE bench_copy (n bigint PRIMARY KEY, mould bigint, back interval, text int) ON COMMIT DROP"
    )
    rows = []
    for n in range(1, number + 1):
        is_open = random.random() < OPEN_SHARE
        back = random.uniform(0, 86_400) if is_open else random.uniform(0, 400 * 86_400)
        rows.append((n, random.choice(still_open if is_open else ended), f"{back} seconds", random.randrange(TEXTS)))
    execute_values(cursor, "INSERT INTO bench_copy VALUES %s", rows, page_size=5000)
    cursor.execute("ANALYZE bench_copy")


def _texts(cursor: Any) -> None:
    random = Random(2)
    cursor.execute("CREATE TEMP TABLE bench_text (id int PRIMARY KEY, subject text, content text, pairs text)")
    execute_values(cursor, "INSERT INTO bench_text VALUES %s", [(i, *_text(random)) for i in range(TEXTS)])


def _text(random: Random) -> tuple[str, str, str]:
    """Words of two complaints: one is what it is about, the other gives the text its length."""
    about, beside = random.choice(TELECOM), random.choice(TELECOM)
    filled = {
        "place": random.choice(PLACES).format(n=random.randint(2, 120)),
        "building": f"{random.randint(1, 18)} 号楼",
        "day": f"{random.randint(1, 12)} 月 {random.randint(1, 28)} 日",
        "month": f" {random.randint(1, 12)} ",
        "amount": str(random.randint(5, 500)),
    }
    subject = about.subject.format(**filled)
    content = about.content.format(**filled) + beside.request.format(**filled)
    return subject, content, " ".join(pairs(f"{subject} {content}"))


def _rare_words(cursor: Any) -> None:
    cursor.execute(
        f"""UPDATE tickets_tickettext SET pairs = pairs || ' {RARE_WORD}' WHERE ticket_id IN
            (SELECT t.id FROM tickets_ticket t JOIN tickets_organisation o ON o.id = t.organisation_id
             WHERE o.code = 'HQ' ORDER BY md5(t.number) LIMIT {RARE_TICKETS})"""
    )
    cursor.execute(
        f"""UPDATE tickets_ticket SET content = content || '{RARE_WORD}' WHERE id IN
            (SELECT ticket_id FROM tickets_tickettext WHERE pairs LIKE '% {RARE_WORD}')"""
    )


# ── copying ──────────────────────────────────────────────────────────────────────────────────────────


def _copy(model: type[models.Model], ticket: str, at: datetime, first: int, end: int) -> str:
    """INSERT … SELECT for one table and the copies from `first` to before `end`."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_value(model, field, at) for field in fields)
    join = f"m.{ticket} = copy.mould" if ticket else "m.id = (SELECT customer_id FROM tickets_ticket WHERE id = mould)"
    return f"""
        INSERT INTO {model._meta.db_table} ({columns})
        SELECT {values} FROM bench_copy copy JOIN bench_text words ON words.id = copy.text
        JOIN {model._meta.db_table} m ON {join}
        WHERE copy.n >= {first} AND copy.n < {end} ORDER BY copy.n
    """  # every name comes from our own models


def _value(model: type[models.Model], field: models.Field, at: datetime) -> str:
    own = f'm."{field.column}"'
    special = SPECIAL.get((model, field.name))
    if special:
        return special.format(own=own, at=at.isoformat())
    points = field.remote_field.model if field.remote_field else None
    if field.primary_key or points in MODELS:
        return f"{own} + copy.n * {SPACING}"
    if isinstance(field, models.DateTimeField):
        return f"{own} - copy.back"
    return own


STAMPS = """
    INSERT INTO reporting_daystamp (organisation_id, day, stamp)
    SELECT DISTINCT organisation_id, (received_at AT TIME ZONE 'Asia/Shanghai')::date, 1 FROM reporting_ticketfact
    ON CONFLICT DO NOTHING
"""
NOT_YET = "CASE WHEN {own} IS NOT NULL THEN '{at}'::timestamptz + '3 days'::interval * (1 + random()) END"
SPECIAL = {
    (Customer, "phone_index"): "substr(md5({own} || copy.n), 1, 40)",
    (Ticket, "number"): "'T' || to_char(m.received_at - copy.back, 'YYYYMMDD') || (1000000 + copy.n)",
    (Ticket, "subject"): "words.subject",
    (Ticket, "content"): "words.content",
    (TicketText, "pairs"): "words.pairs",
    (Message, "key"): "{own} || ':' || copy.n",
    # Nothing is due while the pages are measured.
    (Clock, "next_at"): NOT_YET,
}


def _without_search_index(cursor: Any) -> str:
    """Built at once at the end it costs a tenth."""
    cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'tickets_tickettext_pairs'")
    definition = str(cursor.fetchone()[0])
    cursor.execute("DROP INDEX tickets_tickettext_pairs")
    return definition


def _next_id(cursor: Any, model: type[models.Model]) -> None:
    if model not in WITHOUT_NUMBERS:
        table = model._meta.db_table
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
