"""Messages out by text message, chat robot and webhook, to real servers that do as they like (rows W02, I03)."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.utils import timezone

from complaints_site.lib import outbound
from escalation.watch import watch_batch
from tests.cast import Cast, cast, stamp
from tests.gateways import Sink, sink
from tests.tickets.test_loop import complaint, on
from tickets.channels.webhook import PREFIX
from tickets.delivery import BACK_OFF, BATCH, DRAINING, PATIENCE, deliver_batch, drain, messages_resend
from tickets.models import GroupRobot, Message, Person, Subscription, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
KIND = {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}
SECRET = PREFIX + b64encode(b"s" * 32).decode()


@pytest.fixture
def c() -> Cast:
    return cast()


@pytest.fixture
def gateway(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """One server for every way; it may be called, and a call's patience is short."""
    monkeypatch.setattr(outbound, "SECONDS", 0.4)
    settings.OUTBOUND_HOSTS, settings.OUTBOUND_NETWORKS = ["localhost"], ["127.0.0.0/8", "::1/128"]
    with sink() as made:
        settings.SMS_URL = settings.WECOM_URL = settings.DINGTALK_URL = made.url
        yield made


def waiting(at: datetime, number: int = 1, **more: Any) -> list[Message]:
    values = {"name": "progress", "way": "sms", "address": "13800000000", "text": "您的投诉正在处理", **more}
    return Message.objects.bulk_create(
        Message(key=f"test:{place}:sms", created_at=at, next_try_at=at, **values) for place in range(number)
    )


def state(message: Message) -> tuple[str, int]:
    message.refresh_from_db()
    return message.state, message.attempts


# ── text messages ────────────────────────────────────────────────────────────────────────────────────


def test_W02_a_text_message_fills_the_gateways_own_template(gateway: Sink, settings: Any) -> None:
    settings.SMS_BODY = {"mobiles": ["{to}"], "params": {"content": "【客服】{text}"}, "msgid": "{key}", "ext": 1}
    settings.SMS_HEADERS, settings.SMS_TAKEN = {"X-Api-Key": "k"}, {"errcode": 0}
    at = timezone.now()
    waiting(at)
    assert deliver_batch(at=at) == 1
    (seen,) = gateway.seen
    assert seen.headers["x-api-key"] == "k"
    assert seen.json == {
        "mobiles": ["13800000000"],
        "params": {"content": "【客服】您的投诉正在处理"},
        "msgid": "test:0:sms",
        "ext": 1,
    }


@pytest.mark.parametrize("does", ["refuse", "hang", "drop", "drip", "flood", "redirect"])
def test_W02_a_gateway_that_fails_is_tried_again_with_the_same_key(gateway: Sink, does: str) -> None:
    at, gateway.does = timezone.now(), does
    (message,) = waiting(at)
    assert deliver_batch(at=at) == 1
    assert state(message) == ("pending", 1)
    assert message.next_try_at == at + BACK_OFF[0]
    assert message.error
    assert "138" not in message.error, "an administrator reads it"
    gateway.does = "take"
    assert deliver_batch(at=at + BACK_OFF[0]) == 1
    assert state(message) == ("sent", 2)
    assert [seen.json["id"] for seen in gateway.seen] == ["test:0:sms"] * 2
    assert not any(seen.path == "/elsewhere" for seen in gateway.seen), "no redirect is followed"


def test_W02_an_answer_that_does_not_say_taken_is_a_failure(gateway: Sink, settings: Any) -> None:
    settings.SMS_TAKEN = {"code": 0}
    at = timezone.now()
    (message,) = waiting(at)
    deliver_batch(at=at)
    assert state(message) == ("pending", 1)


