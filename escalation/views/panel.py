"""The alerts of one ticket, for its own page: a tab, lines of the record, and a word beside each limit."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from complaints_site.lib import format as fmt
from escalation.desk import ESCALATION
from escalation.models import Alert
from escalation.views.desk import register_url
from escalation.views.items import ICONS, KIND_WORDS, moment_words
from tickets.models import Ticket
from tickets.rulebook.registry import book_of
from tickets.views import words
from tickets.views.panels import Panel
from tickets.views.reader import Reader, language

MOST = 200


def alerts_panel(reader: Reader, ticket: Ticket) -> Panel:
    alerts = list(Alert.objects.filter(ticket=ticket).order_by("raised_at", "pk")[:MOST])
    lines = [_line(reader, ticket, alert) for alert in alerts]
    return Panel(
        code="alerts",
        label=_("预警督办"),
        count=len(alerts),
        template="alerts/panel.html",
        context={"lines": lines[::-1]},
        lines=lines,
        clock_notes={alert.clock_id: _clock_note(reader, alert) for alert in alerts},
        ways=_ways(reader, ticket),
    )


def _ways(reader: Reader, ticket: Ticket) -> list[dict[str, str]]:
    """From a complaint to an escalation that grows from it, for whoever may register one (row E04)."""
    url = register_url(reader, ticket.number) if ticket.kind != ESCALATION else ""
    return [{"label": _("升级投诉"), "url": url, "icon": "upgrade"}] if url else []


def _line(reader: Reader, ticket: Ticket, alert: Alert) -> dict[str, Any]:
    clock = words.clock_word(book_of(ticket.rulebook_id), alert.clock_name, language())
    told = "、".join(reader.unit_name(unit) for unit in alert.told_units)
    said = moment_words(alert.moment)
    return {
        "at": alert.raised_at,
        "at_words": _moment(reader, alert.raised_at),
        "icon": ICONS[Alert.Kind(alert.kind)],
        "system": True,
        "title": KIND_WORDS[Alert.Kind(alert.kind)],
        "text": _("%(clock)s（%(moment)s），已告诉 %(told)s") % {"clock": clock, "moment": said, "told": told},
        "answer": _confirmed(reader, alert),
    }


def _confirmed(reader: Reader, alert: Alert) -> dict[str, str] | None:
    if alert.acknowledged_at is None:
        return None
    who = reader.person_name(alert.acknowledged_by_id)
    return {"words": _("%(who)s %(at)s 确认") % {"who": who, "at": _moment(reader, alert.acknowledged_at)}, "state": ""}


def _clock_note(reader: Reader, alert: Alert) -> str:
    told = _("%(at)s 已%(kind)s") % {
        "at": _moment(reader, alert.raised_at),
        "kind": KIND_WORDS[Alert.Kind(alert.kind)],
    }
    confirmed = _confirmed(reader, alert)
    return f"{told}，{confirmed['words']}" if confirmed else told


def _moment(reader: Reader, value: Any) -> str:
    return fmt.moment(timezone.localtime(value), at=timezone.localtime(reader.at))
