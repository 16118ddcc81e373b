"""Where messages go beside people: subscriptions of other systems, robots of chat groups (rows I03, W02)."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tickets.actions import endpoints as actions
from tickets.actions.administration import ADMINISTRATOR
from tickets.models import GroupRobot, Message, Organisation, Subscription, Unit
from tickets.views.admin_pages import (
    admin_page,
    control,
    filled,
    flag,
    number,
    organisation_of,
    page,
    problems,
    save,
    system_tabs,
    text,
    texts,
)
from tickets.views.reader import Reader, language, reader_of
from tickets.webhooks import EVENTS

WAYS = {GroupRobot.Way.WECOM: gettext_lazy("企业微信"), GroupRobot.Way.DINGTALK: gettext_lazy("钉钉")}


@admin_page(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def outbound(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    act = text(request, "act")
    if act == "subscribe":
        return _subscribe(request)
    if act == "robot":
        errors = _robot(request)
        return redirect("outbound") if not errors else _page(request, robot_errors=errors, status=422)
    _existing(request, act)
    return redirect("outbound")


def _subscribe(request: HttpRequest) -> HttpResponse:
    """The page after it shows the secret, this once."""
    reader = reader_of(request)
    organisation, given = organisation_of(reader), texts(request, "name", "url", "unit")
    events = request.POST.getlist("events")
    made: list[Subscription] = []

    def change() -> None:
        made.append(
            actions.subscription_create(
                organisation=organisation,
                name=given["name"],
                url=given["url"],
                events=events,
                unit=_unit(organisation, given["unit"]),
                actor=reader.person,
                at=reader.at,
            )
        )

    data = {"name": given["name"][:60], "unit": given["unit"], "events": [one for one in events if one in EVENTS]}
    errors = save(request, "subscription_create", data, change, _("订阅已建立"))
    if errors:
        return _page(request, errors=errors, status=422)
    return _page(request, secret=made[0].secret)


def _robot(request: HttpRequest) -> dict[str, list[str]]:
    reader = reader_of(request)
    given = texts(request, "robot_unit", "way", "key", "secret")
    unit = _unit(organisation_of(reader), given["robot_unit"])

    def change() -> None:
        actions.robot_set(unit=unit, way=given["way"], key=given["key"], secret=given["secret"], at=reader.at)

    data = {"unit": given["robot_unit"], "way": given["way"]}
    errors = save(request, "robot_set", data, change, _("群机器人已保存"))
    return {"robot_unit" if name == "unit" else name: says for name, says in errors.items()}


def _existing(request: HttpRequest, act: str) -> None:
    organisation, which = organisation_of(reader_of(request)), number(text(request, "id")) or 0
    if act == "robot_remove":
        robot = get_object_or_404(GroupRobot.objects.select_related("unit__organisation"), pk=which)
        if robot.unit.organisation_id == organisation.pk:
            data = {"unit": robot.unit.code, "way": robot.way}
            save(request, act, data, lambda: actions.robot_remove(robot=robot), _("群机器人已删除"))
        return
    found = get_object_or_404(Subscription.objects.select_related("organisation"), pk=which, organisation=organisation)
    data = {"name": found.name, "host": actions.host_of(found)}
    if act == "subscription_remove":
        save(request, act, data, lambda: actions.subscription_remove(subscription=found), _("订阅已删除"))
    elif act == "subscription_switch":
        is_active = flag(request, "active")
        change = lambda: actions.subscription_switch(subscription=found, is_active=is_active)  # noqa: E731
        save(request, act, {**data, "active": is_active}, change, _("订阅已更改"))


def _unit(organisation: Organisation, code: str) -> Unit | None:
    return Unit.objects.open().filter(organisation=organisation, code=code).first()


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def _page(
    request: HttpRequest,
    *,
    errors: dict[str, list[str]] | None = None,
    robot_errors: dict[str, list[str]] | None = None,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    reader = reader_of(request)
    organisation = organisation_of(reader)
    subscribing, robots = _subscription_fields(reader), _robot_fields(reader)
    typed: dict[str, Any] = {**request.POST.dict(), "events": request.POST.getlist("events")} if errors else {}
    context = {
        "current": "system",
        "tabs": system_tabs(reader, "outbound"),
        "rows": [_row(one) for one in _subscriptions(organisation)],
        "robots": GroupRobot.objects.filter(unit__organisation=organisation).select_related("unit").order_by("unit"),
        "fields": filled(subscribing, typed, errors),
        "robot_fields": filled(robots, request.POST.dict() if robot_errors else {}, robot_errors),
        "problems": problems({**(errors or {}), **(robot_errors or {})}, [*subscribing, *robots]),
        "secret": secret,
    }
    return page(request, "admin/outbound.html", context, change=ADMINISTRATOR, status=status)


def _subscriptions(organisation: Organisation) -> Any:
    waiting = Count("messages", filter=Q(messages__state__in=Message.WAITING))
    failed = Count("messages", filter=Q(messages__state=Message.State.FAILED))
    rows = Subscription.objects.filter(organisation=organisation).select_related("unit", "created_by")
    return rows.annotate(waiting=waiting, failed=failed).order_by("pk")


def _row(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "host": actions.host_of(one),
        "unit": one.unit,
        "events": [EVENTS[event].say(language()) for event in one.events if event in EVENTS],
        "is_active": one.is_active,
        "created_by": one.created_by,
        "created_at": one.created_at,
        "waiting": one.waiting,
        "failed": one.failed,
    }


def _units(reader: Reader) -> list[tuple[str, str]]:
    units = organisation_of(reader).units.open().order_by("path").values_list("code", "name")
    return [(code, f"{name}（{code}）") for code, name in units]


def _subscription_fields(reader: Reader) -> list[dict[str, Any]]:
    events = [(name, title.say(language())) for name, title in EVENTS.items()]
    return [
        control("name", _("名称"), required=True, maxlength=60),
        control("url", _("接收地址"), required=True, maxlength=500, hint=_("https://，主机须在 OUTBOUND_HOSTS 里")),
        control("unit", _("单位（连同下级）"), "unit", choices=_units(reader), required=True),
        control("events", _("事件"), "list", choices=events, required=True),
    ]


def _robot_fields(reader: Reader) -> list[dict[str, Any]]:
    ways = [(way, str(title)) for way, title in WAYS.items()]
    return [
        control("robot_unit", _("单位"), "unit", choices=_units(reader), required=True),
        control("way", _("哪种群"), "choice", choices=ways, required=True),
        control("key", _("key 或 access_token"), required=True, maxlength=200),
        control("secret", _("加签密钥（钉钉）"), "password", hint=_("企业微信不填")),
    ]