def test_W02_what_no_try_could_send_is_a_dead_letter_to_send_again(gateway: Sink) -> None:
    at, gateway.does = timezone.now(), "refuse"
    (message,) = waiting(at)
    for pause in (*BACK_OFF, timedelta()):
        assert deliver_batch(at=at) == 1
        at += pause
    assert state(message) == ("failed", len(BACK_OFF) + 1)
    gateway.does = "take"
    assert messages_resend(Message.objects.all(), at=at) == 1
    assert deliver_batch(at=at) == 1
    assert state(message) == ("sent", 1)


def test_W02_a_gateway_that_hangs_does_not_hold_up_the_others(gateway: Sink, settings: Any) -> None:
    settings.DELIVERY_THREADS = 2
    at, gateway.does = timezone.now(), "hang"
    waiting(at, 40)
    deliver_batch(at=at)
    assert PATIENCE <= len(gateway.seen) <= PATIENCE + 1
    assert Message.objects.filter(state="pending", attempts=0).count() == 40 - len(gateway.seen), "the rest is untried"
    assert not Message.objects.filter(next_try_at__lte=at).exists()


# ── where calls may go (rule 15) ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("hosts", "networks", "reason"),
    [
        (["sms.example.com"], ["127.0.0.0/8"], "not among OUTBOUND_HOSTS"),
        (["localhost"], [], "not among OUTBOUND_NETWORKS"),
        (["localhost"], ["10.0.0.0/8"], "not among OUTBOUND_NETWORKS"),
    ],
)
def test_W02_a_call_goes_nowhere_but_where_the_settings_let_it(
    gateway: Sink, settings: Any, hosts: list[str], networks: list[str], reason: str
) -> None:
    settings.OUTBOUND_HOSTS, settings.OUTBOUND_NETWORKS = hosts, networks
    at = timezone.now()
    (message,) = waiting(at)
    deliver_batch(at=at)
    assert state(message) == ("failed", 1)
    assert reason in message.error
    assert gateway.seen == [], "not a byte was sent"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://", "https://a:b@localhost/", "//localhost", "http://["])
def test_I03_an_address_that_is_none_is_refused(gateway: Sink, url: str) -> None:
    with pytest.raises(outbound.NotAllowed):
        outbound.require_host(url)


# ── robots in chat groups ────────────────────────────────────────────────────────────────────────────


def robot(c: Cast, unit: str, way: str, secret: str = "") -> GroupRobot:
    made = GroupRobot.objects.create(
        unit=c.units[unit], way=way, key="group-1", secret=secret, created_at=timezone.now()
    )
    stamp(c.hq)
    return made


def test_W02_wecom_gets_its_documented_format(c: Cast, gateway: Sink) -> None:
    at = timezone.now()
    waiting(at, way="wecom", robot=robot(c, "410000", "wecom"), text="长" * 1000)
    deliver_batch(at=at)
    (seen,) = gateway.seen
    assert parse_qs(urlsplit(seen.path).query) == {"key": ["group-1"]}
    assert seen.json["msgtype"] == "text"
    assert len(seen.json["text"]["content"].encode()) <= 2048


def test_W02_dingtalk_gets_its_signature(c: Cast, gateway: Sink) -> None:
    at = timezone.now()
    waiting(at, way="dingtalk", robot=robot(c, "410000", "dingtalk", "SEC1"))
    deliver_batch(at=at)
    query = {name: values[0] for name, values in parse_qs(urlsplit(gateway.seen[0].path).query).items()}
    digest = hmac.digest(b"SEC1", f"{query['timestamp']}\nSEC1".encode(), hashlib.sha256)
    assert (query["access_token"], query["sign"]) == ("group-1", b64encode(digest).decode())
    assert abs(int(query["timestamp"]) / 1000 - timezone.now().timestamp()) < 3600
    assert gateway.seen[0].json == {"msgtype": "text", "text": {"content": "您的投诉正在处理"}}


