"""Documents of a ticket: filled, edited, sent and kept (rows A03, C15, C22; rulings INTERNAL, VERBATIM)."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import datetime
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.books import loaded
from tests.cast import Cast, cast
from tests.hotline import api
from tests.tickets.test_loop import Case, on
from tickets.actions.papers import paper_draft, paper_edit, paper_send, papers_offered, text_of
from tickets.actions.register import NewCustomer, NewTicket, ticket_register
from tickets.actions.tickets import ticket_read
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.models import AccessLog, Attachment, Event, Paper, Ticket
from tickets.uploads import store_upload
from tickets.verify import verify_tickets

pytestmark = pytest.mark.django_db

AT = on(24, 11)
CONTENT = "宽带连续断线三天，\n两次上门未修好。"


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def c() -> Cast:
    return cast()


def scan(c: Cast, who: str, at: datetime, internal: bool = True) -> str:
    upload = SimpleUploadedFile("申诉原件.pdf", b"%PDF-1.7\n%%EOF\n")
    return str(store_upload(upload, actor=c.people[who], at=at, internal=internal).pk)


def appeal(c: Cast, at: datetime | None = None, **more: Any) -> Case:
    """A ministry's case that the branch has received."""
    at = at or on(24, 9)
    facts = {"channel": "email", "origin": "filed", "case_number": "工信申〔2026〕1123号", "region": "410000"}
    new = NewTicket(
        content=CONTENT,
        customer=NewCustomer(name="王某", phone="13800000000", region="410100"),
        facts={**facts, "nature": "quality", "original": scan(c, "officer", at), **more},
        received_by="HQ-service",
    )
    version = loaded("unicom-appeal")
    case = Case(c, ticket_register(new, version=version, actor=c.people["officer"], at=at))
    case.do("officer", "admit", at, nature="quality")
    case.do("officer", "dispatch", at, to="410000-service", nature="quality")
    return case


def drafted(case: Case, who: str = "branch_head", name: str = "branch_report", like: Paper | None = None) -> Paper:
    return paper_draft(ticket_id=case.id, name=name, actor=case.c.people[who], at=AT, like=like)


def edit(case: Case, paper: Paper, who: str = "branch_head", version: int | None = None, **texts: str) -> Paper:
    keys = {key.removeprefix("p"): text for key, text in texts.items()}
    return paper_edit(paper=paper, texts=keys, version=version or paper.version, actor=case.c.people[who], at=AT)


def send(case: Case, paper: Paper, who: str = "branch_head") -> Paper:
    return paper_send(paper=paper, version=paper.version, actor=case.c.people[who], at=AT)


def finished(case: Case) -> Paper:
    """A branch report with every place filled."""
    paper = drafted(case)
    body = text_of(paper).body
    texts = {
        f"p{number}": part["text"] if "待填" not in part["text"] else f"查明{number}"
        for number, part in enumerate(body["parts"], 1)
        if part["kind"] == "text"
    }
    return edit(case, paper, **texts)


def test_A03_a_report_is_filled_from_the_ticket_and_marks_what_is_not_known(c: Cast) -> None:
    case = appeal(c)
    body = text_of(drafted(case)).body
    assert body["heading"] == "关于客户王某申诉事项处理情况的报告"
    assert body["facts"][1] == ["监管部门案号", "工信申〔2026〕1123号"]
    first, quoted, findings = body["parts"][:3]
    assert "2026年11月24日，总部转来部立案申诉" in first["text"]
    assert "12月3日 17:30前办结" in first["text"], "the clock as it runs"
    assert (quoted["kind"], quoted["text"]) == ("quote", CONTENT)
    assert findings["text"] == "【待填：调查情况】"
    assert body["parts"][-1]["rows"][2][1:3] == ["分公司接单派单", "省客户服务部"]
    assert body["closing"] == ["省客户服务部", "2026年11月24日"]


def test_A03_every_edit_is_a_version_and_a_stale_one_is_refused(c: Cast) -> None:
    case = appeal(c)
    paper = drafted(case)
    edit(case, paper, p3="分光器老化")
    with pytest.raises(Refused) as stale:
        edit(case, paper, version=1, p3="另一个人")
    assert stale.value.code == "stale"
    assert [one.body["parts"][2]["text"] for one in paper.texts.all()] == ["【待填：调查情况】", "分光器老化"]
    with pytest.raises(Invalid) as invalid:
        edit(case, paper, p2="改客户原话", p9="改办理过程", nothing="x")
    assert set(invalid.value.errors) == {"2", "9", "nothing"}


