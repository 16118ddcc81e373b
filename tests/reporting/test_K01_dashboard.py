"""The pages of figures: dashboard, one indicator, what stands behind, exports, steps and paths (K01-K03, U05, CORR)."""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from reporting.correlation import correlation
from reporting.declarations import indicators
from reporting.exports import comma_separated, workbook
from tests.cast import Cast, cast, stamp
from tests.tickets.test_loop import complaint, on
from tickets.models import Person, Unit

pytestmark = pytest.mark.django_db
SUBMIT: dict[str, Any] = {"business_type": "fixed.broadband", "complaint_type": "quality_within_net"}
REPLY: dict[str, Any] = {"reply_text": "已修复", "reply_way": "phone", "outcome": "cured"}
LINK = re.compile(r'href="([^"]*/tickets/\?[^"]*)"[^>]*>(?:<span[^>]*>[^<]*</span>)?([\d,]+)</a>')


@pytest.fixture
def c() -> Iterator[Cast]:
    """One settled in time, one whose customer refused the answer, one at the department, one sent back to intake."""
    c = cast()
    for hour, accepted in ((9, True), (10, False), (11, None)):
        case = complaint(c, on(24, hour), channel="letter" if hour == 9 else "hotline")
        case.do("front_desk", "submit", on(24, hour), **SUBMIT)
        case.do("dispatcher", "dispatch", on(24, hour), to="410100-net", reason="光路")
        if accepted is not None:
            case.do("head", "feedback", on(24, 14), solution="已修复")
            case.do("dispatcher", "reply", on(24, 15), accepted=accepted, position="按合同办理", **REPLY)
    with time_machine.travel(on(24, 18), tick=False):
        yield c


def page(person: Person, path: str, status: int = 200) -> str:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    response = client.get(path)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def file(person: Person, path: str) -> bytes:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    response = client.get(path)
    assert response.status_code == 200
    return bytes(response.content)


def card(html: str, title: str) -> str:
    """The card of one number."""
    return next(part for part in html.split('<div class="kpi">') if f">{title}</a></h2>" in part)


def links(html: str) -> list[tuple[str, int]]:
    """Every figure that opens a list, with the number that is written on it."""
    return [(unescape(url), int(number.replace(",", ""))) for url, number in LINK.findall(html)]


def rows_of(person: Person, url: str) -> int:
    html = page(person, url)
    return len(re.findall(r'<th scope="row"><a class="list-title"', html))


def test_K01_a_number_stands_with_what_it_is_made_of_and_what_is_pending(c: Cast) -> None:
    shown = card(page(c.people["auditor"], "/indicators/"), "投诉按时办结率")
    assert '<span class="kpi-number">50.0</span><span class="kpi-unit">%</span>' in shown
    assert "/ 2</span>" in shown
    assert "全部受理 3" in shown
    assert re.search(r"待定 <a [^>]*>1</a>", shown)


def test_K01_no_data_is_a_dash_and_never_zero(c: Cast) -> None:
    shown = card(page(c.people["auditor"], "/indicators/?period=month&on=2025-01-15"), "投诉按时办结率")
    assert '<span class="kpi-number">—</span>' in shown
    assert "这一时期没有数据" in shown


@pytest.mark.clause("D3-2.7.1-b")
def test_K03_a_number_stands_beside_that_of_the_period_before(c: Cast) -> None:
    html = page(c.people["auditor"], "/indicators/?period=day&on=2026-11-25")
    assert "对比：2026-11-24（整期）" in html
    chosen = page(c.people["auditor"], "/indicators/received/?period=day&on=2026-11-25")
    assert re.search(r'<td class="number">3</td><td class="number verdict-">−3</td>', chosen)


@pytest.mark.parametrize("path", ["/indicators/?whole=1", "/indicators/?board=all", "/indicators/steps/?units=1"])
@pytest.mark.parametrize("who", ["auditor", "supervisor", "head"])
def test_K02_every_number_opens_a_list_of_exactly_that_many_rows(c: Cast, who: str, path: str) -> None:
    found = links(page(c.people[who], path))
    if "all" not in path:
        assert found
    for url, number in found:
        assert rows_of(c.people[who], url) == number, url


@pytest.mark.clause("D3-2.6.3-a-3", "D3-2.7.2-b", "D3-2.7.2-c", "D3-2.7.2-d")
def test_K02_numbers_split_by_any_dimensions_open_their_rows(c: Cast) -> None:
    html = page(c.people["auditor"], "/indicators/flow_timeliness/?by=channel&by=unit&by=step&each=week")
    found = links(html)
    assert "受理渠道" in html
    assert len(found) > 4
    for url, number in found:
        assert rows_of(c.people["auditor"], url) == number, url


@pytest.mark.clause("D3-2.2.2-a", "D16-2-a")
def test_K02_a_path_and_its_loops_open_their_tickets(c: Cast) -> None:
    case = complaint(c, on(24, 16))
    case.do("front_desk", "submit", on(24, 16), **SUBMIT)
    case.do("dispatcher", "return_form", on(24, 16), reason="写清楚")
    case.do("front_desk", "submit", on(24, 17), **SUBMIT)
    html = page(c.people["auditor"], "/indicators/steps/")
    assert "4 件工单" in html
    loops = html.partition("来回最多的地方")[2]
    assert "⇄" in loops
    found = links(html)
    assert {number for _, number in links(loops)} == {1}
    for url, number in found:
        assert rows_of(c.people["auditor"], url) == number, url


