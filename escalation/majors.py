"""Reporting a major or foreseen matter: one act tells the head, the service department and headquarters' centre (W07).

Source: doc 3 §1.2.3, doc 2 §6.4 A, doc 4 §3.2, doc 14; ruling MAJORREP. On a ticket it is an act of the rulebook; this
is for what has no ticket (yet).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets.access import sight_of
from tickets.channels import EMAIL, SMS, usable
from tickets.core.given import text_problem
from tickets.core.holders import nearest_with
from tickets.core.sentences import Invalid, invalid
from tickets.core.tells import nearest_with_role
from tickets.core.world import PersonView, UnitView, World
from tickets.models import Message, Organisation, Person
from tickets.organisations import world_for
from tickets.outbox import INBOX

from .models import MajorReceipt, MajorReport

HEAD, SERVICE, CENTRE = "head", "service", "centre"  # a standard role, two functions of units
LONGEST = 4000
TWICE = timedelta(minutes=10)  # the same words of the same person within it are the same report, sent twice
SUBJECT, SUBJECT_EN = "重大事项上报", "Report of a major matter"
Receiver = tuple[int, int, str]  # person, unit, as what


def majors_for(person: Person, at: datetime) -> QuerySet[MajorReport]:
    """The reports of this person, those they were told of, and those about units they serve."""
    if person.organisation_id is None:
        return MajorReport.objects.none()
    told = Exists(MajorReceipt.objects.filter(report=OuterRef("pk"), person__in=_selves(person, at)))
    seen = Q(reported_by=person) | Q(told)
    sight = sight_of(person, at)
    if sight is not None:
        seen |= Q(unit_id__in=sorted(sight.units))
    return MajorReport.objects.filter(seen, organisation=person.organisation_id)


@transaction.atomic
def major_report(*, text: str, unit: str, expected_at: datetime | None, actor: Person, at: datetime) -> MajorReport:
    """Tell everybody at once, in the application and by every way that reaches them; who has read it is kept.

    `unit` is a code of the actor's organisation. The same words within ten minutes are one report. Raises Invalid.
    """
    world = world_for(actor)
    place = _checked(text, unit, expected_at, world, at)
    text = text.strip()
    same = MajorReport.objects.filter(reported_by=actor, unit=place.id, text=text, reported_at__gt=at - TWICE).first()
    if same is not None:
        return same
    receivers = list(_receivers(place, world, actor, at))
    if not receivers:
        raise invalid("unit", "这里没有可以告知的人，请换上级单位", "Nobody there can be told: choose the unit above")
    report = MajorReport.objects.create(
        organisation=_organisation(actor),
        unit_id=place.id,
        text=text,
        expected_at=expected_at,
        reported_by=actor,
        reported_at=at,
    )
    MajorReceipt.objects.bulk_create(
        MajorReceipt(report=report, person_id=person, unit_id=told_at, told=told) for person, told_at, told in receivers
    )
    people = [world.people[person] for person, _unit, _told in receivers]
    Message.objects.bulk_create(row for person in people for row in _messages(report, person, place, at))
    return report


@transaction.atomic
def major_read(*, report: MajorReport, actor: Person, at: datetime) -> bool:
    """Confirm that one has read it; whether that was news. For somebody who is away the deputy may."""
    mine = MajorReceipt.objects.filter(report=report, person__in=_selves(actor, at), read_at=None)
    Message.objects.filter(key__startswith=f"major:{report.pk}:", person=actor, way=INBOX, read_at=None).update(
        read_at=at
    )
    return bool(mine.update(read_at=at))


def _organisation(person: Person) -> Organisation:
    assert person.organisation is not None  # noqa: S101  who names a unit of the own world belongs to one
    return person.organisation


def _selves(person: Person, at: datetime) -> list[int]:
    return world_for(person).selves(person.pk, at)


def _checked(text: str, unit: str, expected_at: datetime | None, world: World, at: datetime) -> UnitView:
    errors = Invalid()
    place = world.by_code.get(unit)
    if not text.strip():
        errors.add("text", "写明是什么事、在哪里、影响多大", "Say what it is, where, and how many it concerns")
    elif problem := text_problem(text, LONGEST):
        errors.errors["text"] = [problem]
    if place is None or not place.is_open:
        errors.add("unit", "选一个单位", "Choose a unit")
    if expected_at is not None and expected_at < at:
        errors.add(
            "expected_at",
            "预计时间不能早于现在；已经发生的不用填",
            "It lies in the past: leave it out once it has happened",
        )
    errors.raise_if_any()
    assert place is not None  # noqa: S101  named above otherwise
    return place


# ── whom ─────────────────────────────────────────────────────────────────────────────────────────────


def _receivers(place: UnitView, world: World, actor: Person, at: datetime) -> Iterator[Receiver]:
    """Every person once, deputies for those who are away, not the reporter and no program."""
    found: dict[int, Receiver] = {}
    for person, unit, told in _placed(place, world):
        present = world.present(person, at)
        if present is not None and present != actor.pk:
            found.setdefault(present, (present, unit, told))
    humans = Person.objects.filter(pk__in=found, kind=Person.Kind.HUMAN, is_active=True).values_list("pk", flat=True)
    return (found[pk] for pk in found if pk in set(humans))


def _placed(place: UnitView, world: World) -> Iterator[Receiver]:
    """The head nearest to the unit, everybody of the service department of its tier, of headquarters' centre."""
    head = nearest_with_role(HEAD, "", place.id, world, barred=())
    if head is not None:
        yield from ((person, head.id, MajorReceipt.Told.HEAD) for person in world.holding(HEAD, head.id))
    for function, start, told in (
        (SERVICE, world.tier_head(place.id), MajorReceipt.Told.SERVICE),
        (CENTRE, world.top(place.id), MajorReceipt.Told.CENTRE),
    ):
        for unit in nearest_with(world, start, function, lambda one: one.is_open):
            yield from ((duty.person, unit.id, told) for duty in world.duties if duty.unit == unit.id)


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────


def _messages(report: MajorReport, person: PersonView, place: UnitView, at: datetime) -> Iterator[Message]:
    said, said_en = f"{place.name}：{report.text}", f"{place.name_en or place.name}: {report.text}"
    yield Message(
        way=INBOX,
        state=Message.State.SENT,
        subject=SUBJECT,
        text=said,
        subject_en=SUBJECT_EN,
        text_en=said_en,
        **_columns(report, person, INBOX, at),
    )
    english = person.language.startswith("en")
    for way in (EMAIL, SMS):
        channel = usable(way)
        if channel is not None and channel.reaches_person(person):
            yield Message(
                way=way,
                address=person.email if way == EMAIL else "",
                subject=SUBJECT_EN if english else SUBJECT,
                text=said_en if english else said,
                next_try_at=at,
                **_columns(report, person, way, at),
            )


def _columns(report: MajorReport, person: PersonView, way: str, at: datetime) -> dict[str, object]:
    key = f"major:{report.pk}:p{person.id}:{way}"
    return {"name": "major_report", "person_id": person.id, "key": key, "created_at": at}
