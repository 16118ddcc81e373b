"""Tickets put into groups as they come, a batch at a time, under a lock of their organisation (row K05).

A text is looked at once, when its facts are counted. Its like are found by the few pairs that say most about it, so a
batch reads as much at a million tickets as at a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Window
from django.db.models.functions import RowNumber

from reporting.models import HotCount, HotIssue, HotText, HotWord, TicketFact
from tickets.models import Organisation, Ticket

from .alike import Text, Weights, text_of
from .marks import mark_facts
from .shelf import LOOKED_AT, MOST_NAMES, WINDOW, Group, Shelf

T = TypeVar("T")
BATCH = 300
LATE_COMERS = 1_000  # ids below the highest known one that a slow transaction may still bring
KIND = "complaint"
CHUNK = 500  # values of one condition
TITLE_CHARACTERS = 40  # of the content, where a ticket has no subject
KEPT = 2 * WINDOW


@dataclass(frozen=True, slots=True)
class Grouped:
    """What a batch did: how many tickets it looked at, and which groups grew."""

    tickets: int
    issues: frozenset[int] = frozenset()


@transaction.atomic
def group_batch(organisation: Organisation, *, at: datetime, size: int = BATCH) -> Grouped:
    """Put the next tickets of an organisation into groups. Two workers at once take turns."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    texts = [read(ticket) for ticket in waiting(organisation, size)]
    if not texts:
        return Grouped(0)
    shelf = Shelf(known_weights(organisation, texts))
    before = dict(shelf.weights.counts), shelf.weights.things
    for group, members in near(organisation, texts, shelf.weights):
        shelf.stand(group, members)
    placed = [(text, shelf.place(text)) for text in sorted(texts, key=lambda text: (text.at, text.id))]
    issues = _keep(organisation, placed, shelf.weights)
    _keep_weights(organisation, shelf.weights, *before)
    mark_facts(issues)
    return Grouped(len(texts), frozenset(issues))


def waiting(organisation: Organisation, most: int) -> Sequence[Ticket]:
    """Counted complaints that nobody looked at, in the order of their registration."""
    known = HotText.objects.filter(organisation=organisation).aggregate(last=Max("pk"))["last"] or 0
    looked_at, counted = HotText.objects.filter(pk=OuterRef("pk")), TicketFact.objects.filter(pk=OuterRef("pk"))
    tickets = Ticket.objects.filter(organisation=organisation, kind=KIND, pk__gt=known - LATE_COMERS)
    return list(tickets.filter(Exists(counted), ~Exists(looked_at)).order_by("pk")[:most])


def read(ticket: Ticket) -> Text:
    """What grouping looks at. The customer, and everything that is told in private, stays out of it."""
    return text_of(
        ticket.pk,
        ticket.received_at,
        ticket.subject or ticket.content[:TITLE_CHARACTERS],
        ticket.content,
        place=str(ticket.fields.get("occurred_place") or "")[:200],
        business=ticket.business_type,
        region=ticket.region,
    )


# ── what is near ─────────────────────────────────────────────────────────────────────────────────────


def known_weights(organisation: Organisation, texts: Iterable[Text]) -> Weights:
    weights = Weights()
    things = HotCount.objects.filter(organisation=organisation, pair="").values_list("things", flat=True).first()
    weights.things = things or 0
    learn(organisation, weights, texts)
    return weights


def learn(organisation: Organisation, weights: Weights, texts: Iterable[Text]) -> None:
    """Read the counts of those pairs that aren't known yet."""
    pairs = sorted({pair for text in texts for pair in text.words} - weights.counts.keys())
    for chunk in chunks(pairs):
        found = HotCount.objects.filter(organisation=organisation, pair__in=chunk).values_list("pair", "things")
        weights.counts.update(dict.fromkeys(chunk, 0) | dict(found))


