"""The regulator's case of an appeal, kept with the ticket itself: page, API and import all come through here (A02)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from appeals.models import RegulatorCase
from appeals.models.case import number_key
from tickets.access import visible_to
from tickets.actions.records import Kept
from tickets.core.sentences import Invalid
from tickets.rulebook.compiled import REGISTER

WORDS = ("kind", "regulator", "number", "contact", "due", "received", "report", "answer")  # the last two are clocks
IDENTITY = {"kind", "regulator", "number"}
LONGEST = {"regulator": 200, "number": 200, "contact": 200}


def case_keep(kept: Kept) -> None:
    """Write the case, or what an action changed of it. Raises Invalid: too long, or another ticket has the number."""
    if kept.event != REGISTER and not kept.given:
        return
    columns = _columns(kept)
    if kept.event == REGISTER:
        _once(kept, columns, lambda: RegulatorCase.objects.create(ticket=kept.ticket, **columns))
        return
    own = RegulatorCase.objects.filter(pk=kept.ticket.pk)
    if IDENTITY & kept.given.keys():
        _once(kept, columns, lambda: own.update(**columns))
    else:
        own.update(**columns)


def _once(kept: Kept, columns: dict[str, Any], write: Callable[[], object]) -> None:
    twins = _twins(kept, columns)
    _refuse_twin(twins, kept)
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        _refuse_twin(twins, kept)  # somebody else registered it at the same moment
        raise


def _columns(kept: Kept) -> dict[str, Any]:
    values = kept.values
    texts = {word: str(values.get(word, "")).strip() for word in LONGEST}
    for word, text in texts.items():
        if len(text) > LONGEST[word]:
            most = LONGEST[word]
            raise kept.wrong(word, f"最多 {most} 字，现在 {len(text)} 字", f"At most {most} characters")
    due = values.get("due")
    received = values.get("received")
    return {
        **texts,
        "organisation_id": kept.ticket.organisation_id,
        "kind": str(values.get("kind", "")),
        "number_key": number_key(texts["number"]),
        "received_at": datetime.fromisoformat(received) if received else kept.ticket.received_at,
        "due_at": datetime.fromisoformat(due) if due else None,
    }


def _twins(kept: Kept, columns: dict[str, Any]) -> QuerySet[RegulatorCase]:
    """The cases of other tickets with the same number at the same regulator; none where there is no number."""
    same = {name: columns[name] for name in ("organisation_id", "kind", "regulator", "number_key")}
    twins = RegulatorCase.objects.filter(**same).exclude(pk=kept.ticket.pk).select_related("ticket")
    return twins if columns["number_key"] else twins.none()


def _refuse_twin(twins: QuerySet[RegulatorCase], kept: Kept) -> None:
    """Names the ticket that has the number to whoever may see it."""
    twin = twins.all().first()
    if twin is not None:
        raise _taken(kept, twin)


def _taken(kept: Kept, twin: RegulatorCase) -> Invalid:
    seen = kept.actor is None or visible_to(kept.actor, kept.at).filter(pk=twin.pk).exists()
    if not seen:
        zh, en = "这个案号已登记在另一件工单上", "Another ticket has this case number"
        return kept.wrong("number", zh, en)
    number = twin.ticket.number
    zh = f"案号“{twin.number}”已登记在工单 {number} 上，请在那件工单上补充"
    return kept.wrong("number", zh, f'Ticket {number} has the case number "{twin.number}": add to that one')
