"""A list that a person makes their own: columns, a name to find it again, and the list as a file (rows U02, S08)."""

import csv
import io

import pytest
from openpyxl import load_workbook

from tests.tickets.desk import Desk
from tickets.models import SavedView

pytestmark = pytest.mark.django_db


def test_U02_columns_are_chosen_and_the_list_is_kept_under_a_name() -> None:
    desk = Desk()
    desk.dispatched(level="vip")
    head, narrow = desk.client("head"), "?sort=time&level=vip&col=customer&col=received&col=nonsense"
    page = head.get(f"/queue/{narrow}").content.decode()
    assert "受理时间</th>" in page
    assert "138****6621" in page
    assert not any(f"{title}</th>" in page for title in ("优先原因", "本环节剩余时间", "对外承诺"))
    panel = head.get(f"/queue/views/{narrow}").content.decode()
    assert "还没有存过视图" in panel
    said = head.post("/queue/views/", {"query": narrow, "name": " "})
    assert said.status_code == 422
    assert "起个名字" in said.content.decode()
    for _again in range(2):
        kept = head.post("/queue/views/", {"query": narrow, "name": "大客户"})
        assert kept["Location"] == "/queue/?sort=time&level=vip&col=customer&col=received"
    (one,) = SavedView.objects.all()
    desk.client("head2").post("/queue/views/", {"query": "", "remove": one.pk})
    assert "大客户" not in desk.client("head2").get("/queue/views/").content.decode()
    assert f'href="{kept["Location"].replace("&", "&amp;")}"' in head.get("/queue/views/").content.decode()
    head.post("/queue/views/", {"query": "", "remove": one.pk})
    assert not SavedView.objects.exists()


def test_S08_the_queue_as_a_file_is_what_is_shown_and_no_formula() -> None:
    desk = Desk()
    later, first = desk.dispatched(content="=1+1"), desk.dispatched(level="vip")
    asked = "?col=customer&col=time"
    answer = desk.client("head").get(f"/queue/export.csv{asked}")
    heading, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert heading == ["工单号", "工单", "业务", "客户", "状态", "本环节到期"]
    assert [row[0] for row in rows] == [first.number, later.number], "in the order of the list"
    assert rows[1][1] == "'=1+1"
    assert {row[3] for row in rows} == {"王** 138****6621"}, "masked as on the screen"
    sheet = load_workbook(io.BytesIO(desk.client("head").get(f"/queue/export.xlsx{asked}").content)).active
    assert [cell.value for cell in sheet[1]] == heading
    assert sheet.cell(3, 2).value == "=1+1"
    assert sheet.cell(3, 2).data_type == "s"
    assert b"T2" not in desk.client("billing_head").get("/queue/export.csv").content, (
        "another unit's work is not theirs"
    )
