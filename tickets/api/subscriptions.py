"""Subscriptions of other systems over REST (row I03), for the system administrator and programs with that role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ..actions import endpoints as actions
from ..actions.administration import ADMINISTRATOR, administer, require_role
from ..core.sentences import Invalid
from ..models import Organisation, Subscription, Unit
from ..webhooks import EVENTS
from .endpoint import Endpoint
from .pages import PAGE_NAMES, Order, page_of
from .represent import times_of
from .schema import ALWAYS, ONE, PAGING, READING, WRITING, described, paged
from .shapes import text, time, whole

NAMES = frozenset({"name", "url", "events", "unit"})
ID = OpenApiParameter("id", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH)
T = TypeVar("T")


class NewSubscriptionShape(serializers.Serializer[Any]):
    name = text(longest=60)
    url = text(longest=500, help_text=_("主机须在 OUTBOUND_HOSTS 里，在自己的网络以外只用 https"))
    events = serializers.ListField(child=serializers.ChoiceField(choices=list(EVENTS)))
    unit = text(longest=40, help_text=_("单位代码，连同下级"))


class SubscriptionShape(serializers.Serializer[Any]):
    id = whole()
    name = text()
    url = text()
    events = serializers.ListField(child=text())
    unit = text()
    is_active = serializers.BooleanField()
    created_at = time(null=False)
    secret = text(required=False, help_text=_("签名密钥，只在建立时给出这一次"))


class SwitchShape(serializers.Serializer[Any]):
    is_active = serializers.BooleanField()


class SubscriptionEndpoint(Endpoint):
    @property
    def organisation(self) -> Organisation:
        assert self.person.organisation is not None  # noqa: S101  the endpoint lets nobody else in
        return self.person.organisation

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_role(self.person, ADMINISTRATOR, self.at)

    def change(self, what: str, data: dict[str, object], change: Callable[[], T]) -> T:
        return administer(actor=self.person, at=self.at, what=what, data=data, change=change)

    def found(self, id: str) -> Subscription:
        one = Subscription.objects.select_related("organisation", "unit").filter(
            organisation=self.organisation, pk=int(id)
        )
        subscription = one.first()
        if subscription is None:
            raise Http404
        return subscription

    def describe(self, one: Subscription, *, secret: str | None = None) -> dict[str, Any]:
        return {
            "id": one.pk,
            "name": one.name,
            "url": one.url,
            "events": one.events,
            "unit": one.unit.code,
            "is_active": one.is_active,
            "created_at": times_of(self.world)(one.created_at),
            **({"secret": secret} if secret else {}),
        }


class Subscriptions(SubscriptionEndpoint):
    @extend_schema(
        **described(
            "subscriptions_list",
            _("事件订阅"),
            answers={200: paged("Subscription", SubscriptionShape)},
            refusals=READING,
            parameters=PAGING,
        )
    )
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, PAGE_NAMES)
        rows = Subscription.objects.filter(organisation=self.organisation).select_related("unit")
        return Response(page_of(request, rows, Order("created_at", is_time=True), self.describe))

    @extend_schema(
        **described(
            "subscriptions_create",
            _("建立事件订阅"),
            answers={201: SubscriptionShape},
            refusals=WRITING,
            request=NewSubscriptionShape,
        )
    )
    def post(self, request: Request) -> Response:
        given = _given(self.body(NAMES))
        unit = Unit.objects.open().filter(organisation=self.organisation, code=given["unit"]).first()
        made = self.change(
            "subscription_create",
            {"name": given["name"], "unit": given["unit"], "events": given["events"]},
            lambda: actions.subscription_create(
                organisation=self.organisation,
                name=given["name"],
                url=given["url"],
                events=given["events"],
                unit=unit,
                actor=self.person,
                at=self.at,
            ),
        )
        return Response(self.describe(made, secret=made.secret), status=201)


class OneSubscription(SubscriptionEndpoint):
    @extend_schema(
        **described(
            "subscriptions_retrieve",
            _("一个事件订阅"),
            answers={200: SubscriptionShape},
            refusals=ONE,
            parameters=[ID],
        )
    )
    def get(self, request: Request, id: str) -> Response:
        self.refuse_unknown(request.query_params, frozenset())
        return Response(self.describe(self.found(id)))

    @extend_schema(
        **described(
            "subscriptions_partial_update",
            _("停用或启用"),
            answers={200: SubscriptionShape},
            refusals=(404, *WRITING),
            request=SwitchShape,
            parameters=[ID],
        )
    )
    def patch(self, request: Request, id: str) -> Response:
        one = self.found(id)
        is_active = self.body(frozenset({"is_active"})).get("is_active")
        if not isinstance(is_active, bool):
            errors = Invalid()
            errors.add("is_active", "要填 true 或 false", "Must be true or false")
            raise errors
        data: dict[str, object] = {"name": one.name, "host": actions.host_of(one), "active": is_active}
        self.change(
            "subscription_switch", data, lambda: actions.subscription_switch(subscription=one, is_active=is_active)
        )
        return Response(self.describe(self.found(id)))

    @extend_schema(
        **described(
            "subscriptions_destroy",
            _("删除事件订阅"),
            answers={204: None},
            refusals=(404, *ALWAYS),
            parameters=[ID],
        )
    )
    def delete(self, request: Request, id: str) -> Response:
        one = self.found(id)
        data: dict[str, object] = {"name": one.name, "host": actions.host_of(one)}
        self.change("subscription_remove", data, lambda: actions.subscription_remove(subscription=one))
        return Response(status=204)


def _given(body: dict[str, Any]) -> dict[str, Any]:
    """Texts and a list of texts. Raises Invalid."""
    errors = Invalid()
    for name in ("name", "url", "unit"):
        if not isinstance(body.get(name), str):
            errors.add(name, "要填文字", "Must be a text")
    events = body.get("events")
    if not isinstance(events, list) or not all(isinstance(one, str) for one in events):
        errors.add("events", "要填事件的列表", "Must be a list of events")
    errors.raise_if_any()
    return body
