"""From a ticket to the hot issue that it is part of, for those who tidy hot issues and see others of it.

Everybody else's ticket page is spared the statement; they find hot issues on their list.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from reporting.access import viewer_of
from reporting.hot.by_hand import may_tidy
from reporting.hot.seen import issue_of
from tickets.models import Ticket
from tickets.views.panels import Panel
from tickets.views.reader import Reader


def hot_panel(reader: Reader, ticket: Ticket) -> Panel | None:
    if not may_tidy(reader.person, reader.at):
        return None
    found = issue_of(viewer_of(reader.person, reader.at), ticket.pk)
    if found is None:
        return None
    label = _("同类投诉 %(n)d 件") % {"n": found.count}
    way = {"label": label, "url": reverse("hot-issue", args=[found.id]), "icon": "link"}
    return Panel(code="hot", label=_("热点问题"), count=found.count, template="hot/panel.html",
                 context={"count": found.count, "url": way["url"]}, ways=[way])  # fmt: skip