def test_A03_what_was_sent_is_kept_and_answers_the_field_of_the_action(c: Cast) -> None:
    case = appeal(c)
    paper = drafted(case)
    with pytest.raises(Refused) as unfilled:
        send(case, paper)
    assert "调查情况" in unfilled.value.sentence.zh
    texts = {f"p{n}": f"查明{n}" for n, part in enumerate(text_of(paper).body["parts"], 1) if part["kind"] == "text"}
    edit(case, paper, **texts)
    kept = send(case, paper)
    assert kept.word is not None
    assert kept.pdf is not None
    for file in (kept.word, kept.pdf):
        with file.file.open("rb") as stored:
            assert hashlib.sha256(stored.read()).hexdigest() == file.sha256
        assert (file.field, file.internal) == ("branch_report_file", True)
    with kept.word.file.open("rb") as stored:
        said = [line.text for line in docx.Document(io.BytesIO(stored.read())).paragraphs]
    assert "三、调查核实情况" in said
    assert "查明3" in said
    with pytest.raises(Refused) as again:
        edit(case, kept, p3="改过")
    assert again.value.code == "sent"
    assert Ticket.objects.get().version == case.last.ticket.version, "nobody's form is stale because of a document"
    names = list(Event.objects.filter(name__startswith="paper.").values_list("name", flat=True))
    assert names == ["paper.drafted", "paper.edited", "paper.sent"]
    assert list(verify_tickets(Ticket.objects.all())) == []
    case.do("branch_head", "dispatch_inside", AT, to="410000-net")
    case.do("province_net_head", "feedback", AT, findings="光衰", solution="已更换")
    given = {"facts": "光衰", "cause": "设备老化", "proposed_finding": "company", "measures": "巡检"}
    case.do("branch_head", "reply", AT, reply_text="已修复", reply_way="phone", accepted=True, **given)
    case.do("branch_head", "branch_report", AT, branch_report_file=str(kept.pdf_id), **given)
    assert case.main()[0] == "hq_review"


def test_A03_a_report_that_came_back_goes_on_from_what_was_sent(c: Cast) -> None:
    case = appeal(c)
    first = send(case, finished(case))
    second = drafted(case, like=first)
    assert text_of(second).body["parts"][2]["text"] == "查明3"
    with pytest.raises(Refused) as twice:
        drafted(case)
    assert twice.value.code == "draft_there"
    assert Paper.objects.get(pk=first.pk).state == Paper.State.SENT


def test_A03_only_the_roles_of_a_document_write_it(c: Cast) -> None:
    case = appeal(c)
    found = ticket_read(case.id)
    offered = {who: _names(papers_offered(found, actor=c.people[who], at=AT)) for who in ("branch_head", "officer")}
    assert offered == {"branch_head": ["answer", "branch_report"], "officer": []}
    with pytest.raises(Forbidden):
        drafted(case, "officer")
    with pytest.raises(Refused):
        drafted(case, "officer", "hq_report")


def _names(offered: Any) -> list[str]:
    return [one.rule.name for one in offered]


def test_C15_a_letter_to_the_customer_is_marked_for_them_and_lists_no_inner_file(c: Cast) -> None:
    case = appeal(c)
    paper = drafted(case, name="answer")
    body = text_of(paper).body
    titles = [part["title"] for part in body["parts"] if part["title"]]
    assert titles == ["您反映的问题", "经核实的事实", "问题产生的原因", "处理结果", "整改措施"], "ruling APPANS"
    edit(case, paper, p3="属实", p4="设备老化", p5="已修复", p6="每月巡检")
    kept = send(case, paper)
    assert set(Attachment.objects.filter(pk__in=[kept.word_id, kept.pdf_id]).values_list("internal", flat=True)) == {
        False
    }
    assert "申诉原件" not in json.dumps(body, ensure_ascii=False)


# ── REST ─────────────────────────────────────────────────────────────────────────────────────────────


