"""The administrator's pages for what goes out and what comes in: subscriptions, robots, dead letters, public desk."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.books import loaded
from tests.cast import Cast, cast
from tests.tickets.test_I07_public import SAID, open_desk
from tests.tickets.test_loop import complaint, on
from tests.tickets.test_O01_admin_pages import client_of, last
from tickets.actions.people import token_create
from tickets.models import GroupRobot, Message, Person, PublicDesk, Subscription, Ticket

pytestmark = pytest.mark.django_db
WANTED = {"name": "热线", "url": "https://hooks.example.com/x?key=1", "unit": "410000", "events": ["ticket.ended"]}


@pytest.fixture
def c(settings: Any) -> Cast:
    settings.OUTBOUND_HOSTS = ["hooks.example.com"]
    return cast()


@pytest.fixture
def administrator(c: Cast) -> Client:
    return client_of(c.people["administrator"])


def test_I03_a_subscription_shows_its_secret_once(administrator: Client) -> None:
    address = reverse("outbound")
    made = administrator.post(address, {"act": "subscribe", **WANTED}).content.decode()
    secret = Subscription.objects.get().secret
    assert secret in made
    after = administrator.get(address).content.decode()
    assert secret not in after
    assert "key=1" not in after
    assert "hooks.example.com" in after
    assert secret not in str(last("subscription_create").data)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"url": "https://169.254.169.254/"}, "OUTBOUND_HOSTS"),
        ({"url": "javascript:alert(1)"}, "field-url"),
        ({"events": ["ticket.nonsense"]}, "至少选一种事件"),
        ({"unit": "PROP"}, "选择单位"),
        ({"name": ""}, "起个名字"),
    ],
)
def test_I03_a_subscription_that_can_not_be_is_refused_by_field(
    administrator: Client, wrong: dict[str, Any], word: str
) -> None:
    answer = administrator.post(reverse("outbound"), {"act": "subscribe", **WANTED, **wrong})
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not Subscription.objects.exists()


def test_I03_a_subscription_is_stopped_and_removed_by_its_own_administrator(c: Cast, administrator: Client) -> None:
    address = reverse("outbound")
    administrator.post(address, {"act": "subscribe", **WANTED})
    one = Subscription.objects.get()
    stranger = client_of(c.people["prop_administrator"])
    assert stranger.post(address, {"act": "subscription_remove", "id": one.pk}).status_code == 404
    administrator.post(address, {"act": "subscription_switch", "id": one.pk, "active": "false"})
    assert not Subscription.objects.get().is_active
    administrator.post(address, {"act": "subscription_remove", "id": one.pk})
    assert not Subscription.objects.exists()


def test_I03_programs_subscribe_over_rest(c: Cast) -> None:
    program = Client(headers={"Authorization": f"Bearer {token(c, 'administrator')}"})
    address = reverse("api-subscriptions")
    bad = program.post(address, {"name": 1, "url": "https://x", "events": [], "unit": "HQ"}, "application/json")
    assert bad.status_code == 422
    assert set(bad.json()["errors"]) == {"name"}
    made = program.post(address, WANTED, "application/json")
    assert made.status_code == 201
    assert made.json()["secret"] == Subscription.objects.get().secret
    (row,) = program.get(address).json()["results"]
    assert "secret" not in row
    one = reverse("api-subscription", args=[row["id"]])
    assert program.patch(one, {"is_active": False}, "application/json").json()["is_active"] is False
    assert program.patch(one, {"is_active": 0}, "application/json").status_code == 422
    assert last("subscription_switch").person == c.people["administrator"]
    other = Client(headers={"Authorization": f"Bearer {token(c, 'prop_administrator')}"})
    assert other.get(one).status_code == other.delete(one).status_code == 404
    assert Client(headers={"Authorization": f"Bearer {token(c, 'hotline')}"}).get(address).status_code == 403
    assert program.delete(one).status_code == 204
    assert program.delete(one).status_code == 404


def token(c: Cast, who: str) -> str:
    return token_create(person=c.people[who], at=timezone.now())


def test_I03_the_command_adds_lists_stops_and_removes(c: Cast) -> None:
    out = StringIO()
    call_command("subscription", "add", "热线", WANTED["url"], unit="410000", event=["ticket.ended"], stdout=out)
    one = Subscription.objects.get()
    assert out.getvalue().split()[-1] == one.secret
    call_command("subscription", "stop", one.pk)
    call_command("subscription", "list", stdout=out)
    assert f"{one.pk}: 热线, hooks.example.com, 410000, stopped" in out.getvalue()
    call_command("subscription", "remove", one.pk)
    with pytest.raises(CommandError):
        call_command("subscription", "start", one.pk)


def test_W02_a_robot_is_set_and_removed_and_its_key_is_never_shown(c: Cast, administrator: Client) -> None:
    address = reverse("outbound")
    given = {"act": "robot", "robot_unit": "410000", "way": "dingtalk", "key": "k-1-secret", "secret": "SEC9"}
    assert administrator.post(address, {**given, "way": "x"}).status_code == 422
    administrator.post(address, given)
    robot = GroupRobot.objects.get()
    assert (robot.unit.code, robot.key, robot.secret) == ("410000", "k-1-secret", "SEC9")
    shown = administrator.get(address).content.decode()
    assert "k-1-secret" not in shown
    assert "SEC9" not in shown
    client_of(c.people["prop_administrator"]).post(address, {"act": "robot_remove", "id": robot.pk})
    assert GroupRobot.objects.exists()
    administrator.post(address, {"act": "robot_remove", "id": robot.pk})
    assert not GroupRobot.objects.exists()


def test_W02_dead_letters_are_filtered_by_way_and_sent_again_together(c: Cast, administrator: Client) -> None:
    ticket = complaint(c, on(24, 9)).last.ticket
    for place, way in enumerate(("sms", "sms", "email")):
        Message.objects.create(
            ticket=ticket,
            way=way,
            key=f"dead-{place}-{way}",
            state="failed",
            error="Refused: the gateway answered 503",
            created_at=timezone.now(),
        )
    page = administrator.get(reverse("dead-letters"), {"way": "sms"}).content.decode()
    assert "dead-0-sms" in page
    assert "answered 503" in page
    assert "dead-2-email" not in page
    administrator.post(reverse("dead-letters"), {"all": "true", "way": "sms"})
    assert set(Message.objects.filter(key__startswith="dead-").values_list("way", "state")) == {
        ("sms", "pending"),
        ("email", "failed"),
    }
    assert last("message_resend").data == {"way": "sms", "count": 2}


def test_I07_the_desk_is_set_up_on_its_page_and_takes_a_complaint(c: Cast) -> None:
    loaded("property")
    administrator = client_of(c.people["prop_administrator"])
    address = reverse("desk")
    assert "选定规则手册" in administrator.get(address).content.decode()
    chosen = administrator.get(address, {"book": "property"}).content.decode()
    assert 'name="given.occurred_place"' in chosen
    plan = {
        "book": "property",
        "unit": "PROP-site1-cs",
        "is_open": "true",
        "takes_forms": "true",
        "words": "前台电话 8000",
        "asked": ["request"],
        "given.occurred_place": "见投诉内容",
        "given.occurred_at": "2026-11-24T09:00",
    }
    assert administrator.post(address, plan).status_code == 422, "the channel is missing"
    assert administrator.post(address, {**plan, "form_channel": "web"}).status_code == 302
    desk = PublicDesk.objects.get()
    assert desk.given == {"occurred_place": "见投诉内容", "occurred_at": "2026-11-24T09:00:00+08:00"}
    assert "见投诉内容" in administrator.get(address).content.decode()
    public = reverse("public-complain", args=["PROP"])
    assert 'name="request"' in Client().get(public).content.decode()
    assert Client().post(public, SAID).status_code == 302
    assert Ticket.objects.get().channel == "web"


def test_I07_another_rulebook_or_unit_changes_what_the_public_program_may_do(c: Cast) -> None:
    desk = open_desk(c)
    assert [(duty.role, duty.unit.code) for duty in desk.actor.duties.all()] == [("front_desk", "410100-hall")]
    moved = open_desk(c, unit="410000-hotline")
    assert moved.actor == desk.actor
    assert [(duty.role, duty.unit.code) for duty in moved.actor.duties.all()] == [("front_desk", "410000-hotline")]


def test_W02_a_mobile_number_is_entered_on_the_persons_page(c: Cast) -> None:
    security = client_of(c.people["security_admin"])
    address = reverse("person", args=["head"])
    given = {"act": "change", "name": "负责人", "home_unit": "410100-net", "mobile": "13911112222"}
    assert security.post(address, {**given, "mobile": "call me"}).status_code == 422
    assert security.post(address, given).status_code == 302
    assert Person.objects.get(username="head").mobile == "13911112222"
    assert "13911112222" not in str(last("person_change").data)
