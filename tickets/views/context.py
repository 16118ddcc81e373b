"""The frame of every page: rail, account menu, search, preferences. See templates/base.html for its shape.

It is lazy: a fragment that doesn't draw the frame costs no statement for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from tickets.access import ALL_SEEING_ROLES, BLIND_ROLES
from tickets.holding import is_held
from tickets.views.addresses import address
from tickets.views.queue_rows import open_count
from tickets.views.reader import Reader, language, reader_of
from tickets.views.session import keep_alive, seconds_left

EVERYBODY = "everybody"
WORKERS = "workers"  # whoever sees tickets
REGISTRARS = "registrars"  # whoever a rulebook lets register
SYSTEM = "system"


@dataclass(frozen=True)
class Place:
    """An entry of the rail. `code` is also the name of its address."""

    code: str
    icon: str
    label: Any
    key: str = ""
    who: str = WORKERS
    on_phone: bool = True
    last: bool = False


PLACES = (
    Place("home", "home", pgettext_lazy("rail", "首页"), "G H", EVERYBODY, on_phone=False),
    Place("queue", "queue", gettext_lazy("队列"), "G Q"),
    Place("intake", "intake", gettext_lazy("登记"), "G D", REGISTRARS),
    Place("board", "board", gettext_lazy("看板"), "G K"),
    Place("indicators", "chart", gettext_lazy("指标"), "G Z", on_phone=False),
    Place("appeals", "scale", gettext_lazy("申诉"), "G S"),
    Place("supervision", "chase", gettext_lazy("督办"), "G B", on_phone=False),
    Place("alerts", "alerts", pgettext_lazy("rail", "预警"), "G Y"),
    Place("organisation", "units", gettext_lazy("组织"), "", SYSTEM),
    Place("people", "people", gettext_lazy("人员"), "", SYSTEM),
    Place("rulebooks", "book", gettext_lazy("规则"), "", SYSTEM),
    Place("system", "server", gettext_lazy("系统"), "", SYSTEM),
    Place("settings", "settings", gettext_lazy("设置"), "", EVERYBODY, on_phone=False, last=True),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor. `held` is for pages without the frame: login, and those of the public."""
    held = SimpleLazyObject(is_held)
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"held": held}
    return {"held": held, "frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> dict[str, Any]:
    reader = reader_of(request)
    keep_alive(request, reader.at)
    person = reader.person
    return {
        "rail": _rail(request, reader),
        "person": {"initial": person.name[:1], "name": person.name, "place": reader.place},
        "alerts": getattr(request, "alert_count", 0),
        "alerts_url": address("alerts") if reader.sees_tickets else "",
        "menu": _menu(reader),
        "search_url": address("search") if reader.sees_tickets else "",
        "help_url": address("help"),
        "held": reader.world is not None and reader.world.held,
        "density": "compact" if person.density == "compact" else "comfortable",
        "single_keys": person.single_keys,
        "session_seconds": seconds_left(request),
        "keepalive_url": address("keepalive"),
    }


def _rail(request: HttpRequest, reader: Reader) -> list[dict[str, Any]]:
    counts = {"queue": open_count(reader) if reader.sees_tickets else 0, "alerts": _alerts(request)}
    words = {"queue": _("件"), "alerts": _("条未确认")}
    return [
        {
            "code": place.code,
            "url": address(place.code),
            "icon": place.icon,
            "label": place.label,
            "key": place.key,
            "on_phone": place.on_phone and not (place.who == SYSTEM and reader.sees_tickets),
            "last": place.last,
            "count": counts.get(place.code),
            "count_words": words.get(place.code),
        }
        for place in PLACES
        if address(place.code) and _goes_to(place, reader)
    ]


def _alerts(request: HttpRequest) -> int:
    """Counted by whoever raises alerts (escalation's context processor leaves a function on the request)."""
    count = getattr(request, "count_alerts", None)
    request.alert_count = count() if count else 0  # type: ignore[attr-defined]
    return int(request.alert_count)  # type: ignore[attr-defined]


def _goes_to(place: Place, reader: Reader) -> bool:
    match place.who:
        case "workers":
            return reader.sees_tickets
        case "registrars":
            return _registers(reader)
        case "system":
            return bool(reader.roles & (BLIND_ROLES | ALL_SEEING_ROLES))
    return True


def _registers(reader: Reader) -> bool:
    return reader.sees_tickets and not reader.roles <= (ALL_SEEING_ROLES | BLIND_ROLES)


def _menu(reader: Reader) -> list[dict[str, Any]]:
    other = "zh-hans" if language() == "en" else "en"
    entries = [
        {"label": pgettext("rail", "首页"), "url": address("home"), "icon": "home"},
        {"label": _("指标"), "url": address("indicators"), "icon": "chart"},
        *_menu_by_role(reader),
        {"label": _("设置"), "url": address("settings"), "icon": "settings"},
        {
            "label": dict(settings.LANGUAGES)[other],
            "url": address("language"),
            "icon": "language",
            "post": {"language": other},
        },
        {"label": _("退出登录"), "url": address("logout"), "icon": "logout", "post": {"leave": "1"}},
    ]
    return [entry for entry in entries if entry["url"]]


def _menu_by_role(reader: Reader) -> list[dict[str, Any]]:
    """What has no place on the rail, or none on a phone's."""
    if not reader.sees_tickets:
        return []
    auditor = bool(reader.roles & ALL_SEEING_ROLES)
    return [
        {"label": _("督办"), "url": address("supervision"), "icon": "chase"},
        {"label": _("热点与质检"), "url": address("hot-issues"), "icon": "flame"},
        {"label": _("责任与整改"), "url": address("charges"), "icon": "scale"},
        {"label": _("报告"), "url": address("reports"), "icon": "file"},
        {"label": _("待告知客户"), "url": address("by-hand"), "icon": "phone"},
        {"label": _("口径库"), "url": address("library"), "icon": "book"},
        {"label": _("用语提醒"), "url": address("wording-training"), "icon": "info"},
        *([{"label": _("待看的来信"), "url": address("letters"), "icon": "mail"}] if _registers(reader) else []),
        {"label": _("事件日志"), "url": address("event-log"), "icon": "download"},
        *(
            {"label": place.label, "url": address(place.code), "icon": place.icon}
            for place in PLACES
            if place.who == SYSTEM and (auditor or place.code == "rulebooks")
        ),
    ]
