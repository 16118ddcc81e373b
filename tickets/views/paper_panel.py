"""The tab of a ticket's documents: those that are there, and those that can be written now."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tickets.actions.papers import papers_offered
from tickets.actions.tickets import ticket_read
from tickets.models import Paper, Ticket
from tickets.rulebook.compiled import Book
from tickets.rulebook.paper_rules import PaperRule
from tickets.rulebook.registry import book_of
from tickets.views.panels import Panel
from tickets.views.reader import Reader, language

CODE = "papers"


def paper_panel(reader: Reader, ticket: Ticket) -> Panel:
    """Only the count is asked for at once; the lists are, when the tab is open."""
    book = book_of(ticket.rulebook_id)
    papers = list(ticket.papers.select_related("author", "sent_by"))
    return Panel(
        code=CODE,
        label=_("文书"),
        count=len(papers),
        template="papers/panel.html",
        context={
            "ticket": ticket,
            "papers": lambda: [paper_row(paper, book) for paper in papers],
            "offered": lambda: _offered(reader, ticket),
        },
    )


def _offered(reader: Reader, ticket: Ticket) -> list[dict[str, str]]:
    """What has no draft yet."""
    found = ticket_read(ticket.pk)
    return [
        {"name": one.rule.name, "title": one.rule.title.say(language()), "audience": audience_words(one.rule)}
        for one in papers_offered(found, actor=reader.person, at=reader.at)
        if one.draft is None
    ]


def paper_row(paper: Paper, book: Book) -> dict[str, Any]:
    rule = book.papers[paper.name]
    return {
        "paper": paper,
        "title": rule.title.say(language()),
        "audience": audience_words(rule),
        "is_sent": paper.state == Paper.State.SENT,
        "url": reverse("paper", args=[paper.ticket.number, paper.pk]),
    }


def audience_words(rule: PaperRule) -> str:
    said = {"unit": _("给单位"), "customer": _("给客户"), "regulator": _("给监管部门"), "inside": _("内部")}
    return said[rule.audience]


def panel_url(number: str) -> str:
    return f"{reverse('ticket', args=[number])}?tab={CODE}"
