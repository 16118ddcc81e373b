"""Courses of demo complaints through a property company's desk (doc 12); `stories_telecom` says how they are told."""

from datetime import timedelta

from tickets.actions.register import NewTicket
from tickets.demo.tale import SOURCE, Course, Tale
from tickets.demo.texts import PROPERTY, Trouble

BOOK = "property"
HOUR = 60
DAY = 24 * HOUR


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────
def take_in(tale: Tale, trouble: Trouble) -> None:
    tale.fill("")
    site = tale.random.choice(("PROP-site1", "PROP-site1", "PROP-site2"))
    customer = tale.customer()
    customer.address = f"{tale.filled['building']} {tale.random.randint(1, 3)} 单元 {tale.random.randint(2, 26)}01"
    occurred = (tale.at - timedelta(hours=tale.random.randint(1, 20))).isoformat()
    new = NewTicket(
        content=tale.words(trouble.content),
        customer=customer,
        facts={"channel": tale.random.choice(("phone", "hotline", "visit"))},
        data={
            "occurred_at": occurred,
            "occurred_place": tale.filled["building"],
            "request": trouble.request,
            "content_type": trouble.content_type,
        },
        received_by=f"{site}-cs",
        source=SOURCE,
    )
    tale.ticket = tale.desk.register(BOOK, new, at=tale.at)
    tale.filled |= {"site": site, "name": customer.name, "phone": customer.phone, "address": customer.address}


def opened(tale: Tale, trouble: Trouble) -> Course:
    """A case is opened; the form is with the department within ten minutes."""
    take_in(tale, trouble)
    yield tale.wait(2, 5)
    tale.act(
        "open_case",
        nature="valid",
        valid_ground="harm",
        case_ground="on_site",
        contact=tale.filled["name"],
        address=tale.filled["address"],
        phone=tale.filled["phone"],
        harm=trouble.harm,
        promise_broken=False,
        fault=trouble.fault,
        to=[f"{tale.filled['site']}-{trouble.department}"],
    )
    yield tale.wait(1, 4)
    tale.act("sign")
    yield tale.wait(10, 40)
    if trouble.harm or trouble.fault:
        tale.act("submit_up")
        yield tale.wait(20, 90)
        tale.act("direct", kind="direction", explanation="请当天处理，处理结果报我。")
        yield tale.wait(10, 30)


def done(tale: Tale, trouble: Trouble) -> Course:
    """Handled, told, called back, verified, closed with consent where the rulebook wants it."""
    tale.act("handled", solution=trouble.solution, solved=True)
    yield tale.wait(20, 3 * HOUR)
    tale.act("notify", reply_text=trouble.reply, reply_way="phone", accepted=True)
    yield tale.wait(1 * DAY, 4 * DAY)
    tale.act("callback", reached=True, satisfaction=tale.random.choice(("satisfied", "satisfied", "neutral")))
    yield tale.wait(10, 60)
    tale.act("verify", verification="现场核实属实", summary="按时处理完毕", evaluation="客户认可")
    yield tale.wait(1 * HOUR, 8 * HOUR)
    tale.act("close_case", final_result=trouble.solution, closing_ground="verified", linked_problem=False)
    if tale.waits_for("approval"):
        yield tale.wait(2 * HOUR, 20 * HOUR)
        tale.act("approve", kind="approval")


def _some(tale: Tale, *, grave: bool) -> Trouble:
    return tale.random.choice([one for one in PROPERTY if (one.harm or one.fault) == grave])


# ── whole courses ────────────────────────────────────────────────────────────────────────────────────
def explained(tale: Tale) -> Course:
    """A question, answered at once: a ticket, no case."""
    trouble = PROPERTY[-1]
    take_in(tale, trouble)
    yield tale.wait(2, 7)
    tale.act("explain", nature="enquiry", reply_text=trouble.reply)


def minor(tale: Tale) -> Course:
    trouble = _some(tale, grave=False)
    yield from opened(tale, trouble)
    yield tale.wait(3 * HOUR, 30 * HOUR)
    yield from done(tale, trouble)


def grave(tale: Tale) -> Course:
    """Important or major: reported up, directed, closed with the head's consent."""
    trouble = _some(tale, grave=True)
    yield from opened(tale, trouble)
    yield tale.wait(6 * HOUR, 40 * HOUR)
    yield from done(tale, trouble)


def more_time(tale: Tale) -> Course:
    """An overrun is asked for and granted."""
    trouble = _some(tale, grave=False)
    yield from opened(tale, trouble)
    yield tale.wait(20 * HOUR, 30 * HOUR)
    tale.act("overrun", until=tale.later(72), reason="等待配件到货")
    yield tale.wait(2 * HOUR, 10 * HOUR)
    tale.act("approve", kind="approval")
    yield tale.wait(20 * HOUR, 50 * HOUR)
    yield from done(tale, trouble)


def asks_for_time(tale: Tale) -> Course:
    """The request lies with the manager."""
    yield from opened(tale, _some(tale, grave=False))
    yield tale.wait(1 * HOUR, 2 * HOUR)
    tale.act("overrun", until=tale.later(96), reason="需要专业单位排期")


def fresh(tale: Tale) -> Course:
    take_in(tale, _some(tale, grave=False))
    yield DAY


def left_lying(tale: Tale) -> Course:
    yield from opened(tale, _some(tale, grave=False))


def left_lying_grave(tale: Tale) -> Course:
    yield from opened(tale, _some(tale, grave=True))
