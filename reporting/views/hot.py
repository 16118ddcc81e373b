"""Hot issues as pages: the list with growth and reasons, and one issue with its tickets and what people do (K05)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from reporting.access import Viewer, viewer_of
from reporting.hot.by_hand import incident_declare, issue_split, issues_merge, may_tidy
from reporting.hot.seen import MOST, PERIODS_DAYS, Issue, OneIssue, issue_seen, issues_seen, moved_to
from reporting.labels import Labels
from reporting.views.quality_parts import CURRENT, problems_of, tabs
from tickets.core.sentences import Forbidden, Hidden, Invalid, invalid
from tickets.core.world import World
from tickets.models import Ticket
from tickets.views.access import work_page
from tickets.views.admin_pages import asked, number
from tickets.views.queue_items import title_of
from tickets.views.reader import Reader, language, reader_of

MOST_CHOSEN = 200
ON_BOARD = 5
KEPT_SECONDS = 60


@work_page
@require_GET
def issues(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    viewer = viewer_of(reader.person, reader.at)
    days = number(asked(request, "days"))
    days = days if days in PERIODS_DAYS else PERIODS_DAYS[0]
    labels = Labels(viewer)
    rows = [issue_row(one, labels) for one in issues_seen(viewer, days)]
    context = {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("hot-issues"),
        "days": days,
        "periods": [{"days": one, "on": one == days} for one in PERIODS_DAYS],
        "rows": rows,
        "most": MOST,
        "empty": {
            "title": _("这段时间没有热点问题"),
            "text": _("两件以上投诉说的是同一件事时，会自动归到一起列在这里，并写明依据：共同的词、地点、业务和时间。"),
            "acts": [],
        },
    }
    return render(request, "hot/issues.html", context)


def issue_row(one: Issue, labels: Labels) -> dict[str, Any]:
    """An issue as written words; its name is what its tickets share."""
    return {
        "id": one.id,
        "url": reverse("hot-issue", args=[one.id]),
        "title": name_of(one, labels),
        "count": one.count,
        "before": one.before,
        "growth": one.growth,
        "growth_num": abs(one.count - one.before),
        "rises": one.count > one.before,
        "words": "、".join(one.words),
        "places": "、".join(one.places),
        "businesses": "、".join(labels.title("business_type", value, language()) for value in one.businesses),
        "regions": [(region_name(labels.world, region), count) for region, count in one.regions],
        "first_at": one.first_at,
        "last_at": one.last_at,
        "by_hand": one.by_hand,
    }


def region_name(world: World, region: str) -> str:
    """The unit that stands for a region, the highest one; the code where none does."""
    units = [unit for unit in world.units.values() if unit.region == region]
    unit = min(units, key=lambda one: (len(one.path), one.code), default=None)
    if unit is None:
        return region
    return unit.name_en if language() == "en" and unit.name_en else unit.name


def name_of(one: Issue, labels: Labels) -> str:
    named = [*one.places[:1], *one.words[:2]]
    named = named or [labels.title("business_type", value, language()) for value in one.businesses[:1]]
    return " · ".join(dict.fromkeys(named)) or _("热点问题 %(id)d") % {"id": one.id}


# ── one issue ────────────────────────────────────────────────────────────────────────────────────────


@work_page
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: HttpRequest, id: int) -> HttpResponse:
    reader = reader_of(request)
    viewer = viewer_of(reader.person, reader.at)
    found = issue_seen(viewer, id)
    if found is None:
        into = moved_to(id)
        if into is not None and issue_seen(viewer, into) is not None:
            return redirect("hot-issue", id=into)
        raise Http404
    if request.method != "POST":
        return render(request, "hot/issue.html", _context(reader, viewer, found))
    try:
        return _do(request, reader, id)
    except Invalid as error:
        context = _context(reader, viewer, found) | {"problems": problems_of(error)}
        return render(request, "hot/issue.html", context, status=422)
    except Forbidden:
        return render(request, "403.html", status=403)
    except Hidden:
        raise Http404 from None


def _do(request: HttpRequest, reader: Reader, id: int) -> HttpResponse:
    """What a button of the page says. Raises Invalid, Forbidden or Hidden."""
    chosen = [int(text) for text in request.POST.getlist("ticket")[:MOST_CHOSEN] if number(text)]
    match request.POST.get("do", ""):
        case "incident":
            made = incident_declare(issue_id=id, tickets=chosen, actor=reader.person, at=reader.at)
            told = ngettext("已关联为同一事件，新增 %(n)d 条关联", "已关联为同一事件，新增 %(n)d 条关联", made)
            messages.success(request, told % {"n": made})
        case "split":
            made_issue = issue_split(issue_id=id, tickets=chosen, actor=reader.person, at=reader.at)
            messages.success(request, _("已移出选中的工单"))
            left = issue_seen(viewer_of(reader.person, reader.at), id)
            if left is None:
                return redirect("hot-issue", id=made_issue.pk) if made_issue else redirect("hot-issues")
        case "merge":
            into = number(request.POST.get("into", ""))
            if not into:
                raise invalid("into", "选择要并入的热点问题", "Choose the issue to put it into")
            issues_merge(issue_id=id, into_id=into, actor=reader.person, at=reader.at)
            messages.success(request, _("已并成一个热点问题"))
            return redirect("hot-issue", id=into)
        case _:
            raise invalid("", "没有这个操作", "There is no such act")
    return redirect("hot-issue", id=id)


def _context(reader: Reader, viewer: Viewer, found: OneIssue) -> dict[str, Any]:
    labels = Labels(viewer)
    tidies = may_tidy(reader.person, reader.at)
    return {
        "at": reader.at,
        "current": CURRENT,
        "tabs": tabs("hot-issues"),
        "issue": issue_row(found.issue, labels),
        "rise": found.rise,
        "mean": f"{found.rise.mean:.1f}",
        "tickets": [_ticket(reader, one, found.linked) for one in found.tickets],
        "grown": [{**_ticket(reader, one, frozenset()), "from": other.number} for one, other in found.grown],
        "may_tidy": tidies,
        "others": _others(viewer, found, labels) if tidies else [],
    }


def _ticket(reader: Reader, ticket: Ticket, linked: frozenset[int]) -> dict[str, Any]:
    return {
        "id": ticket.pk,
        "number": ticket.number,
        "url": reverse("ticket", args=[ticket.number]),
        "title": title_of(ticket),
        "received_at": ticket.received_at,
        "unit": reader.unit_name(ticket.unit_id or ticket.received_unit_id),
        "open": ticket.is_open,
        "linked": ticket.pk in linked,
    }


def _others(viewer: Viewer, found: OneIssue, labels: Labels) -> list[dict[str, Any]]:
    """What this one may be put into: the other issues of the last weeks."""
    return [
        {"value": one.id, "title": name_of(one, labels)}
        for one in issues_seen(viewer, PERIODS_DAYS[-1])
        if one.id != found.issue.id
    ]


# ── on the board ─────────────────────────────────────────────────────────────────────────────────────


def hot_rows(reader: Reader) -> list[dict[str, Any]]:
    """The largest issues of a week for the live board, which asks every ten seconds: kept for a minute."""
    if reader.world is None:
        return []
    viewer = Viewer(reader.at, reader.world, reader.sight, reader.person)  # a wall has eyes of its own
    key = f"hot-issues:{reader.person.pk}:{hash(viewer.sight)}"
    found = cache.get(key)
    if found is None:
        found = issues_seen(viewer, PERIODS_DAYS[0], most=ON_BOARD)
        cache.set(key, found, KEPT_SECONDS)
    labels = Labels(viewer) if found else None
    return [issue_row(one, labels) for one in found] if labels else []
