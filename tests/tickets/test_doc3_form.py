"""What the form of doc 3 §2 holds: channels, vocabulary, requests, signature, authority, wording of refusals."""

from typing import Any

import pytest

from tests.books import BOOKS
from tests.cast import cast
from tests.tickets.drives import TYPES, desk_case, local, on, telecom, to_callback, to_handling, upload
from tickets.actions.tickets import ticket_read
from tickets.clock_explained import explain_clock
from tickets.core.sentences import Invalid, Refused
from tickets.models import Attachment, Event, Rectification
from tickets.rulebook.load import load_file

BOOK = load_file(BOOKS / "unicom-complaint.toml")
DESK = load_file(BOOKS / "property.toml")


def titles(name: str, book: Any = BOOK) -> set[str]:
    return {title.zh for title in book.fields[name].choices.values()}


# ── vocabulary ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause(
    "D3-2.3.1-a",
    "D3-2.3.1-b",
    "D3-2.3.1-c",
    "D3-2.3.1-d",
    "D3-2.3.1-e",
    "D3-2.3.1-f",
    "D3-2.3.1-g",
    "D3-2.3.1-h",
    "D3-2.4.3-a",
    "D3-2.4.3-b",
    "D3-2.4.3-c",
    "D3-2.1.1-a",
    "D3-2.1.1-c",
    "D3-1.1.1-d",
    "D3-2.5.5-c",
    "D3-2.4.5-c",
)
@pytest.mark.parametrize(
    ("field", "words"),
    [
        (
            "business_type",
            "GSM业务 WCDMA业务 固定电话 宽带/数据 小灵通 公话/话吧 专线 卡类 移动数据类 短信类 语音类 固网数据类",
        ),
        ("complaint_type", "网络质量 互联互通 漫游 长途来话 话单争议 计费 网内通信质量 网间通信质量 资费争议 业务办理"),
        (
            "complaint_type",
            "终端 收费 网站问题 定制退定 自建营业厅 合作营业厅 代理商 社区/客户经理 网上营业厅 客服中心 客户俱乐部",
        ),
        ("channel", "客服热线 总经理热线 营业厅 面访客服中心 客户俱乐部 社区/客户经理 信函 传真 公司网站 短信"),
        ("matter", "投诉 建议 意见 批评 咨询 举报 表扬"),
        ("request_kind", "反映问题 解决 处理 补偿/赔偿 口头道歉 书面道歉 更正 解释 处分责任人"),
        ("chase_ground", "关键问题 疑难问题 未按规定处理 将超时 已超时"),
        ("grant_kind", "业务使用类 计费差错类 解除服务（协议）"),
        ("cause", "公司或合作方操作不当 公司或合作方宣传不当 通信资源故障 技术原因引发产品缺陷 运营商间互联互通不畅"),
        ("cause", "员工行为举止不当 内部管理流程不畅 其他与公司相关联原因"),
        ("reply_way", "电话 信函 传真 电子邮件 面访"),
    ],
)
def test_VOCAB_the_words_of_document_3_are_there(field: str, words: str) -> None:
    assert set(words.split()) <= titles(field)


@pytest.mark.clause("D12-1-1-2", "D12-1-2", "D12-5-5-1-2-a")
@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("nature", "有效投诉 求助型 咨询型 发泄型"),
        ("severity", "重大投诉 重要投诉 轻微投诉"),
        ("content_type", "设备 服务态度 服务质量 突发性事件"),
        ("content_item", "空调 照明 供水供电 电梯 维修质量 邮件送达 停电 停水"),
        ("case_decision", "口头解释 立即立项 弄清情况后再立项"),
    ],
)
def test_PROPVOC_the_words_of_document_12_are_there(field: str, words: str) -> None:
    assert set(words.split()) <= titles(field, DESK)


