"""Who works, who stands in, who is told and who never may: deputies, four eyes and the person complained about."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from escalation.access import alerts_for
from escalation.models import Alert
from tests.cast import Cast, cast, duty, route, stamp
from tests.tickets.drives import REPLY, TYPES, Drive, on, run_watch, telecom, to_callback, to_handling
from tests.tickets.test_intake_page import client_of
from tickets.access import visible_to
from tickets.actions.messages import for_roles, inbox_of
from tickets.core.sentences import Forbidden, Hidden, Invalid
from tickets.models import Absence, Message

pytestmark = pytest.mark.django_db


def away(c: Cast, who: str, deputy: str) -> None:
    """From the 24th to the 27th, 8:00."""
    Absence.objects.create(person=c.people[who], deputy=c.people[deputy], starts_at=on(24, 8), ends_at=on(27, 8))
    stamp(c.hq)


def mails(case: Drive, name: str) -> set[str]:
    rows = Message.objects.filter(ticket=case.id, name=name, way="email", to_customer=False)
    return {row.address.partition("@")[0] for row in rows}


# ── deputies ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D18-3-1-a")
def test_O04_deputy_does_the_work_of_whoever_is_away_and_sees_it() -> None:
    c = cast()
    away(c, "head", "market_head")
    case = to_handling(telecom(c, on(24, 9)))
    assert visible_to(c.people["market_head"], on(24, 12)).filter(pk=case.id).exists()
    case.do("market_head", "assign", on(24, 12), assignee="handler")
    case.do("market_head", "feedback", on(24, 13), solution="已修复")
    assert case.stage() == ("reply", "410000-centre")


def test_O04_deputy_no_longer_once_the_other_is_back() -> None:
    c = cast()
    away(c, "head", "market_head")
    case = to_handling(telecom(c, on(24, 9)))
    assert not visible_to(c.people["market_head"], on(27, 8)).filter(pk=case.id).exists()
    with pytest.raises(Forbidden):
        case.do("market_head", "feedback", on(27, 8), solution="x")


def test_O04_deputy_is_assigned_what_a_seat_would_get() -> None:
    c = cast()
    away(c, "handler2", "handler")
    route(c.units["410100-net"], level="vip", seat=c.people["handler2"])
    case = telecom(c, on(24, 9), customer={"level": "vip"})
    case.do("front_desk", "submit", on(24, 10), **TYPES)
    case.do("dispatcher", "dispatch", on(24, 11))
    assert case.now.main.assignee == c.people["handler"].pk


def test_O04_deputy_gets_the_alerts_and_messages_of_assigned_work() -> None:
    c = cast()
    case = to_handling(telecom(c, on(24, 9), grade="provincial"))
    case.do("head", "assign", on(24, 12), assignee="handler")
    away(c, "handler", "billing_handler")
    run_watch(on(26, 4))
    raised = Alert.objects.filter(clock_name="handling")
    assert {alert.person for alert in raised} == {c.people["billing_handler"]}
    assert "billing_handler" in case.told("warning") | case.told("overrun")
    assert alerts_for(c.people["billing_handler"], on(26, 5)).filter(clock_name="handling").count() == 2


def test_O04_deputy_finds_it_among_the_own_work() -> None:
    c = cast()
    case = to_handling(telecom(c, timezone.now() - timedelta(hours=1)), at=timezone.now() - timedelta(minutes=30))
    case.do("head", "assign", timezone.now() - timedelta(minutes=5), assignee="handler")
    client = client_of(c.people["handler2"])
    assert case.ticket.number not in client.get("/queue/?view=mine").content.decode()
    day = timedelta(days=1)
    absence = {"person": c.people["handler"], "deputy": c.people["handler2"]}
    Absence.objects.create(**absence, starts_at=timezone.now() - day, ends_at=timezone.now() + day)
    stamp(c.hq)
    assert case.ticket.number in client.get("/queue/?view=mine").content.decode()


def test_O04_deputy_has_the_mail_too(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.invalid"
    c = cast()
    away(c, "dispatcher", "caller")
    case = telecom(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 9, 30), **TYPES)
    run_watch(on(24, 13, 30))
    assert mails(case, "warning") == {"caller", "dispatcher2"}


# ── four eyes ────────────────────────────────────────────────────────────────────────────────────────
def test_C17_the_agents_of_the_call_back_are_not_those_who_handled() -> None:
    c = cast()
    duty(c.people["handler"], "caller", c.units["410000-centre"])
    case = to_handling(telecom(c, on(24, 9)))
    case.do("handler", "sign", on(24, 12))
    to_callback(case)
    with pytest.raises(Forbidden):
        case.do("handler", "callback", on(25, 9), reached=True, satisfaction="satisfied", solved=True)
    with pytest.raises(Invalid) as invalid:
        case.do("caller", "callback", on(25, 9), reached=True)
    assert set(invalid.value.errors) == {"satisfaction", "solved"}


# ── the person complained about ──────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D6-p7")
@pytest.mark.parametrize(
    "who", ["front_desk2", "dispatcher", "head", "handler", "caller", "supervisor", "hq_dispatcher"]
)
def test_S04_whoever_is_complained_about_sees_does_and_hears_nothing(who: str, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.invalid"
    c = cast()
    instead = {"dispatcher": "dispatcher2", "head": "head2", "caller": "caller2"}
    case = telecom(c, on(24, 9), respondent_person=who)

    def by(key: str) -> str:
        return instead.get(key, key) if key == who else key

    case.do("front_desk", "submit", on(24, 10), **TYPES)
    case.do(by("dispatcher"), "dispatch", on(24, 11), to="410100-net", reason="x")
    case.do(by("dispatcher"), "report_major", on(24, 12), reason="可能曝光")
    case.do(by("dispatcher"), "chase", on(24, 12), reason="快", chase_ground="key")
    run_watch(on(28, 12))
    case.do(by("head"), "feedback", on(28, 13), solution="已修复")
    case.do(by("dispatcher"), "reply", on(28, 14), **REPLY)
    case.do(by("caller"), "callback", on(29, 9), reached=False)
    named, at = c.people[who], on(29, 10)
    assert not visible_to(named, at).exists()
    assert not alerts_for(named, at).exists()
    assert not for_roles(named, inbox_of(named, at), at)
    assert not Message.objects.filter(person=named).exists()
    assert named.username not in {row.address.partition("@")[0] for row in Message.objects.exclude(address="")}
    for action in ("sign", "feedback", "chase", "report_major", "callback", "close", "withdraw"):
        with pytest.raises(Hidden):
            case.do(who, action, at)


def test_S04_nobody_can_hand_them_the_work() -> None:
    case = to_handling(telecom(cast(), on(24, 9), respondent_person="handler"))
    with pytest.raises(Invalid) as invalid:
        case.do("head", "assign", on(24, 12), assignee="handler")
    assert set(invalid.value.errors) == {"assignee"}


def test_S04_a_deputy_who_is_complained_about_stands_in_for_nobody() -> None:
    c = cast()
    away(c, "handler2", "handler")
    route(c.units["410100-net"], level="vip", seat=c.people["handler2"])
    case = telecom(c, on(24, 9), customer={"level": "vip"}, respondent_person="handler", grade="provincial")
    case.do("front_desk", "submit", on(24, 10), **TYPES)
    case.do("dispatcher", "dispatch", on(24, 11))
    assert case.now.main.assignee != c.people["handler"].pk
    case.do("head", "assign", on(24, 12), assignee="handler2")
    run_watch(on(27, 4))
    assert not Message.objects.filter(person=c.people["handler"]).exists()
    assert not Alert.objects.filter(person=c.people["handler"]).exists()