@pytest.mark.parametrize(("errcode", "end"), [(45009, "pending"), (93000, "failed")])
def test_W02_a_robot_that_says_no_in_a_good_answer_has_not_taken_it(
    c: Cast, gateway: Sink, errcode: int, end: str
) -> None:
    at, gateway.answer = timezone.now(), {"errcode": errcode}
    (message,) = waiting(at, way="wecom", robot=robot(c, "410000", "wecom"))
    deliver_batch(at=at)
    assert state(message) == (end, 1)


# ── webhooks ─────────────────────────────────────────────────────────────────────────────────────────


def subscribe(c: Cast, url: str, *events: str, unit: str = "410000", **more: Any) -> Subscription:
    made = Subscription.objects.create(
        organisation=c.hq,
        name="热线",
        url=url,
        secret=SECRET,
        events=list(events),
        unit=c.units[unit],
        created_at=timezone.now(),
        **more,
    )
    stamp(c.hq)
    return made


def hooks() -> list[dict[str, Any]]:
    return [
        json.loads(text) for text in Message.objects.filter(way="webhook").order_by("pk").values_list("text", flat=True)
    ]


def test_I03_a_webhook_is_signed_and_says_nothing_personal(c: Cast, gateway: Sink) -> None:
    subscribe(c, gateway.url, "ticket.registered")
    case = complaint(c, on(24, 9))
    deliver_batch(at=on(24, 9))
    (seen,) = gateway.seen
    number = case.last.ticket.number
    assert seen.json["ticket"] == number
    assert (seen.json["event"], seen.json["state"]) == ("ticket.registered", "intake")
    for word in ("138", "王", "断线"):
        assert word not in seen.body.decode()
    key, at = seen.headers["webhook-id"], seen.headers["webhook-timestamp"]
    digest = hmac.digest(b64decode(SECRET.removeprefix(PREFIX)), f"{key}.{at}.".encode() + seen.body, hashlib.sha256)
    assert seen.headers["webhook-signature"] == f"v1,{b64encode(digest).decode()}"
    assert key == seen.json["id"]
    assert abs(int(at) - timezone.now().timestamp()) < 300, "the replay window is about the moment of sending"


def test_I03_a_subscription_hears_its_events_of_its_units(c: Cast, gateway: Sink) -> None:
    subscribe(c, gateway.url, "ticket.registered", "ticket.changed", "alert.warning")
    subscribe(c, gateway.url, "ticket.registered", unit="320000")
    subscribe(c, gateway.url, "ticket.registered", is_active=False)
    case = complaint(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 10), **KIND)
    assert [(one["event"], one["action"], one["state"]) for one in hooks()] == [
        ("ticket.registered", "register", "intake"),
        ("ticket.changed", "submit", "review"),
    ]


def test_I03_an_end_is_told_as_an_end_and_of_a_confidential_ticket_nothing(c: Cast, gateway: Sink) -> None:
    subscribe(c, gateway.url, "ticket.ended", "ticket.settled")
    for confidential in (False, True):
        case = complaint(c, on(24, 9))
        Ticket.objects.filter(pk=case.id).update(confidential=confidential)
        case.do("front_desk", "submit", on(24, 9), **KIND)
        case.do("dispatcher", "withdraw", on(24, 10), reason="客户来电撤回")
    assert [one["event"] for one in hooks()] == ["ticket.ended"]


def test_I03_a_receiver_that_is_gone_is_not_asked_again(c: Cast, gateway: Sink) -> None:
    at, gateway.does = timezone.now(), "gone"
    (message,) = waiting(at, way="webhook", subscription=subscribe(c, gateway.url), text="{}")
    deliver_batch(at=at)
    assert state(message) == ("failed", 1)


# ── quiet hours, languages, receivers ────────────────────────────────────────────────────────────────