# ── channels and origins ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("channel", "kind"),
    [("hotline", "recorded"), ("hall", "face_to_face"), ("account_manager", "face_to_face"), ("letter", "written")],
)
def test_CHAN_each_says_whether_it_is_face_to_face_recorded_or_written(channel: str, kind: str) -> None:
    assert telecom(cast(), on(24, 9), channel=channel).fact("channel_kind") == kind


@pytest.mark.clause("D9-p1")
@pytest.mark.django_db
@pytest.mark.parametrize(("origin", "priority"), [("customer", 0), ("media", 4000), ("regulator", 4000)])
def test_CHAN_media_and_regulator_raise_the_gravity(origin: str, priority: int) -> None:
    assert telecom(cast(), on(24, 9), origin=origin).ticket.priority == priority


@pytest.mark.clause("D3-2.2.1-a", "D3-2.2.1-c", "D3-2.2.1-e", "D3-2.2.1-f")
@pytest.mark.django_db
def test_C08_four_principles_add_up_and_say_why() -> None:
    case = telecom(cast(), on(24, 9), customer={"level": "vip"}, grave=True, many=True, basic=True)
    assert case.ticket.priority == 15000
    assert [mark["short"] for mark in case.ticket.marks] == ["VIP", "可能申诉", "多客户", "通信中断"]


@pytest.mark.clause("D3-2.4.3-e")
@pytest.mark.django_db
@pytest.mark.parametrize("action", ["submit", "answer"])
def test_SIGN_a_form_taken_face_to_face_is_signed_or_the_refusal_witnessed(action: str) -> None:
    c = cast()
    given = TYPES if action == "submit" else {"reply_text": "已说明", "outcome": "explained"}
    for more, missing in (({}, {"signed_form"}), ({"sign_refused": True}, {"witness"})):
        case = telecom(c, on(24, 9), channel="hall")
        with pytest.raises(Invalid) as invalid:
            case.do("front_desk", action, on(24, 9, 30), **given, **more)
        assert set(invalid.value.errors) == missing
    for more in ({"signed_form": upload(c, "front_desk")}, {"sign_refused": True, "witness": "值班经理"}):
        case = telecom(c, on(24, 9), channel="hall")
        case.do("front_desk", action, on(24, 9, 30), **given, **more)
        assert case.ticket.state in ("review", "closed")


# ── what the customer said ───────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D6-p4")
@pytest.mark.django_db
def test_VERBATIM_the_customers_words_are_never_rewritten() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    words = case.ticket.content
    for who, action, given in (
        ("head", "feedback", {"solution": "x"}),
        ("head", "sign", {}),
        ("dispatcher", "tell_progress", {"progress": "在查"}),
    ):
        with pytest.raises(Invalid) as invalid:
            case.do(who, action, on(24, 12), content="客户说没事了", **given)
        assert set(invalid.value.errors) == {"content"}
    assert case.ticket.content == words
    takers = [name for name, act in BOOK.actions.items() if any(need.field == "content" for need in act.fields)]
    assert takers == ["register"]


@pytest.mark.django_db
def test_REQUEST_kinds_and_words_are_kept_and_each_is_answered() -> None:
    case = telecom(cast(), on(24, 9), request_kind=["compensate", "apology_oral"], request="退还三天费用并道歉")
    with pytest.raises(Invalid):
        telecom(case.c, on(24, 9), request_kind=["no such kind"])
    to_callback(to_handling(case), request_answers="退费 12 元；已致歉")
    assert case.fact("request_kind") == ["compensate", "apology_oral"]
    assert case.fact("request_answers") == "退费 12 元；已致歉"


