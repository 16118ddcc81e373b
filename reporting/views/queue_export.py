"""The queue as a file: the rows, order and columns that are on the screen, masked as they are there (rows U02, S08)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from complaints_site.lib import timestate
from reporting.exports import comma_separated, workbook
from reporting.views.indicator_export import TYPES
from tickets.views import queue_rows as rows
from tickets.views.access import work_page
from tickets.views.queue_items import ended_items, found_rows, items_of
from tickets.views.queue_words import SHOWN_WORDS
from tickets.views.reader import Reader, reader_of

MOST, AT_ONCE = 5000, 500  # rows of a file; tickets in memory
Item = dict[str, Any]


@work_page
@require_GET
def queue_export(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in TYPES:
        raise Http404
    reader, wish = reader_of(request), rows.Wish.read(request.GET)
    table = [_heading(wish), *(_line(item, wish) for item in _items(reader, wish))]
    content = comma_separated(table) if kind == "csv" else workbook([(_("工单"), table)])
    response = HttpResponse(content, content_type=TYPES[kind])
    name = f"queue-{timezone.localtime(reader.at):%Y%m%d-%H%M}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _items(reader: Reader, wish: rows.Wish) -> Iterator[Item]:
    """The list from its beginning, whatever page of it is shown."""
    for first in range(0, MOST, AT_ONCE):
        part = slice(first, first + AT_ONCE)
        if wish.view == rows.ENDED:
            found = ended_items(reader, rows.ended(reader, wish).select_related("customer")[part])
        else:
            found = items_of(reader, found_rows(reader, rows.queue(reader, wish)[part]), acts=False)
        yield from found
        if len(found) < AT_ONCE:
            return


def _heading(wish: rows.Wish) -> list[str]:
    more = [_("状态"), _("本环节到期")] if "time" in wish.shown else []
    last = [_("结案时间")] if wish.view == rows.ENDED else more
    plain = [str(SHOWN_WORDS[name]) for name in wish.shown if name != "time"]
    return [_("工单号"), _("工单"), _("业务"), *plain, *last]


def _line(item: Item, wish: rows.Wish) -> list[Any]:
    plain = [_cell(item, name) for name in wish.shown if name != "time"]
    line = [item["number"], item["title"], item["about"], *plain]
    if wish.view == rows.ENDED:
        return [*line, _moment(item["ended_at"])]
    if "time" not in wish.shown:
        return line
    state = str(timestate.WORDS[item["time"].state]) if item["time"] else None
    return [*line, state, _moment(item["due_at"])]


def _cell(item: Item, name: str) -> str | None:
    match name:
        case "marks":
            return "；".join(mark["reason"] or mark["principle"] for mark in item["marks"]) or None
        case "customer":
            return " ".join(filter(None, (item["customer"], item["phone"]))) or None
        case "step":
            return " · ".join(filter(None, (item["kind"], item["holder"]))) or None
        case "promise" | "received":
            return _moment(item[name])
    return item[name] or None


def _moment(instant: datetime | None) -> str | None:
    return f"{timezone.localtime(instant):%Y-%m-%d %H:%M}" if instant else None
