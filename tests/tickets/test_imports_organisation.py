"""Units, people and routes from the tables people keep (rows O01, O02, O05)."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from tests.books import loaded
from tests.cast import Cast, cast
from tickets.models import Organisation, Person, Route, Unit

pytestmark = pytest.mark.django_db

CHINESE = """单位代码,单位名称,上级单位,层级,职能,区划代码,营业时间,全天
BUS-1,一车队,BUS,市,投诉工单处理责任部门、协办部门,,08:00-12:00,否
BUS,公交公司,,总部,经理/总经理,,,
BUS-desk,投诉办,BUS,市,service、channel,410100,,是
"""


@pytest.fixture
def c() -> Cast:
    return cast()


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run(command: str, path: Path, **options: object) -> tuple[str, str]:
    """What the command said, and what it complained about."""
    out, err = StringIO(), StringIO()
    try:
        call_command(command, str(path), stdout=out, stderr=err, **options)
    except CommandError as error:
        return out.getvalue(), err.getvalue() + str(error)
    return out.getvalue(), ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_O01_a_csv_of_any_office_program_makes_the_tree(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, CHINESE.encode(encoding))
    assert run("import_units", path, organisation="BUS") == ("created 3, changed 0, unchanged 0\n", "")
    assert Organisation.objects.get(code="BUS").name == "公交公司"
    team = Unit.objects.get(code="BUS-1")
    assert (team.parent.code, team.tier, team.functions) == ("BUS", "city", ["handler", "assist"])
    assert team.hours == [["08:00", "12:00"]]
    desk = Unit.objects.get(code="BUS-desk")
    assert (desk.functions, desk.round_the_clock, desk.region) == (["service", "channel"], True, "410100")


def test_O01_an_xlsx_with_english_headings_and_codes_typed_as_numbers(tmp_path: Path, c: Cast) -> None:
    book = Workbook()
    for row in (["code", "name", "parent", "tier"], [410300, "洛阳市分公司", 410000, "city"], [None] * 4):
        book.active.append(row)
    book.save(tmp_path / "units.xlsx")
    assert run("import_units", tmp_path / "units.xlsx", organisation="HQ") == (
        "created 1, changed 0, unchanged 0\n",
        "",
    )
    assert Unit.objects.get(code="410300").parent == c.units["410000"]


def test_O01_importing_twice_changes_nothing_and_a_new_parent_moves_the_unit(tmp_path: Path) -> None:
    run("import_units", written(tmp_path, CHINESE), organisation="BUS")
    assert run("import_units", written(tmp_path, CHINESE), organisation="BUS")[0].endswith("unchanged 3\n")
    moved = "code,parent,name\nBUS-1,BUS-desk,第一车队\n"
    assert run("import_units", written(tmp_path, moved), organisation="BUS")[0].startswith("created 0, changed 1")
    team = Unit.objects.get(code="BUS-1")
    assert (team.name, team.parent.code, team.tier) == ("第一车队", "BUS-desk", "city")
    assert team.path.startswith(team.parent.path)


def test_O01_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    said, _errors = run("import_units", written(tmp_path, CHINESE), organisation="BUS", dry_run=True)
    assert said == "would be created 3, would be changed 0, unchanged 0\n"
    assert not Unit.objects.exists()


def test_O01_every_bad_row_is_listed_and_nothing_is_written(tmp_path: Path, c: Cast) -> None:
    bad = """code,name,parent,tier,functions,round_the_clock