def near(organisation: Organisation, texts: Sequence[Text], weights: Weights) -> list[tuple[Group, list[Text]]]:
    """The groups, and the texts that are still alone, which share a telling pair with one of these."""
    alone, issues = _found(organisation, texts, weights)
    members = _latest(issues)
    ids = alone | {pk for pks in members.values() for pk in pks}
    read_again: dict[int, Text] = {}
    for chunk in chunks(sorted(ids)):
        read_again |= {ticket.pk: read(ticket) for ticket in Ticket.objects.filter(pk__in=chunk)}
    learn(organisation, weights, read_again.values())
    groups = [(Group(key), [read_again[pk] for pk in pks if pk in read_again]) for key, pks in members.items()]
    groups += [(Group(), [read_again[pk]]) for pk in sorted(alone) if pk in read_again]
    return [(group, own) for group, own in groups if own]


def _found(organisation: Organisation, texts: Sequence[Text], weights: Weights) -> tuple[set[int], set[int]]:
    pairs = sorted({pair for text in texts for pair in weights.looked_for(text)})
    span = min(text.at for text in texts) - WINDOW, max(text.at for text in texts) + WINDOW
    alone, issues = set[int](), set[int]()
    for chunk in chunks(pairs):
        words = HotWord.objects.filter(organisation=organisation, pair__in=chunk, received_at__range=span)
        for text, issue in words.values_list("text_id", "text__issue_id").distinct():
            alone.add(text) if issue is None else issues.add(issue)
    return alone, issues


def _latest(issues: Iterable[int]) -> dict[int, list[int]]:
    """The latest members of each group, in the order in which they came."""
    ranked = HotText.objects.filter(issue__in=sorted(issues)).annotate(
        rank=Window(RowNumber(), partition_by=F("issue"), order_by=[F("received_at").desc(), F("pk").desc()])
    )
    found: dict[int, list[int]] = {}
    for issue, pk in ranked.filter(rank__lte=LOOKED_AT).order_by("received_at", "pk").values_list("issue_id", "pk"):
        found.setdefault(issue, []).append(pk)
    return found


# ── keeping what was found ───────────────────────────────────────────────────────────────────────────


def _keep(organisation: Organisation, placed: Sequence[tuple[Text, Group]], weights: Weights) -> set[int]:
    """Write the looked-at tickets, and the groups that now are some; which of these grew."""
    groups = {id(group): group for _text, group in placed if len(group.members) > 1}
    for group in groups.values():
        if group.key is None:
            group.key = _begin(organisation, group).pk
    HotText.objects.bulk_create(_row(organisation, text, group) for text, group in placed)
    HotWord.objects.bulk_create(
        HotWord(text_id=text.id, organisation=organisation, pair=pair, received_at=text.at)
        for text, _group in placed
        for pair in weights.found_by(text)
    )
    return {group.key for group in groups.values() if group.key is not None}


def _begin(organisation: Organisation, group: Group) -> HotIssue:
    """A further group; a text that stood alone until now belongs to it from now on."""
    first = min(group.members, key=lambda member: member.text.at)
    issue = HotIssue.objects.create(organisation=organisation, begun_at=first.text.at)
    HotText.objects.filter(pk__in=[member.text.id for member in group.members]).update(issue=issue)
    return issue


def _row(organisation: Organisation, text: Text, group: Group) -> HotText:
    why = group.reasons.get(text.id)
    return HotText(
        ticket_id=text.id,
        organisation=organisation,
        received_at=text.at,
        issue_id=group.key,
        names=list(why.names[:MOST_NAMES]) if why else [],
        place=why.place[:200] if why else "",
    )


def _keep_weights(organisation: Organisation, weights: Weights, counts: Mapping[str, int], things: int) -> None:
    """Under the lock of the organisation what was read plus what was added is what is true."""
    changed = {pair: count for pair, count in weights.counts.items() if count != counts.get(pair, 0)}
    if weights.things != things:
        changed[""] = weights.things
    HotCount.objects.bulk_create(
        [HotCount(organisation=organisation, pair=pair, things=count) for pair, count in sorted(changed.items())],
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["organisation", "pair"],
        update_fields=["things"],
    )


def chunks(values: Sequence[T]) -> Iterable[Sequence[T]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def forget(at: datetime) -> int:
    """Drop the words by which nobody can be found any more."""
    return HotWord.objects.filter(received_at__lt=at - KEPT).delete()[0]