@pytest.mark.clause("D7-2-b")
@pytest.mark.django_db
def test_FIELDS_grounds_context_and_the_sender_of_a_transferred_complaint() -> None:
    said = {"grounds": "合同约定 24 小时修复", "waiting_minutes": 40, "people_ahead": 12, "speaker": "other"}
    case = telecom(cast(), on(24, 9), **said, transferred_by="12315", transferred_number="豫-77")
    assert {name: case.fact(name) for name in said} == said
    assert case.fact("transferred_number") == "豫-77"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("matter", "called"), [("praise", False), ("enquiry", False), ("complaint", True), ("report", True)]
)
def test_NATURE_says_which_kinds_run_the_full_loop(matter: str, called: bool) -> None:
    case = to_callback(to_handling(telecom(cast(), on(24, 9), matter=matter)))
    assert case.fact("sampled") is called
    if called:
        with pytest.raises(Refused):
            case.do("caller", "close", on(25, 9))
    else:
        case.do("caller", "close", on(25, 9))


@pytest.mark.clause("D7-2-a")
@pytest.mark.django_db
def test_CAUSE_with_who_could_have_controlled_it() -> None:
    case = to_handling(telecom(cast(), on(24, 9)))
    given = {"cause": "resource_fault", "controllable": True, "controlled_by": "410100-line", "findings": "光缆老化"}
    case.do("head", "feedback", on(24, 16), solution="更换", **given)
    assert {name: case.fact(name) for name in ("cause", "controllable", "controlled_by")} == {
        "cause": "resource_fault",
        "controllable": True,
        "controlled_by": "410100-line",
    }
    assert case.now.steps[2].data["findings"] == "光缆老化", "on the step, so parallel answers stand beside each other"


@pytest.mark.clause("D8-9-1-4-c")
@pytest.mark.django_db
def test_EVIDENCE_files_are_internal_until_they_are_given_to_the_customer() -> None:
    c = cast()
    case = to_handling(telecom(c, on(24, 9)))
    photo = upload(c, "head", "光缆.pdf")
    case.do("head", "feedback", on(24, 16), solution="更换", attachment=photo)
    row = Attachment.objects.get(pk=photo)
    assert (row.ticket_id, row.field, row.internal) == (case.id, "attachment", True)


@pytest.mark.clause("D3-2.4.3-h", "D6-p12", "D6-p13")
@pytest.mark.django_db
def test_APOLOGY_a_letter_has_its_signer_its_seal_and_its_date() -> None:
    c = cast()
    case = to_handling(telecom(c, on(24, 9)))
    with pytest.raises(Invalid) as invalid:
        case.do("dispatcher", "apologise", on(24, 12), apology_way="letter")
    assert set(invalid.value.errors) == {"apology_letter", "apology_signer", "apology_by"}
    case.do("dispatcher", "apologise", on(24, 12), apology_way="oral")
    assert Event.objects.filter(ticket=case.id, name="apologise").get().data["given"] == {"apology_way": "oral"}


@pytest.mark.django_db
def test_EVAL_an_improvement_at_closing_opens_a_rectification_at_the_department() -> None:
    case = to_callback(to_handling(telecom(cast(), on(24, 9))))
    case.do("caller", "callback", on(25, 9), reached=True, satisfaction="satisfied", solved=True)
    said = {"summary": "光缆老化", "evaluation": "及时", "improvement": "排查同批光缆"}
    case.do("caller", "close", on(25, 9, 30), **said)
    assert {name: case.fact(name) for name in said} == said
    assert Rectification.objects.filter(ticket=case.id).count() == 1


# ── authority ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.clause("D3-2.5.5-a", "D3-2.5.5-b", "D7-2-d")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("level", "kind", "more", "most"),
    [
        ("ordinary", "usage", {}, 30),
        ("ordinary", "billing_error", {}, 50),
        ("ordinary", "billing_error", {"tenure": "long", "spend": "high"}, 100),
        ("vip", "billing_error", {}, 200),
        ("vip", "contract", {}, 0),
    ],
)
def test_AUTH_what_the_front_line_may_grant(level: str, kind: str, more: dict[str, str], most: int) -> None:
    case = telecom(cast(), on(24, 9), customer={"level": level})
    given = {"grant_kind": kind, "reason": "话单有误", **more}
    with pytest.raises(Invalid) as invalid:
        case.do("front_desk", "grant", on(24, 9, 5), **given, amount=most + 1)
    assert set(invalid.value.errors) == {"amount"}
    case.do("front_desk", "grant", on(24, 9, 5), **given, amount=most, legal_basis="电信条例", potential="high")
    assert Event.objects.filter(ticket=case.id, name="grant").get().data["given"]["amount"] == most


