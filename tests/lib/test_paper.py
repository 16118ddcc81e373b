"""Documents as Word, print view and PDF (rows A03, C22; reliability, rule 16)."""

from __future__ import annotations

import io
import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn

from complaints_site.lib.paper import (
    Cell,
    Grid,
    NoPdf,
    Paper,
    Section,
    Sign,
    Signatures,
    Table,
    Text,
    pdf,
    to_html,
    to_pdf,
    to_word,
)
from complaints_site.lib.paper.model import numeral

PAPER = Paper(
    title="关于客户王某申诉事项的处理报告",
    facts=(("编号", "T20261124000001"),),
    to="总部客户服务部：",
    sections=(
        Section("基本情况", (Text("第一段\n第二段 <b>&amp;\x00\x0b\ud800"),)),
        Section("", (Text("不编号的一段"),)),
        Section("办理过程", (Table(("环节", "时间"), (("处理", "2026年11月24日"),)),)),
        Section(
            "登记", (Grid((Cell("姓名", "王某"), Cell("电话", "138"), Cell("内容", "断线", wide=True, tall=True))),)
        ),
        Section("", (Signatures((Sign("负责人签名"),)),)),
    ),
    closing=("河南省分公司", "2026年11月24日"),
)


def test_A03_word_has_numbered_sections_chinese_fonts_a4_and_page_numbers() -> None:
    made = docx.Document(io.BytesIO(to_word(PAPER)))
    said = [line.text for line in made.paragraphs]
    assert [line for line in said if "、" in line] == ["一、基本情况", "二、办理过程", "三、登记"]
    assert "第二段 <b>&amp;" in said, "what XML can't carry is dropped, the rest is kept to the letter"
    fonts = {run._element.rPr.rFonts.get(qn("w:eastAsia")) for line in made.paragraphs for run in line.runs}
    assert fonts == {"方正小标宋简体", "黑体", "仿宋", "宋体"}
    assert (round(made.sections[0].page_width.mm), round(made.sections[0].page_height.mm)) == (210, 297)
    assert re.findall(r"PAGE|NUMPAGES", made.sections[0].footer._element.xml) == ["PAGE", "NUMPAGES"]
    assert [cell.text for cell in made.tables[0].rows[1].cells] == ["处理", "2026年11月24日"]
    form = made.tables[1]
    assert [cell.text for cell in form.rows[0].cells] == ["姓名", "王某", "电话", "138"]
    assert form.rows[1].cells[1]._tc is form.rows[1].cells[3]._tc, "a wide cell takes the whole line"


def test_A03_the_same_document_gives_the_same_bytes() -> None:
    assert to_word(PAPER) == to_word(PAPER)
    with zipfile.ZipFile(io.BytesIO(to_word(PAPER))) as package:
        assert {member.date_time for member in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert to_pdf(PAPER) == to_pdf(PAPER)


def test_C22_the_print_view_escapes_what_people_typed() -> None:
    html = to_html(PAPER)
    assert "第二段 &lt;b&gt;&amp;amp;" in html
    assert "style=" not in html
    assert html.count("<h2>") == 3


def test_A03_a_pdf_fetches_nothing(caplog: pytest.LogCaptureFixture) -> None:
    page = '<p>投诉</p><img src="file:///etc/passwd"><link rel="stylesheet" href="http://127.0.0.1:9/x.css">'
    assert pdf._rendered(page).startswith(b"%PDF-")
    refused = [line for line in caplog.messages if "fetches nothing" in line]
    assert len(refused) == 2, caplog.messages


def test_A03_a_machine_without_the_library_or_a_font_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    for missing, named in ((pdf.NO_LIBRARY, "libpango"), (pdf.NO_FONT, "fonts-noto-cjk")):
        monkeypatch.setattr(pdf, "_missing", lambda missing=missing: missing)
        with pytest.raises(NoPdf, match=named):
            to_pdf(PAPER)


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")],
)
def test_A03_sections_are_numbered_in_chinese(number: int, said: str) -> None:
    assert numeral(number) == said
