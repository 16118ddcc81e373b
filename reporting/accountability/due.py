"""The clock of a charge: who has to decide until when, and who does so where they did not (ruling PENCLOCK)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction

from reporting.models import Charge
from tickets.core.tells import nearest_with_role
from tickets.core.world import World
from tickets.limits import Limit, reckon
from tickets.models import Message
from tickets.organisations import world_of
from tickets.outbox import INBOX

from .seats import seat, seat_above, serving

Words = tuple[tuple[str, str], tuple[str, str]]  # subject and text, each in both languages
WITHIN = "5wd"  # where the rulebook says nothing: our assumption, ruling PENCLOCK
BATCH = 200
MOST_TOLD = 20
PARTY, LAPSED, NOBODY = "party", "lapsed", "nobody"  # why it went up, or can't
TO_DECIDE = (
    ("责任追究待决定", "A measure to be decided"),
    (
        "“{title}”待您决定，{due} 前；逾期自动上报",
        '"{title}" waits for your decision until {due}; after that it goes up',
    ),
)
TO_REPLY = (
    ("有一项责任认定涉及您", "A finding concerns you"),
    ("拟作“{title}”。您可以在决定前申辩", '"{title}" is proposed. You may reply before it is decided'),
)
DECIDED = (
    ("责任认定有结果", "A finding was decided"),
    ("“{title}”已有结果，请看您的台账", '"{title}": see your ledger'),
)
FOR_NOTE = (("责任追究", "Accountability"), ("“{title}”转到{seat}决定", '"{title}" is now decided at {seat}'))


def barred_of(charge: Charge) -> set[int]:
    """Who may not decide: the one concerned, and the one whom the ticket complains about."""
    respondent = charge.ticket.respondent_person_id if charge.ticket is not None else None
    return {pk for pk in (charge.person_id, respondent) if pk is not None}


def put_to_decision(charge: Charge, world: World, at: datetime) -> None:
    """Save a new charge at whoever decides it; where one of them is concerned it begins one level up (P05)."""
    found = seat(world, charge.roles, charge.unit_id, barred_of(charge))
    charge.story = []
    if found is None:
        found = _step_up(charge, world, PARTY, at)
    _sit(charge, found, world, at)
    charge.save()
    concerned = _to_concerned(charge, "concerned", TO_REPLY, at)
    Message.objects.bulk_create([*_to_deciders(charge, world, at), *concerned])


def _step_up(charge: Charge, world: World, why: str, at: datetime) -> int | None:
    """The next level's unit; the charge then says who decides there, and why."""
    barred, below = barred_of(charge), charge.seat_id or charge.unit_id
    found = seat(world, charge.above, charge.unit_id, barred) if charge.above else None
    if found is not None:
        charge.roles, charge.above = charge.above, []
    else:
        found = seat_above(world, charge.roles, below, barred)
    if found is not None:
        charge.level += 1
    entry = {"what": why if found is not None else NOBODY, "at": at.isoformat(), "from": below, "to": found}
    charge.story = [*charge.story, entry]
    return found


def _sit(charge: Charge, unit: int | None, world: World, at: datetime) -> None:
    """No unit: it stays where it is, without a deadline, and the ledger shows that nobody stands above."""
    if unit is None:
        charge.due_at = None
        charge.seat_id = charge.seat_id or charge.unit_id
        return
    charge.seat_id = unit
    charge.due_at = reckon(Limit.parse(charge.within or WITHIN), at, world.calendar_of(unit)).due_at


def climb_overdue(*, at: datetime) -> int:
    """What was not decided within its time goes one level up by itself; how many did."""
    late = Charge.objects.filter(state=Charge.State.PROPOSED, due_at__lte=at).order_by("due_at")
    return sum(_climb(charge, at) for charge in late.select_related("ticket")[:BATCH])


@transaction.atomic
def _climb(charge: Charge, at: datetime) -> int:
    """The claim is the row count: two sweeps raise it once."""
    world = world_of(charge.organisation_id)
    read = charge.version
    _sit(charge, _step_up(charge, world, LAPSED, at), world, at)
    moved = {name: getattr(charge, name) for name in ("roles", "above", "level", "story", "seat_id", "due_at")}
    claimed = Charge.objects.filter(pk=charge.pk, version=read, state=Charge.State.PROPOSED)
    if not claimed.update(**moved, version=read + 1):
        return 0
    Message.objects.bulk_create([*_to_deciders(charge, world, at), *_for_note(charge, world, at)])
    return 1


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────


def _to_deciders(charge: Charge, world: World, at: datetime) -> Iterator[Message]:
    if charge.seat_id is None or charge.due_at is None:
        return
    people = dict.fromkeys(serving(world, charge.roles, charge.seat_id))
    present = dict.fromkeys(world.present(person, at, barred_of(charge)) for person in people)
    due = f"{world.calendar.local(charge.due_at):%m-%d %H:%M}"
    yield from _messages(charge, f"decide{charge.level}", [pk for pk in present if pk], TO_DECIDE, at, due=due)


def _for_note(charge: Charge, world: World, at: datetime) -> Iterator[Message]:
    place = world.units[charge.seat_id or charge.unit_id].name
    for role in charge.told_roles:
        unit = nearest_with_role(role, "", charge.unit_id, world, barred=frozenset(barred_of(charge)))
        people = [one for one in world.holding(role, unit.id) if one not in barred_of(charge)] if unit else []
        yield from _messages(charge, f"note{charge.level}", people, FOR_NOTE, at, seat=place)


def told_concerned(charge: Charge, at: datetime) -> list[Message]:
    """That there is a decision, or an answer to a dispute."""
    return list(_to_concerned(charge, charge.state, DECIDED, at))


def _to_concerned(charge: Charge, what: str, words: Words, at: datetime) -> Iterator[Message]:
    if charge.person_id is not None:
        yield from _messages(charge, what, [charge.person_id], words, at)


def _messages(
    charge: Charge,
    what: str,
    people: Iterable[int],
    words: Words,
    at: datetime,
    **places: str,
) -> Iterator[Message]:
    """In the inbox. They name the measure, never the ticket: the one complained about finds no trace of it (N06)."""
    (subject, subject_en), (text, text_en) = words
    for person in list(people)[:MOST_TOLD]:
        yield Message(
            name=f"charge_{what}",
            way=INBOX,
            person_id=person,
            state=Message.State.SENT,
            subject=subject,
            subject_en=subject_en,
            text=text.format(title=charge.title, **places),
            text_en=text_en.format(title=charge.title_en or charge.title, **places),
            key=f"charge:{charge.pk}:{what}:{at.timestamp():.0f}:p{person}",
            created_at=at,
        )