def test_A03_a_client_drafts_edits_sends_and_fetches_over_rest(c: Cast) -> None:
    case = appeal(c, timezone.now())
    branch, number = api(c.people["branch_head"]), case.last.ticket.number
    listed = branch.get(f"/tickets/{number}/papers/").body
    assert [one["name"] for one in listed["offered"]] == ["answer", "branch_report"]
    made = branch.post(f"/tickets/{number}/papers/", {"name": "answer"})
    assert made.status == 201, made.body
    place = f"/tickets/{number}/papers/{made.body['id']}/"
    texts = {piece["key"]: "已查明" for piece in made.body["pieces"] if "待填" in piece["text"]}
    assert branch.patch(place, {"version": 1, "texts": texts}).body["open"] == []
    assert branch.patch(place, {"version": 1, "texts": texts}).status == 409
    assert branch.get(f"{place}?version=1").body["shown"] == 1
    draft = branch.get(f"{place}file/?format=docx")
    assert docx.Document(io.BytesIO(draft.body)).paragraphs[0].text == "关于您反映问题的答复"
    sent = branch.post(f"{place}send/", {"version": 2})
    assert [file["format"] for file in sent.body["files"]] == ["docx", "pdf"]
    assert hashlib.sha256(branch.get(f"{place}file/?format=pdf").body).hexdigest() == sent.body["files"][1]["sha256"]
    assert AccessLog.objects.filter(what="paper", person=c.people["branch_head"]).count() == 3
    events = branch.get(f"/tickets/{number}/events/?limit=100").body["results"]
    assert [event["title"] for event in events][-3:] == ["起草文书", "修改文书", "发出文书"]


def test_A03_bad_requests_get_a_clear_answer(c: Cast) -> None:
    case = appeal(c, timezone.now())
    branch, number = api(c.people["branch_head"]), case.last.ticket.number
    papers = f"/tickets/{number}/papers/"
    paper = branch.post(papers, {"name": "answer"}).body["id"]
    for answer, status in (
        (branch.post(papers, {"name": "nothing"}), 422),
        (branch.post(papers, {"name": 7}), 422),
        (branch.post(papers, {"name": "answer", "like": 10**30}), 422),
        (branch.post(papers, {"name": "answer", "x": 1}), 422),
        (branch.post(papers, {"name": "answer"}), 409),
        (branch.patch(f"{papers}{paper}/", {"version": True, "texts": {}}), 422),
        (branch.patch(f"{papers}{paper}/", {"version": 1, "texts": {"3": 5}}), 422),
        (branch.patch(f"{papers}{paper}/", {"version": 1, "texts": {"3": "x" * 20_001}}), 422),
        (branch.patch(f"{papers}{paper}/", {"version": 1, "texts": {"3": "\x00"}}), 422),
        (branch.get(f"{papers}{paper}/?version=9"), 422),
        (branch.get(f"{papers}{paper}/?version=99999999999999999999"), 422),
        (branch.get(f"{papers}{paper}/file/?format=exe"), 422),
        (branch.get(f"{papers}999999999999999999/"), 404),
        (branch.post(f"{papers}{paper}/send/", {"version": 1}), 409),
    ):
        assert answer.status == status, answer.body


def test_A03_for_a_party_and_for_another_branch_there_is_no_document(c: Cast) -> None:
    case = appeal(c, timezone.now())
    number, paper = case.last.ticket.number, drafted(case, name="answer").pk
    Ticket.objects.update(respondent_person=c.people["branch_head"])
    for who in ("branch_head", "js_branch_head"):
        client, page = api(c.people[who]), Client()
        page.force_login(c.people[who])
        for rest in ("papers/", f"papers/{paper}/", f"papers/{paper}/file/", "archive/"):
            assert client.get(f"/tickets/{number}/{rest}").status == 404
        for rest in (f"papers/{paper}/", f"papers/{paper}/print/", f"papers/{paper}/docx/", "archive/zip/"):
            assert page.get(f"/tickets/{number}/{rest}").status_code == 404


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────


