"""Subscriptions of other systems (row I03) and robots of chat groups (row W02): made, stopped, taken away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from complaints_site.lib.errors import Invalid
from complaints_site.lib.outbound import NotAllowed, require_host
from tickets.actions.administration import misfits
from tickets.actions.organisation import organisation_changed
from tickets.channels.webhook import new_secret
from tickets.models import GroupRobot, Organisation, Person, Subscription, Unit
from tickets.webhooks import EVENTS

MOST = 100  # subscriptions of one organisation
LONGEST_KEY = 200


@transaction.atomic
def subscription_create(
    *,
    organisation: Organisation,
    name: str,
    url: str,
    events: Iterable[str],
    unit: Unit | None,
    actor: Person | None,
    at: datetime,
) -> Subscription:
    """A new subscription; its `secret` is told once. Raises Invalid."""
    wanted = list(dict.fromkeys(events))
    errors = _wrong(organisation, name, url, wanted, unit)
    if errors or unit is None:
        raise Invalid(errors)
    made = Subscription.objects.create(
        organisation=organisation,
        name=name,
        url=url,
        secret=new_secret(),
        events=wanted,
        unit=unit,
        created_by=actor,
        created_at=at,
    )
    organisation_changed(organisation)
    return made


def _wrong(
    organisation: Organisation, name: str, url: str, events: list[str], unit: Unit | None
) -> dict[str, list[str]]:
    errors = misfits(Subscription, {"name": name, "url": url})
    if not name.strip():
        errors["name"] = [_("给这个订阅起个名字。")]
    try:
        require_host(url)
    except NotAllowed as refused:
        errors["url"] = [_("这个地址不能用：%(why)s。") % {"why": refused}]
    if not events or any(event not in EVENTS for event in events):
        errors["events"] = [_("至少选一种事件：%(events)s。") % {"events": "、".join(EVENTS)}]
    if unit is None or unit.organisation_id != organisation.pk:
        errors["unit"] = [_("选择单位。")]
    if organisation.subscriptions.count() >= MOST:
        errors["name"] = [_("一个组织最多 %(n)d 个订阅。") % {"n": MOST}]
    return errors


@transaction.atomic
def subscription_switch(*, subscription: Subscription, is_active: bool) -> None:
    """Stop it, or let it go on; what happened meanwhile is not told later."""
    Subscription.objects.filter(pk=subscription.pk).update(is_active=is_active)
    organisation_changed(subscription.organisation)


@transaction.atomic
def subscription_remove(*, subscription: Subscription) -> None:
    """With everything that waits for it."""
    subscription.delete()
    organisation_changed(subscription.organisation)


def host_of(subscription: Subscription) -> str:
    """What is written down about an address: the rest of it may hold a key."""
    return urlsplit(subscription.url).hostname or ""


@transaction.atomic
def robot_set(*, unit: Unit | None, way: str, key: str, secret: str, at: datetime) -> GroupRobot:
    """The robot of a unit's group; set again it is another one. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    if unit is None:
        errors["unit"] = [_("选择单位。")]
    if way not in GroupRobot.Way.values:
        errors["way"] = [_("选择企业微信或钉钉。")]
    if not key or len(key) > LONGEST_KEY or not key.isascii():
        errors["key"] = [_("填机器人地址里 key= 或 access_token= 后面的内容。")]
    if errors or unit is None:
        raise Invalid(errors)
    values = {"key": key, "secret": secret[:LONGEST_KEY], "created_at": at}
    made = GroupRobot.objects.update_or_create(unit=unit, way=way, defaults=values)[0]
    organisation_changed(unit.organisation)
    return made


@transaction.atomic
def robot_remove(*, robot: GroupRobot) -> None:
    robot.delete()
    organisation_changed(robot.unit.organisation)
