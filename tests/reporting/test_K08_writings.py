"""Analysis reports and bulletins: drafted complete, edited, published, fetched (rows K08, P04, ruling ZERO)."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from subprocess import run as process
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from docx import Document

from complaints_site.lib.paper import pdf_trouble
from reporting.declarations import indicators
from reporting.models import SampleVerdict, Writing
from reporting.periods import Period
from reporting.writings.actions import analysis_draft, bulletin_draft, writing_edit, writing_publish, writings_for
from reporting.writings.drafts import Threshold
from tests.cast import Cast, cast
from tests.tickets.test_loop import complaint, on
from tickets.core.sentences import Forbidden, Refused
from tickets.models import Message, Person, Ticket
from tickets.organisations import world_of

pytestmark = pytest.mark.django_db
SUBMIT: dict[str, Any] = {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}
REPLY: dict[str, Any] = {"reply_text": "已修复", "reply_way": "phone", "outcome": "cured", "position": "按合同办理"}


@pytest.fixture
def c(settings: Any) -> Cast:
    settings.EMAIL_HOST = "localhost"
    return cast()


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(on(24, 18), tick=False):
        yield


def settled(c: Cast, *, accepted: bool) -> None:
    case = complaint(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 9), **SUBMIT)
    case.do("dispatcher", "dispatch", on(24, 9), to="410100-net", reason="光路")
    case.do("head", "feedback", on(24, 14), solution="已修复")
    case.do("dispatcher", "reply", on(24, 15), accepted=accepted, **REPLY)


def month(c: Cast, number: int = 11) -> Period:
    zone = world_of(c.hq.pk).calendar.zone
    return Period(datetime(2026, number, 1, tzinfo=zone), datetime(2026, number + 1, 1, tzinfo=zone))


def draft(c: Cast, number: int = 11) -> Writing:
    who = c.people["supervisor"]
    return analysis_draft(c.units["410000"], month(c, number), language="zh", actor=who, at=on(24, 18))


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.clause("D7-3", "D10-3", "D19-2")
def test_K08_an_analysis_has_facts_causes_and_numbered_measures(c: Cast) -> None:
    settled(c, accepted=True)
    settled(c, accepted=False)
    one = draft(c)
    facts, causes, measures = one.sections
    assert [section["title"] for section in one.sections] == ["基本情况", "原因分析", "策略与建议"]
    assert facts["text"].startswith("2026-11-01 至 2026-11-30，河南省分公司共受理投诉 2 件，上期 0 件。")
    assert ["投诉按时办结率", "50.0%", "1 / 2"] in [row[:3] for row in facts["tables"][0]["rows"]]
    assert "2 件，占 100.0%" in causes["text"]
    assert measures["text"].startswith("1. ")
    assert one.versions["on_time_closure"] == 1


@pytest.mark.clause("D1-p1-a", "D13-4-3", "D19-1-0")
def test_K08_a_period_without_a_complaint_yields_a_complete_report_with_what_inspections_found(c: Cast) -> None:
    settled(c, accepted=True)
    ticket = Ticket.objects.get(pk=complaint(c, on(24, 10)).id)
    judged = month(c, 10).start + timedelta(days=3)
    SampleVerdict.objects.create(
        ticket=ticket, content_right=False, routing_right=True, note="地址不全", judged_at=judged
    )
    facts, causes, measures = draft(c, 10).sections
    assert "未发生投诉" in facts["text"]
    assert f"1. 抽查 {ticket.number}：填写不准确。地址不全" in facts["text"]
    assert causes["text"]
    assert "逐项整改" in measures["text"]
    assert "零投诉" in measures["text"]


def test_K08_a_finding_about_somebody_complained_about_names_no_ticket(c: Cast) -> None:
    ticket = Ticket.objects.get(pk=complaint(c, on(24, 10)).id)
    Ticket.objects.filter(pk=ticket.pk).update(respondent_person=c.people["head"])
    judged = {"judged_at": on(24, 12), "note": "网络维护部负责人"}
    SampleVerdict.objects.create(ticket=ticket, content_right=False, routing_right=True, **judged)
    facts = draft(c).sections[0]["text"]
    assert "1. 抽查一件：填写不准确。" in facts
    assert ticket.number not in facts
    assert "网络维护部负责人" not in facts


def test_K08_a_draft_is_edited_on_its_page_and_two_editors_do_not_overwrite_each_other(c: Cast) -> None:
    one, client = draft(c), client_of(c.people["supervisor"])
    url = reverse("writing", args=[one.pk])
    typed = {"version": 1, "title": "十一月分析", "text-0": "事实", "text-1": "原因", "text-2": "1. 措施"}
    assert client.post(url, typed).status_code == 302
    one.refresh_from_db()
    assert (one.title, [section["text"] for section in one.sections]) == ("十一月分析", ["事实", "原因", "1. 措施"])
    assert client.post(url, {**typed, "text-0": "别的"}).status_code == 422
    one.refresh_from_db()
    assert one.sections[0]["text"] == "事实"


def test_K08_word_and_pdf_have_the_text_as_edited(c: Cast, tmp_path: Path) -> None:
    one, client = draft(c), client_of(c.people["supervisor"])
    word = client.get(reverse("writing-file", args=[one.pk, "docx"])).content
    texts = [paragraph.text for paragraph in Document(BytesIO(word)).paragraphs]
    assert "河南省分公司投诉分析报告" in texts
    assert any("未发生投诉" in text for text in texts)
    if pdf_trouble():
        return
    (tmp_path / "a.pdf").write_bytes(client.get(reverse("writing-file", args=[one.pk, "pdf"])).content)
    text = process(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, check=True).stdout.decode()
    assert "策略与建议" in text


def bulletin(c: Cast, value: float) -> Writing:
    limit = Threshold(indicators()["on_time_closure"], "branch", over=False, value=value)
    who = c.people["hq_supervisor"]
    return bulletin_draft(c.units["HQ"], month(c), limit, language="zh", actor=who, at=on(24, 18))


def test_P04_a_bulletin_names_the_units_over_a_threshold_and_is_addressed_to_them(c: Cast) -> None:
    settled(c, accepted=False)
    one = bulletin(c, 95)
    assert "1. 河南省分公司：0.0%" in one.sections[0]["text"]
    assert [unit.code for unit in one.to.all()] == ["410000"]
    assert "共 0 个" in bulletin(c, 0).sections[0]["text"]


def test_P04_a_bulletin_is_seen_by_those_addressed_once_it_is_published(c: Cast) -> None:
    settled(c, accepted=False)
    one, who = bulletin(c, 95), c.people["hq_supervisor"]
    units = [c.units["410000"], c.units["410100-net"]]
    texts = [section["text"] for section in one.sections]
    writing_edit(one, title=one.title, texts=texts, to=units, version=1, actor=who, at=on(24, 18))
    head = c.people["head"]
    assert one not in writings_for(head, on(24, 18))
    writing_publish(one, version=2, actor=who, at=on(24, 18))
    assert one in writings_for(head, on(24, 18))
    assert one not in writings_for(c.people["js_net_head"], on(24, 18))
    told = set(Message.objects.filter(name="writing").values_list("person__username", flat=True))
    assert {"head", "supervisor"} <= told
    assert "js_net_head" not in told
    with pytest.raises(Refused):
        writing_edit(one, title="改", texts=texts, to=units, version=3, actor=who, at=on(24, 18))
    with pytest.raises(Forbidden):
        writing_publish(one, version=3, actor=head, at=on(24, 18))


def test_P04_the_page_drafts_a_bulletin_and_refuses_what_is_no_number(c: Cast) -> None:
    client = client_of(c.people["hq_supervisor"])
    given = {"kind": "bulletin", "unit": "HQ", "first": "2026-11-01", "last": "2026-11-30", "sign": "under"}
    assert (
        client.post(reverse("writings"), {**given, "indicator": "on_time_closure", "value": "nix"}).status_code == 422
    )
    response = client.post(reverse("writings"), {**given, "indicator": "on_time_closure", "value": "95"})
    assert response.headers["Location"] == reverse("writing", args=[Writing.objects.get().pk])
