"""Courses of demo complaints through the telecom loop (doc 3 §2), from the counter to the call-back.

A course yields how many minutes pass before it goes on. Where the time is up the ticket stays as it is, so the same
few courses leave tickets in every state.
"""

from tickets.actions.register import NewTicket
from tickets.demo.tale import SOURCE, Course, Tale
from tickets.demo.texts import TELECOM, Matter

BOOK = "unicom-complaint"
HOUR = 60
DAY = 24 * HOUR
CITIES = ("410100", "410100", "410100", "410300", "320100", "320500")
CHANNELS = {"hotline": 10, "hall": 4, "web": 3, "letter": 1, "sms": 1}


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────
def take_in(tale: Tale, matter: Matter, *, level: str = "ordinary", **facts: object) -> dict[str, object]:
    """Register the complaint; gives what a form without a recording needs when it is handed in."""
    city = tale.random.choice(CITIES)
    tale.fill(city)
    channel = tale.random.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    customer = tale.customer(city)
    customer.level, customer.brand = level, "3g" if "wcdma" in matter.business_type else "2g"
    known = {"channel": channel, "business_type": matter.business_type, "complaint_type": matter.complaint_type}
    new = NewTicket(
        content=tale.words(matter.content),
        subject=tale.words(matter.subject),
        customer=customer,
        facts={**known, **facts},
        data={"request": tale.words(matter.request), "occurred_place": tale.filled["place"]},
        received_by=f"{city}-hall" if channel == "hall" else f"{city[:2]}0000-hotline",
        source=SOURCE,
    )
    tale.ticket = tale.desk.register(BOOK, new, at=tale.at)
    return {"sign_refused": True, "witness": "当班值班经理"} if channel == "hall" else {}


def to_department(tale: Tale, *, level: str = "ordinary", **facts: object) -> Course:
    """In, on to the centre, out to the department; the customer hears of it where the promise was too short."""
    matter = tale.random.choice(TELECOM)
    signed = take_in(tale, matter, level=level, **facts)
    tale.filled |= {"solution": tale.words(matter.solution), "reply": tale.words(matter.reply), "cause": matter.cause}
    yield tale.wait(5, 40)
    tale.act("submit", complaint_type=matter.complaint_type, business_type=matter.business_type, **signed)
    yield tale.wait(15, 2 * HOUR)
    tale.act("dispatch")
    yield tale.wait(10, 30)
    if tale.fact("told") == "general":
        tale.act("progress_note", until=tale.later(47), reason="需要责任部门核查", consent="agreed")
        yield tale.wait(5, 20)


def answered(tale: Tale) -> Course:
    """From the department's answer to the customer's."""
    while tale.kind() in ("handling", "feedback"):
        given = {"solution": tale.filled["solution"], "outcome": "cured", "cause": tale.filled["cause"]}
        tale.act("feedback", **given)
        yield tale.wait(20, 100)
    outcome = tale.random.choices(["cured", "explained"], [4, 1])[0]
    tale.act("reply", reply_text=tale.filled["reply"], reply_way="phone", accepted=True, outcome=outcome)
    yield tale.wait(1 * DAY, 3 * DAY)


def called_back(tale: Tale, *, satisfaction: str = "") -> None:
    """The call-back, and the end where the customer is not against it."""
    said = satisfaction or tale.random.choices(["satisfied", "neutral"], [6, 1])[0]
    more = {"unsatisfied_with": "问题又出现了"} if said == "unsatisfied" else {}
    tale.act("callback", reached=True, satisfaction=said, solved=said != "unsatisfied", **more)
    if said != "unsatisfied":
        tale.act("close", evaluation="处理及时，客户认可。" if said == "satisfied" else "问题解决，用时偏长。")


# ── whole courses ────────────────────────────────────────────────────────────────────────────────────
def on_the_spot(tale: Tale) -> Course:
    """One-time resolution at the counter."""
    matter = tale.random.choice([one for one in TELECOM if one.complaint_type in ("tariff_dispute", "billing")])
    signed = take_in(tale, matter)
    yield tale.wait(6, 30)
    tale.act("answer", reply_text=tale.words(matter.reply), outcome="cured", satisfaction="satisfied", **signed)


def full_loop(tale: Tale) -> Course:
    """The ordinary course to the end."""
    yield from to_department(tale)
    tale.act("sign")
    yield tale.wait(10, 60)
    tale.act("assign", assignee=tale.handler())
    yield tale.wait(3 * HOUR, 20 * HOUR)
    yield from answered(tale)
    called_back(tale)


def important(tale: Tale) -> Course:
    """A VIP customer whose basic service is cut: half the time, handled at once."""
    yield from to_department(tale, level="vip", basic=True, grave=tale.random.random() < 0.3)
    tale.act("sign")
    yield tale.wait(2 * HOUR, 7 * HOUR)
    yield from answered(tale)
    called_back(tale)


def helped(tale: Tale) -> Course:
    """Two other units help; the department stays responsible."""
    yield from to_department(tale)
    tale.act("sign")
    yield tale.wait(20, 90)
    to = tale.helpers()
    tale.act("assist", to=to, reason="请协助现场核查")
    yield tale.wait(2 * HOUR, 5 * HOUR)
    for _unit in to:
        tale.act("feedback", kind="assist", solution="已到现场核查，附测试结果。")
        yield tale.wait(20, 2 * HOUR)
    yield from answered(tale)
    called_back(tale)