def test_A03_a_report_is_written_on_the_page_kept_while_typing_and_sent(c: Cast) -> None:
    case = appeal(c, timezone.now())
    number = case.last.ticket.number
    page = Client(headers={"accept-language": "zh-CN"})
    page.force_login(c.people["branch_head"])
    tab = page.get(f"/tickets/{number}/?tab=papers").content.decode()
    assert "分公司处理报告" in tab
    assert "整卷 zip" in tab
    address = page.post(f"/tickets/{number}/papers/", {"name": "branch_report"}).headers["Location"]
    assert "还有待填的内容：调查情况" in page.get(address).content.decode()
    assert page.post(f"{address}keep/", {"piece-3": "刚写到一半"}).status_code == 200
    assert "刚写到一半" in page.get(address).content.decode()
    typed = {f"piece-{n}": f"查明{n}" for n in (1, 3, 4, 5, 6, 7, 8)}
    assert page.post(address, {"version": 1, "do": "save", **typed}).status_code == 302
    assert "刚写到一半" not in page.get(address).content.decode()
    stale = page.post(address, {"version": 1, "do": "save", "piece-3": "迟到的修改"})
    assert stale.status_code == 409
    assert "迟到的修改" in stale.content.decode(), "nothing typed is lost"
    compared = page.get(f"{address}versions/").content.decode()
    assert "【待填：调查情况】" in compared
    assert "查明3" in compared
    assert page.post(address, {"version": 2, "do": "send"}).status_code == 302
    shown = page.get(address).content.decode()
    assert "已发出" in shown
    assert 'name="piece-3"' not in shown
    assert "三、调查核实情况" in page.get(f"{address}print/").content.decode()
    assert page.get(f"{address}pdf/").headers["Content-Disposition"].startswith("attachment")


# ── the archive ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("D2-3.4-A", "D4-3-3-6", "D4-4-5-a", "D20-5-b")
def test_C22_the_archive_holds_every_file_the_history_and_hashes_that_fit(c: Cast) -> None:
    case = appeal(c, timezone.now())
    send(case, finished(case))
    officer, number = api(c.people["officer"]), case.last.ticket.number
    answer = officer.get(f"/tickets/{number}/archive/?format=zip")
    assert answer.status == 200
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[0] == f"{number}.pdf"
        assert [name[9:] for name in names if name.startswith("files/")] == ["申诉原件.pdf"]
        assert len([name for name in names if name.startswith("papers/")]) == 2
        sums = dict(line.split("  ")[::-1] for line in archive.read("SHA256SUMS").decode().splitlines())
        assert sums == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names if name != "SHA256SUMS"}
        events = json.loads(archive.read("events.json"))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["name"] == "paper.sent"
    assert officer.get(f"/tickets/{number}/archive/?format=pdf").body.startswith(b"%PDF-")
    assert AccessLog.objects.filter(what="archive").count() == 2


def test_C22_a_file_that_the_disk_lost_leaves_a_sentence_and_a_whole_archive(c: Cast) -> None:
    case = appeal(c, timezone.now())
    lost = Attachment.objects.get()
    lost.file.storage.delete(lost.file.name)
    answer = api(c.people["officer"]).get(f"/tickets/{case.last.ticket.number}/archive/")
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert "missing in the store" in archive.read("files/01-申诉原件.pdf").decode()


def test_A03_the_form_of_the_action_already_holds_the_report_that_was_sent(c: Cast) -> None:
    case = appeal(c, timezone.now())
    branch, at = c.people["branch_head"], timezone.now()
    case.do("branch_head", "dispatch_inside", at, to="410000-net")
    case.do("province_net_head", "feedback", at, findings="光衰", solution="已更换")
    given = {"facts": "光衰", "cause": "设备老化", "proposed_finding": "company", "measures": "巡检"}
    case.do("branch_head", "reply", at, reply_text="已修复", reply_way="phone", accepted=True, **given)
    sent = send(case, finished(case))
    page = Client(headers={"accept-language": "zh-CN"})
    page.force_login(branch)
    address = f"/tickets/{case.last.ticket.number}/act/branch_report/"
    form = page.get(address).content.decode()
    assert "已上传：关于客户王某申诉事项处理情况的报告.pdf" in form
    done = page.post(address, {"kept-branch_report_file": str(sent.pdf_id), **given})
    assert done.status_code == 302, done.content.decode()
    assert ticket_read(case.id).picture.facts["branch_report_file"] == str(sent.pdf_id)
