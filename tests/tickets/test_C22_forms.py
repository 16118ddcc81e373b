"""The documents of every rulebook (row C22, ruling FORMS): each can be filled, and says what appendix C asks for."""

from __future__ import annotations

import io
from typing import Any

import docx
import pytest
from django.utils import timezone

from complaints_site.lib.paper import to_word
from tests.books import IDS, loaded
from tests.cast import cast
from tests.tickets.rulebook_files import OWN
from tests.tickets.test_I01_walker import everyman, walker
from tickets.actions.tickets import ticket_read
from tickets.models import Ticket
from tickets.papers.body import document, pieces
from tickets.papers.fill import filled
from tickets.rulebook.load import load_file
from tickets.rulebook.problems import RulebookErrors

# What the seed itself names, by rulebook and form (page 10, appendix C).
NAMED = {
    ("company-service", "record"): "投诉主要内容 客户要求 处理结果 客户反馈意见 最终处理结果 处理过程总结与综合评价",
    ("property", "opinion"): "发生时间 发生地点 被投诉部门、人员 发生经过 住户要求 联系方式、方法",
    ("property", "case"): "是否立项 立项时间 投诉联系人 地址 联系电话 立项内容 最后处理结果 同意销项人员签名 销项时间",
    ("property", "disposal"): "意见表编号 签收人 交回时间",
    ("property", "repair"): "立项号 报修内容 投诉人签名认可",
    ("village-bank", "form_1"): "受理时间 受理渠道 投诉事项 客户诉求 责任部门（牵头/参加）",
    ("village-bank", "form_2"): "责任部门 承办人 调查经过 处理方案 审批意见、时间 负责人签名",
    ("village-bank", "form_3"): "处理结果 是否满意 重新处理次数 归档号",
    ("village-bank", "form_4"): "报告部门 事项概况 行领导批示",
    ("city-bus", "customer_record"): "投诉的事项 结果 下次回复时间",
}


@pytest.mark.django_db
@pytest.mark.parametrize("book", IDS)
def test_C22_every_document_of_every_rulebook_is_filled_from_a_ticket_that_went_its_way(
    book: str, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    c = cast()
    loaded(book)
    client = walker(c, book, seed=7)
    client.walk(client.register(book))
    found, author = ticket_read(Ticket.objects.get().pk), everyman(c, book, "author")
    assert found.book.papers
    for rule in found.book.papers.values():
        body = filled(rule, found, author=author, at=timezone.now())
        made = docx.Document(io.BytesIO(to_word(document(body, rule, "本单位"))))
        assert body["heading"] in [line.text for line in made.paragraphs], rule.name
        assert all("{" not in piece.text for piece in pieces(body)), rule.name


@pytest.mark.clause(
    "D2-3.1-A-c",
    "D12-4-4-3-1-b",
    "D12-4-4-3-1-c",
    "D12-4-4-5-1-c",
    "D12-5-5-2-3",
    "D14-5",
    "D20-13-1",
    "D20-13-3-b",
    "D20-13-4-c",
)
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_C22_a_form_has_the_fields_that_its_document_names(path: Any) -> None:
    book = load_file(path)
    for name, rule in book.papers.items():
        labels = {row.label for part in rule.parts for row in part.rows}
        wanted = set(NAMED.get((book.id, name), "").split())
        assert wanted <= labels, (name, wanted - labels)


WRONG = {
    "no such place: “nmber”; did you mean “number”?": '[{ text = "{nmber}" }]',
    "no such action: “regster”; did you mean “register”?": '[{ text = "{action.regster.at}" }]',
    "no such place: “when”": '[{ rows = [{ label = "x", place = "action.register.when" }] }]',
    "exactly one of: text quote rows table signs": '[{ title = "x" }]',
    "the braces in the text do not pair up": '[{ text = "{number" }]',
    "the list “events” tells how the house worked": '[{ table = "events" }]',
    "no such fact: “nothing”": '[{ text = "x", when = { nothing = true } }]',
}


@pytest.mark.parametrize(("reason", "parts"), WRONG.items())
def test_C22_a_document_that_could_not_be_filled_does_not_load(reason: str, parts: str, tmp_path: Any) -> None:
    source = next(path for path in OWN if path.stem == "service-window").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(f'{source}\n[papers.x]\ntitle = "函"\nfor = "customer"\nparts = {parts}\n', encoding="utf-8")
    with pytest.raises(RulebookErrors) as refused:
        load_file(wrong)
    assert reason in str(refused.value)
