"""Scheduled reports: made once after every period, for each receiver's own eyes, sent and kept (rows K04, U07)."""

from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path
from subprocess import run as process
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from complaints_site.lib.paper import pdf_trouble
from reporting.models import ReportCopy, ReportRun, ReportSchedule
from reporting.periods import Period
from reporting.reports.dates import due_on, next_making, period_before
from reporting.reports.runs import claim_due, make_due, run_again
from reporting.reports.schedules import NewSchedule, schedule_create, schedules_of_rulebooks
from tests.books import loaded
from tests.cast import Cast, cast
from tests.tickets.test_loop import complaint, on
from tickets.core.sentences import Forbidden
from tickets.delivery import deliver_batch
from tickets.models import Message, Person
from tickets.organisations import world_of

pytestmark = pytest.mark.django_db
SUBMIT: dict[str, Any] = {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}
DECEMBER = datetime(2026, 12, 1, 1, tzinfo=UTC)  # 09:00 in Shanghai


@pytest.fixture
def c(settings: Any, tmp_path: Path) -> Cast:
    """Two complaints of November at the net department, a third at intake; a mail server."""
    settings.MEDIA_ROOT, settings.EMAIL_HOST = tmp_path, "localhost"
    c = cast()
    for hour in (9, 10):
        case = complaint(c, on(24, hour))
        case.do("front_desk", "submit", on(24, hour), **SUBMIT)
        case.do("dispatcher", "dispatch", on(24, hour), to="410100-net", reason="光路")
    complaint(c, on(24, 11))
    Person.objects.filter(pk__in=[c.people["supervisor"].pk, c.people["head"].pk]).update(email="who@example.cn")
    for one in c.people.values():
        one.refresh_from_db()
    return c


def schedule(c: Cast, every: str = "month", **more: Any) -> ReportSchedule:
    given: dict[str, Any] = {"definition": "overview", "every": every, "unit": c.units["410000"], **more}
    given.setdefault("people", [c.people["supervisor"], c.people["head"]])
    return schedule_create(NewSchedule(**given), actor=c.people["supervisor"], at=on(24, 12))


def made(c: Cast, **more: Any) -> ReportRun:
    one = schedule(c, **more)
    make_due(now=lambda: DECEMBER)
    return one.runs.get()


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def value(copy: ReportCopy, name: str) -> float:
    rows = [row for section in copy.content["sections"] for row in section["rows"] if row["indicator"] == name]
    return float(rows[0]["value"])


def test_K04_a_month_is_made_once_however_often_the_sweep_comes(c: Cast) -> None:
    one = schedule(c)
    assert make_due(now=lambda: on(30, 12)) == 0
    assert make_due(now=lambda: DECEMBER) == 1
    assert (make_due(now=lambda: DECEMBER), claim_due(at=DECEMBER)) == (0, 0)
    run = one.runs.get()
    assert (run.state, run.copies_done, run.copies_all) == ("made", 2, 2)
    assert (run.period_start, run.period_end) == (on(1, 0), datetime(2026, 11, 30, 16, tzinfo=UTC))
    assert run.versions["report:overview"] == 1
    assert run.versions["on_time_closure"] == 1


def test_K04_a_schedule_that_slept_makes_every_period_that_it_missed(c: Cast) -> None:
    one = schedule(c, "week", definition="base_counts")
    make_due(now=lambda: datetime(2026, 12, 15, 1, tzinfo=UTC))
    starts = [run.period_start.date() for run in one.runs.order_by("period_start")]
    assert starts == [date(2026, 11, 22), date(2026, 11, 29), date(2026, 12, 6)]  # Sundays in UTC, Mondays there


def test_K04_nobody_gets_a_figure_over_more_than_their_own_tickets(c: Cast) -> None:
    run = made(c)
    copies = {copy.person: copy for copy in run.copies.all()}
    assert value(copies[c.people["supervisor"]], "received") == 3
    assert value(copies[c.people["head"]], "received") == 2


def test_K04_whoever_does_not_see_the_whole_unit_sets_up_no_report_on_it(c: Cast) -> None:
    new = NewSchedule("overview", "month", c.units["410000"], people=[c.people["head"]])
    with pytest.raises(Forbidden):
        schedule_create(new, actor=c.people["head"], at=on(24, 12))


def test_K04_a_workbook_has_numbers_as_numbers_and_no_formula(c: Cast) -> None:
    run = made(c, title="=HYPERLINK(1)")
    copy = run.copies.get(person=c.people["supervisor"])
    book = load_workbook(BytesIO(copy.workbook.read()))
    sheet = book.worksheets[0]
    assert (sheet["A1"].value, sheet["A1"].data_type) == ("=HYPERLINK(1)", "s")
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    assert (rows["受理量"][2].value, rows["受理量"][2].data_type) == (3, "n")
    assert len(sheet._charts) >= 2
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"n", "s"}
    assert "on_time_closure" in [row[1].value for row in book.worksheets[1].iter_rows()]


