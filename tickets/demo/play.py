"""Plays many demo tickets over the past thirty days in the order of time, so that the watch can look in between."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tickets.demo import stories_appeal as appeal
from tickets.demo import stories_escalation as escalation
from tickets.demo import stories_property as estate
from tickets.demo import stories_telecom as telecom
from tickets.demo.desk import Desk
from tickets.demo.tale import SOURCE, Course, Tale
from tickets.models import Ticket

SEED = 20261124
ZONE = ZoneInfo("Asia/Shanghai")
Watch = Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many of a hundred tickets take a course, and how many hours ago they came in."""

    share: int
    course: Callable[[Tale], Course]
    least_hours: float
    most_hours: float


PLANS = (
    Plan(9, telecom.on_the_spot, 4, 700),
    Plan(20, telecom.full_loop, 120, 700),
    Plan(6, telecom.full_loop, 20, 70),
    Plan(4, telecom.important, 60, 700),
    Plan(3, telecom.important, 2, 20),
    Plan(6, telecom.helped, 100, 700),
    Plan(4, telecom.waiting_for_help, 5, 7.5),
    Plan(3, telecom.unanswered, 5, 6.5),
    Plan(5, telecom.forwarded, 3, 600),
    Plan(2, telecom.upgraded, 3, 200),
    Plan(3, telecom.recommitted, 30, 400),
    Plan(3, telecom.unsatisfied, 90, 600),
    Plan(2, telecom.sent_back, 0.5, 3),
    Plan(2, telecom.declined, 20, 600),
    Plan(2, telecom.withdrawn, 20, 600),
    Plan(4, telecom.submitted, 0.5, 3.5),
    Plan(4, telecom.fresh, 0.05, 0.9),
    Plan(3, telecom.left_lying, 3, 20),
    Plan(3, telecom.left_lying, 39.5, 41),
    Plan(3, telecom.left_lying, 46, 60),
    Plan(2, telecom.left_lying_vip, 17, 20),
    Plan(3, estate.explained, 4, 600),
    Plan(4, estate.minor, 30, 600),
    Plan(2, estate.grave, 10, 600),
    Plan(1, estate.more_time, 40, 400),
    Plan(1, estate.asks_for_time, 3, 8),
    Plan(1, estate.fresh, 0.02, 0.12),
    Plan(1, estate.left_lying, 30, 60),
    Plan(1, estate.left_lying_grave, 2, 40),
)


@dataclass(frozen=True, slots=True)
class Single:
    """A ticket that there is once, and how many hours ago it came in: its course counts on them."""

    course: Callable[[Tale], Course]
    hours: float


SINGLES = (
    Single(escalation.at_hq, 2),
    Single(escalation.left_in_province, 7),
    Single(escalation.returned_once, 9 * 24),
    Single(appeal.fresh, 0.5),
    Single(appeal.report_due, 90),
    Single(appeal.in_review, 44),
    Single(appeal.archived, 11 * 24),
)


def demo_play(number: int, *, at: datetime, watch: Watch | None = None, singles: Sequence[Single] = ()) -> int:
    """Bring the demo tickets up to that number, each told up to `at`; says how many there were to make.

    `watch` is called with each time that is played: it sees what has come due until then. The order of everything is
    that of time, and the same number on an empty database gives the same courses. `singles` are told first of all,
    where there is no demo ticket yet.
    """
    there = Ticket.objects.filter(source=SOURCE).count()
    random = Random(SEED + there)  # noqa: S311 a demo, not a secret
    desk = Desk(random)
    missing = max(0, number - there)
    once = [] if there else [(single.course, at - timedelta(hours=single.hours)) for single in singles[:missing]]
    many = [(plan.course, _received(plan, at, random)) for plan in _plans(missing - len(once), random)]
    tales = []
    for index, (course, received) in enumerate(once + many):
        tale = Tale(desk, random, at=received)
        tales.append((tale.at, index, course(tale), tale))
    heapq.heapify(tales)
    _run(tales, at, watch)
    return missing


def _run(tales: list[tuple[datetime, int, Course, Tale]], end: datetime, watch: Watch | None) -> None:
    while tales:
        now, index, course, tale = heapq.heappop(tales)
        if now > end:  # the earliest that is left: all the others are later
            break
        if watch is not None:
            watch(now)
        tale.at = now
        pause = next(course, None)
        if pause is not None:
            heapq.heappush(tales, (now + timedelta(minutes=pause), index, course, tale))
    if watch is not None:
        watch(end)


def _plans(number: int, random: Random) -> list[Plan]:
    """Shares of a hundred, rounded so that rare courses come up too, in mixed order."""
    whole = sum(plan.share for plan in PLANS)
    wanted = [plan for plan in PLANS for _ in range(max(1, round(plan.share * number / whole)))]
    random.shuffle(wanted)
    while len(wanted) < number:
        wanted.append(random.choices(PLANS, [plan.share for plan in PLANS])[0])
    return wanted[:number]


def _received(plan: Plan, at: datetime, random: Random) -> datetime:
    """A time in the plan's span; what is older than two days came in by daylight."""
    received = at - timedelta(hours=random.uniform(plan.least_hours, plan.most_hours))
    if at - received > timedelta(days=2):
        local = received.astimezone(ZONE)
        received = local.replace(hour=random.randint(8, 20), minute=random.randint(0, 59)).astimezone(received.tzinfo)
    return min(received, at)