def waiting_for_help(tale: Tale) -> Course:
    """One helper has answered, the other hasn't yet."""
    yield from to_department(tale)
    tale.act("sign")
    yield tale.wait(20, 60)
    to = tale.helpers()
    tale.act("assist", to=to, reason="请协助现场核查")
    yield tale.wait(40, 90)
    if len(to) > 1:
        tale.act("feedback", kind="assist", solution="线路测试正常，转现场协调。")


def forwarded(tale: Tale) -> Course:
    """The department passes it on, and the answer comes back through it (doc 3 §2.4.4 b)."""
    yield from to_department(tale)
    tale.act("sign")
    yield tale.wait(30, 2 * HOUR)
    here = tale.unit()
    tale.act("forward", to=[f"{here[:2]}0000-market"], reason="需省市场部核实业务规则")
    yield tale.wait(3 * HOUR, 12 * HOUR)
    yield from answered(tale)
    called_back(tale)


def upgraded(tale: Tale) -> Course:
    """The tier above helps; a supervisor chases meanwhile."""
    yield from to_department(tale, many=True)
    tale.act("sign")
    yield tale.wait(1 * HOUR, 3 * HOUR)
    tale.act("upgrade", reason="涉及上一级设备，本级无权限")
    yield tale.wait(1 * HOUR, 2 * HOUR)
    tale.act("chase", reason="多位客户反映同一问题，请加快", chase_ground="key")
    yield tale.wait(30, 60)
    tale.act("answer_chase", kind="chase", explanation="上一级正在调整参数，今日内完成。")
    yield tale.wait(1 * HOUR, 2 * HOUR)
    tale.act("feedback", kind="upgraded", solution="参数已调整，指标恢复。")
    yield tale.wait(30, 90)
    yield from answered(tale)
    called_back(tale)


def recommitted(tale: Tale) -> Course:
    """It takes longer: a new commitment, and the customer is told before the old promise lapses (doc 3 §2.4.8)."""
    yield from to_department(tale)
    tale.act("sign")
    yield tale.wait(6 * HOUR, 12 * HOUR)
    tale.act("recommit", until=tale.later(48), reason="等待备件到货")
    yield tale.wait(20, 90)
    tale.act("progress_note", until=tale.later(60), reason="等待备件到货", consent="agreed", progress="备件已发出")
    yield tale.wait(20 * HOUR, 40 * HOUR)
    yield from answered(tale)
    called_back(tale)


def unsatisfied(tale: Tale) -> Course:
    """The handling was wrong: screened, done again, told, closed."""
    yield from to_department(tale)
    tale.act("sign")
    here = tale.unit()
    yield tale.wait(4 * HOUR, 10 * HOUR)
    yield from answered(tale)
    called_back(tale, satisfaction="unsatisfied")
    tale.act("screen")
    yield tale.wait(1 * HOUR, 4 * HOUR)
    tale.act("rework", to=[here], reason="处理方法不当，问题复发", until=tale.later(40))
    yield tale.wait(5 * HOUR, 20 * HOUR)
    yield from answered(tale)
    called_back(tale, satisfaction="satisfied")


def sent_back(tale: Tale) -> Course:
    """A bad form goes back to the counter and comes again."""
    matter = tale.random.choice(TELECOM)
    signed = take_in(tale, matter)
    yield tale.wait(5, 20)
    classes = {"complaint_type": matter.complaint_type, "business_type": matter.business_type}
    tale.act("submit", **classes, **signed)
    yield tale.wait(20, 90)
    tale.act("return_form", reason="缺少故障发生的具体时间和地点")
    yield tale.wait(10, 40)
    tale.act("submit", **classes, **signed)


def declined(tale: Tale) -> Course:
    """Nothing of ours."""
    matter = tale.random.choice(TELECOM)
    signed = take_in(tale, matter)
    yield tale.wait(5, 20)
    tale.act("submit", complaint_type=matter.complaint_type, business_type=matter.business_type, **signed)
    yield tale.wait(30, 2 * HOUR)
    tale.act("decline", reason="经核实为其他公司的业务，已告知客户受理电话")


def withdrawn(tale: Tale) -> Course:
    yield from to_department(tale)
    yield tale.wait(1 * HOUR, 4 * HOUR)
    tale.act("withdraw", reason="客户来电表示问题已自行恢复，不再投诉")


def fresh(tale: Tale) -> Course:
    """At the counter."""
    take_in(tale, tale.random.choice(TELECOM))
    yield DAY


def submitted(tale: Tale) -> Course:
    """It lies with the centre."""
    matter = tale.random.choice(TELECOM)
    signed = take_in(tale, matter)
    yield tale.wait(5, 20)
    tale.act("submit", complaint_type=matter.complaint_type, business_type=matter.business_type, **signed)


def unanswered(tale: Tale) -> Course:
    """The department has answered; the centre hasn't told the customer yet."""
    yield from to_department(tale)
    tale.act("sign")
    yield tale.wait(20, 60)
    tale.act("feedback", solution=tale.filled["solution"], outcome="cured", cause=tale.filled["cause"])


def left_lying(tale: Tale) -> Course:
    """Dispatched, signed, and then nobody does anything."""
    yield from to_department(tale)
    tale.act("sign")


def left_lying_vip(tale: Tale) -> Course:
    yield from to_department(tale, level="vip")
    tale.act("sign")