def test_W02_what_falls_into_quiet_hours_waits_till_their_end(c: Cast, gateway: Sink) -> None:
    case = complaint(c, on(24, 9))
    Message.objects.filter(state__in=Message.WAITING).delete()
    night = on(24, 23)
    for way in ("sms", "webhook"):
        Message.objects.create(
            ticket=case.last.ticket,
            way=way,
            subscription=subscribe(c, gateway.url) if way == "webhook" else None,
            key=f"night:{way}",
            text="{}",
            address="1",
            created_at=night,
            next_try_at=night,
        )
    assert deliver_batch(at=night) == 2
    assert [seen.headers.get("webhook-id") for seen in gateway.seen] == ["night:webhook"], "machines don't sleep"
    assert deliver_batch(at=on(25, 6, 59)) == 0
    assert deliver_batch(at=on(25, 7)) == 1
    assert state(Message.objects.get(key="night:sms")) == ("sent", 1)


def test_W02_each_receiver_reads_their_own_language(c: Cast, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.invalid"
    Person.objects.filter(username="head").update(language="en", email="head@demo.invalid")
    Person.objects.filter(username="head2").update(email="head2@demo.invalid")
    stamp(c.hq)
    case = complaint(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 10), **KIND)
    case.do("dispatcher", "dispatch", on(24, 11), to="410100-net", reason="光路")
    while watch_batch(at=on(26, 9)):
        pass
    english, chinese = (
        Message.objects.filter(way="email", name="warning", person__username=name).earliest("pk").text
        for name in ("head", "head2")
    )
    assert english.startswith("[Warning] Ticket")
    assert "“Handling”" in english, "the rulebook's words, too"
    assert chinese.startswith("【预警】工单")
    notice = Message.objects.filter(way="inbox", name="warning", unit=c.units["410100-net"]).earliest("pk")
    assert notice.said_in("en")[1] == english
    assert notice.said_in("zh-hans")[1] == chinese


@pytest.mark.clause("D3-2.1.7")
def test_W02_staff_get_text_messages_and_their_groups_a_word(c: Cast, gateway: Sink) -> None:
    robot(c, "410000", "wecom")
    someone = Person.objects.get(username="head")
    someone.mobile = "13911112222"
    someone.save(update_fields=["mobile"])
    stamp(c.hq)
    case = complaint(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 10), **KIND)
    case.do("dispatcher", "dispatch", on(24, 11), to="410100-net", reason="光路")
    Message.objects.filter(state__in=Message.WAITING).delete()
    while watch_batch(at=on(26, 9)):
        pass
    assert {one.address for one in Message.objects.filter(way="sms", person=someone)} == {""}, "it is read when sent"
    drain(now=lambda: on(26, 9))
    assert "13911112222" in [seen.json["to"] for seen in gateway.seen if "to" in seen.json]
    assert Message.objects.filter(way="wecom", name="overrun").exists()


def test_W02_a_group_hears_nothing_that_the_barrier_keeps_from_somebody(c: Cast, gateway: Sink) -> None:
    robot(c, "410000", "wecom")
    case = complaint(c, on(24, 9))
    Ticket.objects.filter(pk=case.id).update(respondent_person=c.people["head"])
    while watch_batch(at=on(26, 9)):
        pass
    assert not Message.objects.filter(way="wecom").exists()


# ── drain ────────────────────────────────────────────────────────────────────────────────────────────


def test_W02_a_slow_gateway_is_drained_by_many_at_once_and_each_message_goes_once(gateway: Sink, settings: Any) -> None:
    settings.DELIVERY_THREADS = 16
    gateway.pause_seconds = 0.02
    at, number = timezone.now(), BATCH * 2 + 10
    waiting(at, number)
    assert drain(now=lambda: at) == number
    keys = [seen.json["id"] for seen in gateway.seen]
    assert len(keys) == len(set(keys)) == number
    assert Message.objects.filter(state="sent").count() == number


def test_W02_one_drain_at_a_time_leaves_the_other_worker_to_the_watch(gateway: Sink) -> None:
    at = timezone.now()
    waiting(at)
    cache.add(DRAINING, 1, 60)
    assert drain(now=lambda: at) == 0
    cache.delete(DRAINING)
    assert drain(now=lambda: at) == 1