a,,410100,city,,
b,乙,nowhere,city,,
c,丙,410100,city,kitchen,
d,丁,410100,city,,maybe
d,丁,410100,city,,
e,戊,f,city,,
f,己,e,city,,
good,好,410100,city,assist,
"""
    count = Unit.objects.count()
    _said, errors = run("import_units", written(tmp_path, bad), organisation="HQ")
    for row, column in ((2, "name"), (3, "parent"), (4, "functions"), (5, "round_the_clock"), (6, "code")):
        assert f"第 {row} 行 {column}:" in errors
    assert "第 7 行 parent" in errors
    assert "第 8 行 parent" in errors
    assert "第 9 行" not in errors
    assert "7 errors, nothing was written." in errors
    assert Unit.objects.count() == count


def test_O01_errors_can_be_told_in_english(tmp_path: Path, c: Cast) -> None:
    _said, errors = run(
        "import_units", written(tmp_path, "code,name,parent\na,甲,nowhere\n"), organisation="HQ", lang="en"
    )
    assert "1 errors" in errors


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        ("", "a.csv", "文件是空的"),
        ("单位代码,名字\n", "a.csv", "不认识的列:名字"),
        ("单位代码\nx\n", "a.csv", "缺少的列:单位名称"),
        ("code,代码,name\n", "a.csv", "出现两次的列:code"),
        ('code,name\n"x,y\n', "a.csv", "CSV 有错"),
        (b"\xff\xff\x80\x81\xff", "a.csv", "编码"),
        ("no workbook", "a.xlsx", "XLSX"),
    ],
)
def test_O01_a_file_that_can_not_be_read_says_why(tmp_path: Path, content: str | bytes, name: str, reason: str) -> None:
    _said, errors = run("import_units", written(tmp_path, content, name), organisation="HQ")
    assert reason in errors


def test_O02_people_come_with_duties_and_a_first_password(tmp_path: Path, c: Cast) -> None:
    table = (
        "工号,姓名,所在单位,邮箱,角色,含下级\n0371001,王小明,410100-hall,a@cast.invalid,受理员 handler@410100-net,否\n"
    )
    said, errors = run("import_people", written(tmp_path, table))
    assert not errors
    username, password = said.splitlines()[0].split("\t")
    person = Person.objects.get(username=username)
    assert person.check_password(password)
    assert {(duty.role, duty.unit.code) for duty in person.duties.all()} == {
        ("front_desk", "410100-hall"),
        ("handler", "410100-net"),
    }
    assert run("import_people", written(tmp_path, table))[0] == "created 0, changed 0, unchanged 1\n"


def test_O02_first_passwords_can_go_to_a_file_for_the_owner_alone(tmp_path: Path, c: Cast) -> None:
    path = tmp_path / "passwords.csv"
    said, _errors = run(
        "import_people", written(tmp_path, "工号,姓名,单位\n0371002,李四,410100-net\n"), passwords_to=path
    )
    assert "0371002" not in said
    assert path.stat().st_mode & 0o777 == 0o600
    username, password = path.read_text().splitlines()[1].split(",")
    assert Person.objects.get(username=username).check_password(password)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("x1,甲,nowhere,front_desk", "unit"),
        ("x1,甲,,front_desk", "unit"),
        ("x1,甲,410100-net,captain", "role"),
        ("x1,,410100-net,handler", "name"),
        ("receptionist,接待员,410100-net,handler", "unit"),
        ("auditor,审计员,HQ,administrator", "role"),
    ],
)
def test_O02_people_who_do_not_do_are_refused(tmp_path: Path, c: Cast, row: str, column: str) -> None:
    count = Person.objects.count()
    _said, errors = run("import_people", written(tmp_path, f"工号,姓名,单位,角色\n{row}\n"))
    assert f"第 2 行 {column}:" in errors
    assert Person.objects.count() == count


def test_O02_a_weak_password_is_refused(tmp_path: Path, c: Cast) -> None:
    _said, errors = run("import_people", written(tmp_path, "工号,姓名,单位\nx1,甲,410100-net\n"), password="12345")
    assert "第 2 行 password:" in errors


def test_O05_routes_are_imported_with_a_seat(tmp_path: Path, c: Cast) -> None:
    table = "去处,业务类型,投诉类型,区域,客户级别,专席\n410100-net,fixed,全部,410100,vip,handler\n410000-market,,,,,\n"
    assert run("import_routes", written(tmp_path, table))[0] == "created 1, changed 1, unchanged 0\n"
    row = Route.objects.get(level="vip")
    assert (row.business_type, row.complaint_type, row.region, row.person) == (
        "fixed",
        "*",
        "410100",
        c.people["handler"],
    )
    assert run("import_routes", written(tmp_path, table))[0] == "created 0, changed 0, unchanged 2\n"


def test_O05_a_route_to_nowhere_is_refused(tmp_path: Path, c: Cast) -> None:
    table = "unit,person,position\nnowhere,,\n410100-net,nobody,\n410100-net,,first\n410100-net,receptionist,\n"
    _said, errors = run("import_routes", written(tmp_path, table))
    for row, column in ((2, "unit"), (3, "person"), (4, "position"), (5, "person")):
        assert f"第 {row} 行 {column}:" in errors


def test_O05_types_may_be_given_by_the_titles_of_a_loaded_rulebook(tmp_path: Path, c: Cast) -> None:
    loaded("unicom-complaint")
    table = "去处,业务类型,投诉类型\n410100-net,宽带/数据,网络质量\n410000-market,fixed,\n410000-market,增值,\n"
    _said, errors = run("import_routes", written(tmp_path, table))
    assert "第 4 行 business_type: 没有一本规则手册有“增值”这个值。" in errors
    run("import_routes", written(tmp_path, table.replace("410000-market,增值,\n", "")))
    assert Route.objects.filter(business_type="fixed.broadband", complaint_type="network_quality").exists()
    assert Route.objects.filter(business_type="fixed").exists()
