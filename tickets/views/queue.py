"""The work queue: what do I do next? (design §9.1, rows U02, C08, W01)"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tickets.views import queue_rows as rows
from tickets.views.access import work_page
from tickets.views.fragments import unless_known
from tickets.views.queue_items import bulk_acts, ended_items, found_rows, items_of
from tickets.views.queue_rows import Counts, Wish
from tickets.views.queue_words import (
    chips,
    column_choices,
    condition_choices,
    condition_fields,
    empty_words,
    lamp_chips,
    order_words,
    tabs,
)
from tickets.views.reader import Reader, reader_of


@work_page
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The whole page, or only the list when htmx asks for it."""
    reader, wish = reader_of(request), Wish.read(request.GET)
    context = _context(reader, wish)
    part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    response = render(request, "queue_list.html" if part else "queue.html", context)
    response.headers["Vary"] = f"{response.headers.get('Vary', '')}, HX-Request".strip(", ")
    return response


def _context(reader: Reader, wish: Wish) -> dict[str, Any]:
    counted = rows.counts(reader, wish)
    reader.known["open_count"] = counted.views[rows.UNIT]
    items, more = _page(reader, wish)
    seen = {item["step"]: item["version"] for item in items if item.get("step")}
    return {
        "at": reader.at,
        "current": "queue",
        "live": {"words": ""},
        "wish": wish,
        "tabs": tabs(wish, counted),
        "lamps": lamp_chips(wish, counted),
        "chips": chips(reader, wish),
        "condition_choices": condition_choices(reader, wish),
        "order": order_words(wish),
        "rows": items,
        "bulk": bulk_acts(items),
        "pages": _pages(wish, counted, len(items), more),
        "empty": None if items else empty_words(reader, wish, counted),
        "poll_url": _poll_url(reader, wish, seen),
    }


def _page(reader: Reader, wish: Wish) -> tuple[list[dict[str, Any]], bool]:
    """The items of one page, and whether there are more."""
    shown = slice((wish.page - 1) * rows.PAGE, wish.page * rows.PAGE + 1)
    if wish.view == rows.ENDED:
        items = ended_items(reader, rows.ended(reader, wish).select_related("customer")[shown])
    else:
        items = items_of(reader, found_rows(reader, rows.queue(reader, wish)[shown]))
    return items[: rows.PAGE], len(items) > rows.PAGE


def _pages(wish: Wish, counted: Counts, shown: int, more: bool) -> dict[str, Any]:
    first = (wish.page - 1) * rows.PAGE
    words = _("第 %(first)d~%(last)d 件") % {"first": first + 1, "last": first + shown}
    return {
        "previous_url": wish.query(page=wish.page - 1) if wish.page > 1 else "",
        "next_url": wish.query(page=wish.page + 1) if more else "",
        "words": words,
    }


# ── live ─────────────────────────────────────────────────────────────────────────────────────────────


def _poll_url(reader: Reader, wish: Wish, seen: dict[int, str]) -> str:
    shown = ".".join(f"{step}-{version}" for step, version in seen.items())
    since = int(reader.at.timestamp())
    return f"{reverse('queue-poll')}{wish.query(page=wish.page)}&since={since}&shown={shown}"


@work_page
@require_GET
def poll(request: HttpRequest) -> HttpResponse:
    """Every 10 seconds: what changed, said in a bar, and the time cells of the rows on screen. Nothing moves."""
    reader, wish = reader_of(request), Wish.read(request.GET)
    shown = _shown(request.GET.get("shown", ""))
    since = _since(request.GET.get("since", ""), reader.at)
    counted = rows.counts(reader, wish)
    reader.known["open_count"] = counted.views[rows.UNIT]
    found = found_rows(reader, rows.queue(reader, wish).filter(pk__in=shown)) if shown else []
    items = items_of(reader, found, acts=False)
    context = {
        "at": reader.at,
        "wish": wish,
        "oob": True,
        "tabs": tabs(wish, counted),
        "lamps": lamp_chips(wish, counted),
        "rows": items,
        "fresh": _fresh(reader, wish, shown, items, since),
        "count": counted.views[rows.UNIT],
    }
    response = render(request, "queue_poll.html", context)
    return unless_known(request, response)


def _fresh(
    reader: Reader, wish: Wish, shown: dict[int, str], items: list[dict[str, Any]], since: datetime
) -> dict[str, str] | None:
    if wish.view == rows.ENDED:
        return None
    new = rows.queue(reader, wish).filter(opened_at__gt=since).exclude(pk__in=shown).count()
    now = {item["step"]: item["version"] for item in items}
    changed = sum(1 for step, version in shown.items() if now.get(step) != version)
    if not new and not changed:
        return None
    says = []
    if new:
        says.append(ngettext("%(count)d 件新工单", "%(count)d 件新工单", new) % {"count": new})
    if changed:
        says.append(ngettext("%(count)d 件状态变化", "%(count)d 件状态变化", changed) % {"count": changed})
    words = _("有 %(what)s，点此显示") % {"what": _("、").join(says)}
    return {"words": words, "url": reverse("queue") + wish.query(page=wish.page)}


def _shown(text: str) -> dict[int, str]:
    """`12-3.4.15-1.1`: step, its version and its ticket's version, as the list had them."""
    found: dict[int, str] = {}
    for part in text.split(".")[: rows.PAGE * 2]:
        step, _dash, version = part.partition("-")
        if step.isdecimal() and len(step) < 19:
            found[int(step)] = version[:20]
    return found


def _since(text: str, at: datetime) -> datetime:
    seconds = int(text) if text.isdecimal() and len(text) < 12 else 0
    return datetime.fromtimestamp(min(seconds, int(at.timestamp())), tz=at.tzinfo)


@work_page
@require_GET
def conditions(request: HttpRequest) -> HttpResponse:
    """The form of conditions: loaded into the list when somebody wants it, a page of its own without script."""
    reader, wish = reader_of(request), Wish.read(request.GET)
    context = {
        "at": reader.at,
        "current": "queue",
        "wish": wish,
        "fields": condition_fields(reader, wish),
        "columns": column_choices(wish),
        "page": not request.htmx,  # type: ignore[attr-defined]
    }
    return render(request, "queue_conditions.html", context)
