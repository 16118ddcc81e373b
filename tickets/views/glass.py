"""破例查看: open a ticket that isn't one's own, with a reason, in sight of an overseer; and who looked (row N06)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tickets.actions.glass import glass_break
from tickets.core.glass import may_break, may_oversee
from tickets.core.sentences import Invalid, Refused
from tickets.models import AccessLog, Ticket
from tickets.rulebook.registry import book_of
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, text
from tickets.views.panels import Panel
from tickets.views.queue_words import books_in_force
from tickets.views.reader import Reader, language, reader_of

CODE = "looks"
MOST = 200
WAYS = {
    "page": gettext_lazy("打开工单页"),
    "api": gettext_lazy("接口读取"),
    "file": gettext_lazy("取走文件"),
    "archive": gettext_lazy("取走整卷"),
    "paper": gettext_lazy("取走文书"),
    "print_intake": gettext_lazy("打印登记表"),
    "customer": gettext_lazy("显示客户资料"),
    "message_told": gettext_lazy("转告客户"),
    "glass": gettext_lazy("破例查看"),
}


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if not may_break_any(reader):
        return render(request, "403.html", status=403)
    number, errors = asked(request, "number"), {}
    if request.method == "POST":
        number = text(request, "number")
        try:
            ticket = glass_break(number=number, reason=text(request, "reason"), actor=reader.person, at=reader.at)
            return redirect("ticket", ticket.number)
        except Invalid as invalid:
            errors = {name: [one.say(language()) for one in says] for name, says in invalid.errors.items()}
        except Refused as refused:
            errors = {"number": [refused.sentence.say(language())]}
    context = {"at": reader.at, "current": "", "number": number, "reason": text(request, "reason"), "errors": errors}
    return render(request, "break_glass.html", context, status=422 if errors else 200)


def may_break_any(reader: Reader) -> bool:
    """By any rulebook that is in force for them."""
    if reader.world is None:
        return False
    books = books_in_force(reader)
    return any(may_break(book, reader.person.pk, reader.world, reader.at) for book in books)


def looks_panel(reader: Reader, ticket: Ticket) -> Panel | None:
    """The tab of who read this ticket; there for those alone whom the rulebook names."""
    book = book_of(ticket.rulebook_id)
    if reader.world is None or not may_oversee(book, reader.person.pk, reader.world, reader.at):
        return None
    looks = AccessLog.objects.filter(ticket=ticket)
    return Panel(
        code=CODE,
        label=_("谁看过"),
        count=looks.count(),
        template="looks.html",
        context={"rows": lambda: [_row(one) for one in looks.select_related("person").order_by("-pk")[:MOST]]},
    )


def _row(one: AccessLog) -> dict[str, Any]:
    who = f"{one.person.name} {one.person.username}"
    return {"at": one.at, "who": who, "way": way_word(one.what), "purpose": one.purpose}


def way_word(what: str) -> str:
    return str(WAYS.get(what, what))
