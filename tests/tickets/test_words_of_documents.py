"""The words that the documents themselves use are choices of their rulebooks (VOCAB, CHAN, CAUSE)."""

import pytest

from reporting.models import ReportSchedule
from reporting.reports.schedules import schedules_of_rulebooks
from tests.books import BOOKS, loaded
from tests.cast import cast, duty
from tests.tickets.drives import on
from tickets.rulebook.load import load_file


@pytest.mark.parametrize(
    ("book", "field", "words"),
    [
        pytest.param("company-service", "topic", "服务态度 专业素质 服务效率 其他", marks=pytest.mark.clause("D2-2-a")),
        pytest.param("company-service", "channel", "投诉电话 投诉邮箱", marks=pytest.mark.clause("D2-3-a")),
        pytest.param(
            "city-bus",
            "topic",
            "安全驾驶 服务质量 车容车貌、车辆维修 批评、建议与意见 咨询",
            marks=pytest.mark.clause("D4-1-1"),
        ),
        pytest.param("city-bus", "matter", "投诉 批评 建议 意见 咨询", marks=pytest.mark.clause("D4-1-4")),
        pytest.param("service-window", "topic", "违规违纪行为 办事程序 服务态度", marks=pytest.mark.clause("D11-2-a")),
        pytest.param("service-window", "form", "口头 电话 书面", marks=pytest.mark.clause("D11-2-b")),
        pytest.param(
            "village-bank",
            "content_kind",
            "工作人员失误和服务态度 管理制度、工作流程、服务产品和服务渠道 恶意投诉 意见和建议",
            marks=pytest.mark.clause("D20-8-1"),
        ),
        pytest.param(
            "village-bank",
            "channel",
            "客户服务电话 电子邮箱 客户意见箱 信件 上门 转来投诉",
            marks=pytest.mark.clause("D20-9"),
        ),
        pytest.param(
            "bank-rules",
            "cause",
            "业务出错 口径不一致 简单业务等待时间长 "
            "办理过程中等待时间过长 柜台有人但长时间不叫号 半数以上柜台长期暂停办理",
            marks=pytest.mark.clause("D7-1-1", "D7-1-2", "D7-1-3", "D7-1-4", "D7-1-5", "D7-1-6"),
        ),
        pytest.param("bank-rules", "channel", "电话 意见箱 监管部门投诉电话", marks=pytest.mark.clause("D9-p4")),
        pytest.param(
            "bank-rules",
            "cause",
            "服务质量 服务手段 服务内容 服务态度 服务环境",
            marks=pytest.mark.clause("D1-p1-b", "D19-1-2", "D19-1-3"),
        ),
        pytest.param(
            "bank-rules",
            "cause",
            "无依据的要求 服务态度 操作 拒绝办理（如兑换零钱） 应急培训和演练不到位",
            marks=pytest.mark.clause("D6-p1", "D6-p2", "D6-p6", "D9-p2", "D19-1-1"),
        ),
        pytest.param(
            "unicom-escalation",
            "channel",
            "客服热线 传真 网站 电子邮件 多媒体 来函 来访",
            marks=pytest.mark.clause("D3-3.2-b", "D3-1.2.1-2-a"),
        ),
        pytest.param(
            "unicom-appeal",
            "channel",
            "电话（12300） 传真 电子邮件 语音信箱 来人 来函",
            marks=pytest.mark.clause("D3-4.1.1-a"),
        ),
        pytest.param(
            "unicom-appeal",
            "origin",
            "部立案 部非立案 其他主管部门 消费者协会 客户直接申诉",
            marks=pytest.mark.clause("D3-4.1.1-b", "D3-4.3.2-a", "D3-4.3.2-b", "D3-4.3.2-c"),
        ),
        pytest.param(
            "unicom-appeal",
            "business_type",
            "固定电话 基础数据 互联网 卡类 其它",
            marks=pytest.mark.clause("D3-4.3.1-a"),
        ),
        pytest.param(
            "unicom-appeal", "nature", "收费争议 通信质量 服务质量 其它", marks=pytest.mark.clause("D3-4.3.1-b")
        ),
        pytest.param(
            "unicom-appeal",
            "ground_company",
            "营销违反规定 服务不达标 管理疏漏 工作差错 搪塞推诿 处理不到位",
            marks=pytest.mark.clause("D3-4.6.2-1-a", "D3-4.6.2-1-b"),
        ),
        pytest.param(
            "unicom-appeal", "ground_user", "操作不当 未实事求是反映问题", marks=pytest.mark.clause("D3-4.6.2-4")
        ),
        pytest.param(
            "property",
            "case_ground",
            "需派人到现场处理 有关人员发现需跟进 客户反映需跟进 紧急求救 职责范围外求助",
            marks=pytest.mark.clause(
                "D12-5-5-1-1-a", "D12-5-5-1-1-b", "D12-5-5-1-1-c", "D12-5-5-1-1-d", "D12-5-5-1-1-e"
            ),
        ),
    ],
)
def test_VOCAB_the_words_of_a_document_are_choices(book: str, field: str, words: str) -> None:
    titles = {title.zh for title in load_file(BOOKS / f"{book}.toml").fields[field].choices.values()}
    assert set(words.split()) <= titles


@pytest.mark.clause("D20-12-1", "D20-12-2-3")
def test_RBOWNER_one_department_makes_the_rules_and_another_explains_them() -> None:
    book = load_file(BOOKS / "village-bank.toml")
    assert (book.owner, book.interpreter) == ("营业（计财）部", "综合管理部")


@pytest.mark.django_db
@pytest.mark.clause("D8-9-4-1", "D11-5-4", "D20-12-2-7", "D20-13-5")
def test_K04_the_reports_that_documents_ask_for_are_schedules() -> None:
    c = cast()
    for book in ("bank-rules", "service-window", "village-bank"):
        loaded(book)
    for role in ("officer", "inspector_head"):
        duty(c.people["office_head"], role, c.units["PROP"])
    schedules_of_rulebooks(c.prop, at=on(24, 12))
    made = dict(ReportSchedule.objects.values_list("source", "every"))
    assert made == {
        "bank-rules:yearly": "year",
        "service-window:monthly": "month",
        "service-window:yearly": "year",
        "village-bank:half_year": "half-year",
    }