def test_N09_a_number_explains_itself_with_version_clock_and_both_timelinesses(c: Cast) -> None:
    shown = card(page(c.people["auditor"], "/indicators/"), "投诉按时办结率")
    assert indicators()["on_time_closure"].says.zh in shown
    assert "口径第 1 版" in shown
    assert "时限自己的时钟" in shown
    assert re.search(r"按首次承诺的按时办结率</a> <b>100.0%</b>", shown)


def test_S02_a_department_sees_figures_of_its_own_tickets_alone(c: Cast) -> None:
    complaint(c, on(24, 12))
    assert "全部受理 4" in card(page(c.people["auditor"], "/indicators/"), "投诉按时办结率")
    assert "全部受理 3" in card(page(c.people["head"], "/indicators/"), "投诉按时办结率")
    assert "全部受理 0" in card(page(c.people["js_net_head"], "/indicators/"), "投诉按时办结率")


@pytest.mark.clause("D3-1.2.1-1-b", "D3-1.2.3-1-d", "D3-3.5.3-0")
def test_K01_headquarters_compare_provinces_and_a_province_its_units(c: Cast) -> None:
    assert '<h2 id="units-title">按分公司</h2>' in page(c.people["auditor"], "/indicators/?whole=1")
    narrowed = page(c.people["auditor"], "/indicators/?branch=410000&whole=1")
    assert '<h2 id="units-title">按责任单位</h2>' in narrowed
    assert "分公司：河南省分公司" in narrowed


def test_K01_a_declaration_of_ones_own_needs_no_page(c: Cast, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.toml").write_text(
        '[letters]\nversion = 1\ntitle = "来信占比"\nen = "By letter"\nsays = "来信的比例"\nsays_en = "By letter"\n'
        'kinds = ["complaint"]\nnumerator = { channel = "letter" }\nreference = { most = 20 }\n'
    )
    monkeypatch.setenv("INDICATOR_PATH", str(tmp_path))
    assert "来信占比" in page(c.people["auditor"], "/indicators/?board=all")
    html = page(c.people["auditor"], "/indicators/letters/")
    assert "未达标，差 13.3 个百分点" in html
    assert [number for _, number in links(html)] == [1, 2]


def test_K01_exports_hold_numbers_as_numbers_and_no_formula(c: Cast) -> None:
    Unit.objects.filter(code="410000").update(name="=1+1")
    stamp(c.hq)
    path = "/indicators/on_time_closure/figures.{}?by=branch&each=month"
    sheet = load_workbook(BytesIO(file(c.people["auditor"], path.format("xlsx")))).worksheets[0]
    heading, row = ([cell.value for cell in line] for line in sheet.iter_rows(max_row=2))
    assert heading[:5] == ["时间", "分公司", "投诉按时办结率（%）", "分子", "分母"]
    assert row[1:6] == ["=1+1", 50, 1, 2, 1]
    assert sheet.cell(2, 2).data_type == "s"
    text = file(c.people["auditor"], path.format("csv")).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("2026-11-01,'=1+1,50.0,1,2,1,")


def test_K01_a_file_neutralises_every_way_to_begin_a_formula() -> None:
    table: list[list[Any]] = [["a", "b"], ["@x", -3], ["＝1", None]]
    assert comma_separated(table).decode("utf-8-sig").splitlines() == ["a,b", "'@x,-3", "'＝1,"]
    sheet = load_workbook(BytesIO(workbook([("数据", table)]))).worksheets[0]
    assert (sheet["A2"].data_type, sheet["B2"].value) == ("s", -3)


@pytest.mark.clause("D3-2.6.2-b")
def test_CORR_two_indicators_lie_over_one_time_line(c: Cast) -> None:
    html = page(c.people["auditor"], "/indicators/on_time_closure/?each=day&second=satisfaction")
    assert "投诉按时办结率 与 投诉客户满意度" in html
    assert "数据太少，看不出两者是否相关。" in html
    assert '"kind": "pair"' in html


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(1, 2), (2, 4), (3, 6)], (1.0, 3)),
        ([(1, 3), (2, 2), (3, 1), (None, 9)], (-1.0, 3)),
        ([(1, 1), (2, 1), (3, 1)], (None, 3)),
        ([(1, 1), (2, 2)], (None, 2)),
    ],
)
def test_CORR_the_strength_is_pearsons_and_silent_where_it_means_nothing(pairs: Any, expected: Any) -> None:
    strength, number = correlation(pairs)
    assert number == expected[1]
    assert strength == (None if expected[0] is None else pytest.approx(expected[0]))


@pytest.mark.parametrize(
    "query", ["period=moon", "on=tomorrow", "first=2026-11-05&last=2026-11-01", "unit=nowhere", "first=2026-11-01"]
)
def test_U08_a_period_or_condition_that_cant_be_meant_is_told(c: Cast, query: str) -> None:
    assert "这样看不了" in page(c.people["auditor"], f"/indicators/?{query}", 422)
    page(c.people["auditor"], "/indicators/nothing/", 404)


def test_U05_without_the_chart_library_the_tables_are_open(c: Cast, settings: Any, tmp_path: Any) -> None:
    settings.PACKAGES_DIR = tmp_path
    html = page(c.people["auditor"], "/indicators/")
    assert "echarts" not in html
    assert '<details class="chart-table" open>' in html
