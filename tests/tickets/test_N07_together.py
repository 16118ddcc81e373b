"""Complaints that belong together: repeated ones by one customer, and a group's about one thing (row N07)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import cast
from tests.tickets.drives import TYPES, on, telecom
from tickets.core.replay import replay
from tickets.core.sentences import Invalid
from tickets.models import TicketLink
from tickets.organisations import world_of
from tickets.past import pasts_of
from tickets.rows import with_picture

pytestmark = pytest.mark.django_db


def test_N07_the_same_customer_about_the_same_is_counted_linked_raised_and_told() -> None:
    c = cast()
    first = telecom(c, on(24, 9), channel="email")
    other = telecom(c, on(24, 9), customer={"phone": "13900000000"})
    for case in (first, other):
        case.do("front_desk", "submit", on(24, 10), **TYPES)
    again = telecom(c, on(24, 11), channel="web")  # by another channel
    again.do("front_desk", "submit", on(24, 12), **TYPES)
    assert (first.fact("repeats"), again.fact("repeats")) == (0, 1)
    link = TicketLink.objects.get(kind=TicketLink.Kind.REPEATED)
    assert (link.ticket_id, link.other_id) == (again.id, first.id)
    assert again.ticket.priority > first.ticket.priority
    assert again.told("repeated") == {"410000-centre dispatcher"}
    assert not first.told("repeated")
    late = telecom(c, on(24, 12) + timedelta(days=40))
    late.do("front_desk", "submit", on(24, 12) + timedelta(days=40), **TYPES)
    assert late.fact("repeats") == 0  # out of the rulebook's window
    past = pasts_of(list(with_picture(type(again.ticket).objects.filter(pk=again.id))))[0]
    world = world_of(past.ticket.organisation_id, past.ticket.organisation_stamp)  # type: ignore[attr-defined]
    run = replay(past.start, past.events, own=past.own, book=past.own, world=world, until=on(24, 12))
    assert run.stopped is None
    assert run.picture.facts["repeats"] == 1


def test_N07_five_customers_at_one_place_are_a_group_with_five_representatives_at_most() -> None:
    c = cast()
    cases = [
        telecom(c, on(24, 9), customer={"phone": f"1390000000{n}"}, occurred_place="花园路 1 号院") for n in range(5)
    ]
    for case in cases:
        case.do("front_desk", "submit", on(24, 10), **TYPES)
    last = cases[-1]
    assert [case.fact("others_alike") for case in cases] == [0, 1, 2, 3, 4]
    assert last.fact("many") is True
    assert "410000-centre dispatcher" in last.told("grouped")
    lonely = telecom(c, on(24, 9), occurred_place="别处")
    lonely.do("front_desk", "submit", on(24, 11), **TYPES)
    assert lonely.fact("others_alike") == 0
    given = {"same_incident": cases[0].ticket.number, "representatives": ["甲", "乙", "丙", "丁", "戊", "己"]}
    with pytest.raises(Invalid, match="最多 5 项"):
        lonely.do("dispatcher", "tie_group", on(24, 12), **given)
    lonely.do("dispatcher", "tie_group", on(24, 12), **{**given, "representatives": ["甲", "乙"]})
    assert lonely.fact("many") is True
    assert TicketLink.objects.filter(ticket=lonely.id, other=cases[0].id, kind=TicketLink.Kind.INCIDENT).exists()