@pytest.mark.clause("D3-2.5.5-a")
@pytest.mark.django_db
def test_AUTH_the_centre_may_grant_more_and_a_returned_form_loses_it_again() -> None:
    case = telecom(cast(), on(24, 9))
    case.do("front_desk", "submit", on(24, 9, 30), **TYPES)
    given = {"grant_kind": "billing_error", "reason": "话单有误", "amount": 200}
    case.do("dispatcher", "grant", on(24, 10), **given)
    case.do("dispatcher", "return_form", on(24, 10, 5), reason="缺地址")
    with pytest.raises(Invalid):
        case.do("front_desk", "grant", on(24, 10, 10), **given)


# ── why a deadline is where it is ────────────────────────────────────────────────────────────────────
def explained(case: Any, name: str) -> dict[str, str]:
    found = ticket_read(case.id)
    clock = next(one for one in reversed(found.picture.clocks) if one.name == name)
    step = found.picture.step(clock.step) if clock.step else None
    calendar = found.world.calendar_of(step.unit) if step else found.world.calendar
    told = explain_clock(
        clock, book=found.book, picture=found.picture, world=found.world, calendar=calendar, language="zh", at=on(24, 9)
    )
    return {"skipped": "；".join(told.skipped), **{row["words"]: row["value"] for row in told.rows}}


@pytest.mark.django_db
def test_N05_the_promise_tells_start_limit_extension_and_pause() -> None:
    case = to_callback(to_handling(telecom(cast(), on(24, 9))))
    case.do(
        "caller",
        "callback",
        on(26, 11),
        reached=True,
        satisfaction="unsatisfied",
        solved=False,
        unsatisfied_with="又断",
    )
    case.do("caller", "screen", on(26, 11))
    case.do("dispatcher", "rework", on(26, 13), to="410100-net", reason="未查", until=on(28, 12).isoformat())
    told = " ".join(f"{words} {value}" for words, value in explained(case, "promise").items())
    for said in ("48 小时", "省级", "重算", "暂停", "回访再处理", "昼夜连续"):
        assert said in told, told


@pytest.mark.django_db
def test_N05_working_days_name_the_days_that_were_left_out() -> None:
    """Screened on Thursday the 26th at 11:00, 2 working days: Friday and Monday, to closing time."""
    case = to_callback(to_handling(telecom(cast(), on(24, 9))))
    case.do(
        "caller",
        "callback",
        on(26, 11),
        reached=True,
        satisfaction="unsatisfied",
        solved=False,
        unsatisfied_with="又断",
    )
    case.do("caller", "screen", on(26, 11))
    told = explained(case, "screening")
    assert local(case.clock("screening").due_at) == on(30, 17, 30)
    assert "11-28" in told["skipped"]
    assert "周末" in told["skipped"]


@pytest.mark.django_db
def test_N05_days_of_the_property_desk_are_calendar_days() -> None:
    case = desk_case(cast(), on(27, 9))
    given = {"case_ground": "on_site", "contact": "李", "address": "3", "phone": "1", "valid_ground": "harm"}
    facts = {"nature": "valid", "harm": False, "promise_broken": False, "fault": False}
    case.do("receptionist", "open_case", on(27, 9), **given, **facts)
    assert local(case.clock("handling").due_at) == on(30, 0), "Friday + 2 days: Sunday 24:00, no day is left out"
    assert explained(case, "handling")["计时方式"] == "按日历日，起算当天不计"
