"""Which hot issue a ticket's figures are counted under: the dimension `hot_issue` of the facts."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from reporting.memory import days_changed
from reporting.models import HotText, TicketFact
from tickets.organisations import world_of

LEAST = 3  # tickets, before a group is an issue that figures are split by


def mark_facts(issues: Iterable[int]) -> None:
    """Write the groups' names into the facts of their tickets, and make dashboards count these days anew."""
    texts = HotText.objects.filter(issue__in=sorted(issues))
    sizes = dict(texts.order_by().values_list("issue").annotate(size=Count("pk")))
    for issue, size in sorted(sizes.items()):
        mark(texts.filter(issue=issue).values_list("pk", flat=True), str(issue) if size >= LEAST else "")


def mark(tickets: Iterable[int], name: str) -> None:
    """Give the facts of these tickets that name, where they have another one."""
    facts = TicketFact.objects.filter(pk__in=tickets).exclude(hot_issue=name)
    written = list(facts.values_list("pk", "organisation_id", "received_at"))
    TicketFact.objects.filter(pk__in=[pk for pk, _organisation, _at in written]).update(hot_issue=name)
    days_changed(
        (organisation, world_of(organisation).calendar.local(received_at).date())
        for _pk, organisation, received_at in written
    )
