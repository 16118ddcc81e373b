"""Four demo appeals that the ministry sent (doc 3 §4); `stories_telecom` says how courses are told."""

from tickets.actions.register import NewTicket
from tickets.demo.desk import Paper
from tickets.demo.tale import SOURCE, Course, Tale
from tickets.demo.texts import APPEALS, Grievance

BOOK = "unicom-appeal"
HOUR = 60
PROVINCE = "410000"
REGULATOR = "工业和信息化部电信用户申诉受理中心"
LATE_MOVE, CLOSED_ACCOUNT, ROAMING, FREE_TRIAL = APPEALS


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────
def take_in(tale: Tale, grievance: Grievance, **more: object) -> None:
    """HQ's officer registers the case with the ministry's number and its letter."""
    tale.fill(PROVINCE)
    content = tale.words(grievance.content)
    number = f"12300-{tale.at:%Y}-{tale.random.randrange(100_000, 1_000_000)}"
    case = {"case_number": number, "regulator": REGULATOR, "regulator_contact": "申诉处 钱老师"}
    new = NewTicket(
        content=content,
        subject=tale.words(grievance.subject),
        customer=tale.customer(PROVINCE),
        facts={"channel": "letter"},
        data={"origin": "filed", "original": Paper("申诉原件.txt", f"申诉书\n\n{content}\n"), **case, **more},
        received_by="HQ-service",
        source=SOURCE,
    )
    tale.ticket = tale.desk.register(BOOK, new, at=tale.at)


def to_branch(tale: Tale, grievance: Grievance) -> Course:
    """Admitted and sent to the branch, whose contact gives it to a department."""
    take_in(tale, grievance)
    yield 1 * HOUR
    tale.act("admit")
    yield 1 * HOUR
    tale.act("dispatch", nature=grievance.nature)
    yield 3 * HOUR
    tale.act("dispatch_inside", to=[f"{PROVINCE}-billing"], reason="请核查扣费和办理经过")


def to_review(tale: Tale, grievance: Grievance) -> Course:
    """The branch has answered the customer and handed in its report."""
    yield from to_branch(tale, grievance)
    yield 30 * HOUR
    tale.act("feedback", findings=grievance.facts, solution=grievance.solution)
    yield 4 * HOUR
    found = {"facts": grievance.facts, "cause": grievance.cause, "measures": grievance.measures}
    answer = {"reply_text": grievance.reply, "reply_way": "phone", "accepted": True}
    tale.act("reply", proposed_finding="company", **answer, **found)
    yield 1 * HOUR
    report = f"分公司处理报告\n\n{grievance.facts}\n{grievance.solution}\n整改：{grievance.measures}\n"
    tale.act("branch_report", branch_report_file=Paper("分公司处理报告.txt", report))


# ── whole courses ────────────────────────────────────────────────────────────────────────────────────
def fresh(tale: Tale) -> Course:
    """Just registered; the ministry wants its answer in two days."""
    take_in(tale, LATE_MOVE, regulator_due=tale.later(48))
    yield 24 * HOUR


def report_due(tale: Tale) -> Course:
    """The branch has its department's findings and has to hand in its report before its 96 hours are over."""
    yield from to_branch(tale, CLOSED_ACCOUNT)
    yield 79 * HOUR
    tale.act("feedback", findings=CLOSED_ACCOUNT.facts, solution=CLOSED_ACCOUNT.solution)


def in_review(tale: Tale) -> Course:
    """HQ reads the branch's report."""
    yield from to_review(tale, ROAMING)


def archived(tale: Tale) -> Course:
    """Reported to the ministry, found to be the company's fault, and filed with all its documents."""
    grievance = FREE_TRIAL
    yield from to_review(tale, grievance)
    yield 5 * HOUR
    tale.act("accept_report", review_basis="《电信条例》第四十条：应当告知资费标准")
    yield 2 * HOUR
    report = f"申诉处理报告\n\n{REGULATOR}：\n{grievance.facts}\n{grievance.reply}\n特此报告。\n"
    tale.act("report", regulator_report=Paper("申诉处理报告.txt", report))
    yield 20 * HOUR
    tale.act("callback", reached=True, satisfaction="satisfied")
    tale.act("callback_done")
    yield 3 * HOUR
    tale.act("conclude", **fault_of(grievance))
    yield 20 * HOUR
    opinion = Paper("调解意见.txt", "调解意见\n\n双方已达成一致，本申诉终结。\n")
    tale.act("add_document", mediation_opinion=opinion)
    tale.act("archive")


def fault_of(grievance: Grievance) -> dict[str, object]:
    return {
        "finding": "company",
        "ground_company": "marketing",
        "responsible_unit": f"{PROVINCE}-market",
        "responsibility": "营销宣传不规范",
        "cause": grievance.cause,
        "fault_step": "service",
    }