def test_K04_the_document_has_the_same_figures(c: Cast, tmp_path: Path) -> None:
    copy = made(c).copies.get(person=c.people["supervisor"])
    assert bool(copy.document) != bool(copy.no_document)
    if pdf_trouble():
        return
    assert copy.document.read(5) == b"%PDF-"
    text = process(["pdftotext", "-layout", copy.document.path, "-"], capture_output=True, check=True).stdout.decode()
    assert "投诉处理情况报告" in text.replace(" ", "")
    assert "受理量" in text
    assert "2026年11月" in text


def test_K04_reports_go_by_mail_with_their_files_and_never_twice(c: Cast) -> None:
    made(c)
    assert Message.objects.filter(name="report").count() == 2
    while deliver_batch(at=DECEMBER):
        pass
    names = sorted(name for sent in mail.outbox for name, *_ in sent.attachments)
    assert names[0].endswith("2026年11月.pdf") or pdf_trouble()
    assert len([name for name in names if name.endswith("2026年11月.xlsx")]) == 2


@pytest.mark.clause("D18-1-7-c")
def test_K04_a_report_to_an_authority_is_kept_as_filed(c: Cast) -> None:
    run = made(c, people=[], regulator="省通信管理局", regulator_address="office@example.cn")
    copy = run.copies.get()
    assert (copy.person, value(copy, "received")) == (None, 3)
    assert Message.objects.get(name="report").address == "office@example.cn"
    url = reverse("report-run", args=[run.pk])
    assert "省通信管理局" in client_of(c.people["supervisor"]).get(url).content.decode()
    assert client_of(c.people["head"]).get(url).status_code == 404


def test_K04_made_again_it_is_a_further_edition_and_the_first_stays(c: Cast) -> None:
    first = made(c)
    before = first.copies.get(person=c.people["head"]).content
    complaint(c, on(24, 13))
    second = run_again(first.schedule, first.period_start, actor=c.people["supervisor"], at=DECEMBER)
    make_due(now=lambda: DECEMBER)
    assert (first.edition, second.edition) == (1, 2)
    assert first.copies.get(person=c.people["head"]).content == before
    assert value(second.copies.get(person=c.people["supervisor"]), "received") == 4


@pytest.mark.clause("D12-4-4-7-b")
@pytest.mark.parametrize(
    ("due", "month", "day"),
    [("day 30", 1, date(2026, 2, 28)), ("day 30", 10, date(2026, 11, 30)), ("5wd", 10, date(2026, 11, 6))],
)
def test_K04_a_month_is_due_by_the_30th_in_february_by_its_last_day(c: Cast, due: str, month: int, day: date) -> None:
    calendar = world_of(c.hq.pk).calendar
    zone = calendar.zone
    end = datetime(2026, month + 1, 1, tzinfo=zone)
    assert due_on(due, Period(datetime(2026, month, 1, tzinfo=zone), end), calendar) == day
    moment = next_making("month", time(8), end, calendar)
    assert moment == end.replace(hour=8)
    assert moment.date() <= day
    assert period_before("month", moment, calendar).start.month == month


@pytest.mark.clause("D12-4-4-7-b")
def test_K04_the_periodic_duties_of_a_rulebook_are_schedules_of_whoever_works_by_it(c: Cast) -> None:
    loaded("property")
    assert schedules_of_rulebooks(c.prop, at=on(24, 12)) == 2
    assert schedules_of_rulebooks(c.prop, at=on(24, 13)) == 0
    monthly = ReportSchedule.objects.get(source="property:monthly")
    assert (monthly.every, monthly.due, monthly.roles) == ("month", "day 30", ["cs_supervisor", "manager"])
    make_due(now=lambda: DECEMBER)
    receivers = set(monthly.runs.get().copies.values_list("person__name", flat=True))
    assert {"物业部经理", "客服中心主管"} <= receivers


def test_U07_a_report_on_its_way_tells_how_far_it_is(c: Cast) -> None:
    one = schedule(c)
    with time_machine.travel(DECEMBER, tick=False):
        client = client_of(c.people["supervisor"])
        asked = client.post(reverse("report-again", args=[one.pk]))
        run = one.runs.get()
        assert asked.headers["Location"] == reverse("report-run", args=[run.pk])
        page = client.get(asked.headers["Location"])
        assert "<progress" in page.content.decode() or "progress-track" in page.content.decode()
        make_due(now=lambda: DECEMBER)
        page = client.get(asked.headers["Location"])
        assert "受理量" in page.content.decode()
        workbook = client.get(reverse("report-file", args=[run.pk, "xlsx"]))
    assert workbook.content[:2] == b"PK"
