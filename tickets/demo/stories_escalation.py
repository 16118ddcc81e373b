"""Three demo complaints that went up to the group (doc 3 §3); `stories_telecom` says how courses are told."""

from tickets.actions.register import NewTicket
from tickets.demo.tale import SOURCE, Course, Tale
from tickets.demo.texts import TELECOM, Matter

BOOK = "unicom-escalation"
HOUR = 60
CITY = "410100"
WEAK_SIGNAL, BROADBAND_DROPS, LATE_MOVE = TELECOM[0], TELECOM[2], TELECOM[8]


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────
def take_in(tale: Tale, matter: Matter) -> None:
    """The group's hotline hears of what the province didn't settle."""
    tale.fill(CITY)
    new = NewTicket(
        content=tale.words(matter.content) + "省里答复过两次，说法不一样，我要求总部来处理。",
        subject=tale.words(matter.subject),
        customer=tale.customer(CITY),
        facts={"channel": "hotline", "business_type": matter.business_type, "complaint_type": matter.complaint_type},
        data={"request": tale.words(matter.request)},
        received_by="HQ-hotline",
        source=SOURCE,
    )
    tale.ticket = tale.desk.register(BOOK, new, at=tale.at)


def to_dispatcher(tale: Tale, matter: Matter) -> Course:
    take_in(tale, matter)
    yield 20
    tale.act("submit", business_type=matter.business_type, complaint_type=matter.complaint_type)


def to_province(tale: Tale, matter: Matter) -> Course:
    yield from to_dispatcher(tale, matter)
    yield 25
    tale.act("dispatch")


def answer_hq(tale: Tale, matter: Matter) -> None:
    """What HQ wants to hear: the result, what the customer was told, what is done against it (doc 3 §1.2.3)."""
    words = {"reply_text": tale.words(matter.reply), "reply_way": "phone"}
    tale.act("answer_hq", result="cured", measures="更换同批次设备，列入每月巡检。", **words)


# ── whole courses ────────────────────────────────────────────────────────────────────────────────────
def at_hq(tale: Tale) -> Course:
    """It waits for HQ's dispatcher."""
    yield from to_dispatcher(tale, LATE_MOVE)


def left_in_province(tale: Tale) -> Course:
    """The province's centre has had it for longer than its 4 hours; the span itself still runs."""
    yield from to_province(tale, BROADBAND_DROPS)
    yield 15
    tale.act("sign")


def returned_once(tale: Tale) -> Course:
    """HQ finds the province's first answer wanting, then accepts the second; the customer is satisfied."""
    matter = WEAK_SIGNAL
    yield from to_province(tale, matter)
    yield 1 * HOUR
    tale.act("dispatch_inside")
    yield 6 * HOUR
    tale.act("feedback", solution=tale.words(matter.solution))
    yield 1 * HOUR
    answer_hq(tale, matter)
    yield 3 * HOUR
    tale.act("return_answer", reason="没有说明两次答复为什么不一致，请补充")
    yield 2 * HOUR
    answer_hq(tale, matter)
    yield 2 * HOUR
    tale.act("accept", qualified=True)
    yield 24 * HOUR
    tale.act("callback", reached=True, satisfaction="satisfied", solved=True)
    tale.act("close", evaluation="省中心第一次答复不完整，退回后补充到位。")
