"""Customer numbers by table: the denominators of the rates per 10,000 (row O06)."""

from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from reporting.access import house
from reporting.declarations import indicators
from reporting.figures import figures
from reporting.models import CustomerBase
from reporting.questions import question
from tests.books import loaded
from tests.cast import Cast, cast
from tests.tickets.test_loop import complaint, on
from tickets.models import Person

pytestmark = pytest.mark.django_db
HEAD = "月份,业务类型,区划代码,客户数\n"


@pytest.fixture
def c() -> Cast:
    loaded("unicom-complaint")
    return cast()


def post(person: Person, text: str, **more: str) -> tuple[int, str]:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    file = SimpleUploadedFile("customers.csv", text.encode("gb18030"))
    with time_machine.travel(on(24, 18), tick=False):
        response = client.post(reverse("customers"), {"file": file, **more})
    return response.status_code, response.content.decode()


@pytest.mark.clause("D3-2.6.3-a-2")
def test_O06_a_file_is_imported_twice_and_a_corrected_one_replaces(c: Cast) -> None:
    who = c.people["administrator"]
    assert post(who, HEAD + "2026-11,,,20000\n2026年11月,固定业务,410000,5000\n")[0] in (200, 422)
    post(who, HEAD + "2026-11,,,20000\n")
    post(who, HEAD + '2026-11,,,"25,000"\n')
    assert CustomerBase.objects.get(business_type="").customers == 25_000


def test_O06_one_bad_row_and_nothing_is_written(c: Cast) -> None:
    status, page = post(
        c.people["administrator"], HEAD + "2026-11,,,20000\n2026-13,,,1\n2026-11,nix,,2\n2026-11,,,x\n2026-11,,,3\n"
    )
    assert status == 422
    for words in ("月份写成 2026-10", "没有“nix”这个值", "客户数是 0 或正整数", "和第 2 行重复"):
        assert words in page
    assert not CustomerBase.objects.exists()


def test_O06_a_trial_run_writes_nothing_and_strangers_may_not(c: Cast) -> None:
    post(c.people["administrator"], HEAD + "2026-11,,,20000\n", dry_run="true")
    assert post(c.people["head"], HEAD + "2026-11,,,20000\n")[0] == 403
    assert not CustomerBase.objects.exists()


def test_O06_the_command_takes_a_workbook_and_the_rate_has_its_denominator(c: Cast, tmp_path: Path) -> None:
    case = complaint(c, on(24, 9))
    case.do("front_desk", "submit", on(24, 9), business_type="fixed.broadband", complaint_type="quality_within_net")
    book = Workbook()
    for row in (["月份", "客户数"], ["2026-11", 20000]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "customers.xlsx")
    call_command("import_customers", tmp_path / "customers.xlsx", organisation="HQ", stdout=StringIO())
    one, eyes = indicators()["complaint_rate"], house(c.hq, on(24, 18))
    asked = question(one, {"from": "2026-11-01", "to": "2026-12-01", "cycle": "month"}, eyes)
    (figure,) = figures([one], asked, eyes)["complaint_rate"]
    assert (figure.numerator, figure.denominator) == (1, 20_000)
    with pytest.raises(CommandError):
        call_command("import_customers", tmp_path / "customers.xlsx", organisation="NIX")
