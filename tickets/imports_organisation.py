"""Import of units, people and routes from CSV and XLSX (rows O01, O02, O05).

All of a file or nothing of it: every row is tried, every error is listed, and one error takes everything back. A row
is found again by its code, its staff number or its cells, so a file can be imported twice; only columns that the file
has are changed, and nothing is taken away.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from complaints_site.lib.errors import Invalid
from tickets.actions.organisation import (
    CELLS,
    organisation_create,
    route_set,
    unit_change,
    unit_close,
    unit_create,
    unit_move,
    unit_reopen,
)
from tickets.actions.people import duty_grant, person_activate, person_change, person_create, person_deactivate
from tickets.models import Organisation, Person, Route, RulebookVersion, Unit
from tickets.roles import roles_known
from tickets.rulebook.registry import book_of
from tickets.sheets import ImportReport, SheetRow, read_sheet, yes_or_no

LIST = re.compile(r"[、,,;;|\s]+")

FUNCTIONS = {
    "service": ("客户服务部门", "客户服务"),
    "centre": ("投诉处理中心",),
    "remote": ("远端处理单元",),
    "owner": ("投诉业务责任部门", "业务责任部门"),
    "handler": ("投诉工单处理责任部门", "处理责任部门", "处理部门"),
    "assist": ("协办部门", "协办"),
    "channel": ("受理渠道", "渠道"),
    "supervision": ("监督/督办", "监督", "督办"),
    "management": ("经理/总经理", "经理", "总经理"),
}
TIERS = {
    "hq": ("总部",),
    "province": ("省", "省分公司"),
    "city": ("市", "市分公司"),
    "site": ("管理处", "项目"),
}
UNIT_COLUMNS = {
    "code": ("单位代码", "代码", "编码"),
    "name": ("单位名称", "名称"),
    "name_en": ("英文名称",),
    "parent": ("上级单位", "上级代码", "上级"),
    "tier": ("层级",),
    "functions": ("职能", "functions"),
    "region": ("区划代码", "行政区划", "区域"),
    "hours": ("营业时间", "工作时间"),
    "round_the_clock": ("全天", "二十四小时", "24小时"),
    "email": ("邮箱", "e-mail"),
    "closed": ("已关闭", "关闭"),
}
PEOPLE_COLUMNS = {
    "username": ("工号", "用户名", "账号"),
    "name": ("姓名",),
    "unit": ("单位代码", "所在单位", "单位"),
    "email": ("邮箱", "e-mail"),
    "mobile": ("手机", "手机号"),
    "roles": ("角色", "role"),
    "subtree": ("含下级",),
    "active": ("启用", "在职"),
}
ROUTE_COLUMNS = {
    "unit": ("单位代码", "去处", "单位"),
    "book": ("规则手册", "rulebook"),
    "business_type": ("业务类型",),
    "complaint_type": ("投诉类型",),
    "region": ("区划代码", "区域", "地区"),
    "level": ("客户级别",),
    "person": ("专席", "工号", "人员"),
    "position": ("顺序", "序号"),
}


class _Undo(Exception):
    """Takes the transaction back; the report has been written already."""


def import_units(path: Path, *, organisation: str, at: datetime, dry_run: bool = False) -> ImportReport:
    """Units of one organisation. A root row with the organisation's code makes the organisation if it isn't there."""
    rows = read_sheet(path, UNIT_COLUMNS, ["code", "name"])

    def work(report: ImportReport) -> None:
        for row in _parents_first(rows, report):
            _try(row, report, partial(_unit, row, organisation, at))

    return _whole(work, dry_run)


def import_people(
    path: Path,
    *,
    password: Callable[[], str | None] | None = None,
    at: datetime,
    dry_run: bool = False,
    organisation: str = "",
    by: str = "",
) -> tuple[ImportReport, dict[str, str | None]]:
    """People and their duties; the second result is the first password of each new person, by staff number.

    A role is an id or a title, at the person's own unit; `role@CODE` is one at another unit, and a `+` behind either
    takes in the units below. With `organisation` only its people are taken, with `by` nobody's own row. `password`
    makes the first passwords (None: no log-in); random ones if it is left out.
    """
    rows = read_sheet(path, PEOPLE_COLUMNS, ["username"])
    passwords: dict[str, str | None] = {}
    titles = {title: role for role, title in roles_known().items()}

    def person(row: SheetRow) -> str:
        _require_own(row, organisation, by)
        return _person(row, titles, password or one_time_password, passwords, at)

    def work(report: ImportReport) -> None:
        for row in rows:
            _try(row, report, partial(person, row))

    return _whole(work, dry_run), passwords


def import_routes(path: Path, *, dry_run: bool = False, organisation: str = "") -> ImportReport:
    """Rows of the routing table, of one organisation if it is named.

    Types may be given by value or by the title a loaded rulebook gives them.
    """
    rows = read_sheet(path, ROUTE_COLUMNS, ["unit"])
    vocabulary = {name: _vocabulary(name) for name in ("business_type", "complaint_type", "level")}

    def work(report: ImportReport) -> None:
        for row in rows:
            _try(row, report, partial(_route, row, vocabulary, organisation))

    return _whole(work, dry_run)


def one_time_password() -> str:
    return secrets.token_urlsafe(12)


def _whole(work: Callable[[ImportReport], None], dry_run: bool) -> ImportReport:
    report = ImportReport()
    try:
        with transaction.atomic():
            work(report)
            if report.errors or dry_run:
                raise _Undo
    except _Undo:
        pass
    report.errors.sort(key=lambda error: error.row)
    return report


def _try(row: SheetRow, report: ImportReport, change: Callable[[], str]) -> None:
    """One row in its own savepoint: `change` says whether it `created`, `changed` or left the `same`."""
    try:
        with transaction.atomic():
            outcome = change()
    except Invalid as error:
        for column, reasons in error.errors.items():
            for reason in reasons:
                report.refuse(row, column, reason)
        return
    setattr(report, outcome, getattr(report, outcome) + 1)


# ── units ────────────────────────────────────────────────────────────────────────────────────────────
def _parents_first(rows: list[SheetRow], report: ImportReport) -> Iterator[SheetRow]:
    """A row may stand before its parent's; a code that stands twice and a circle are errors."""
    waiting: dict[str, SheetRow] = {}
    for row in rows:
        if row["code"] in waiting:
            told = {"code": row["code"], "row": waiting[row["code"]].number}
            report.refuse(row, "code", _("代码“%(code)s”在第 %(row)d 行已出现。") % told)
        else:
            waiting[row["code"]] = row
    while waiting:
        ready = [row for row in waiting.values() if row["parent"] not in waiting]
        for row in ready:
            yield waiting.pop(row["code"])
        if not ready:
            for row in waiting.values():
                report.refuse(row, "parent", _("上级单位互相指向,成了环。"))
            return


def _unit(row: SheetRow, organisation: str, at: datetime) -> str:
    values = _unit_values(row)
    unit = Unit.objects.select_related("organisation", "parent").filter(code=row["code"]).first()
    if unit is None:
        _unit_new(row, organisation, values, at)
        return "created"
    if unit.organisation.code != organisation:
        raise Invalid({"code": [_("代码“%(code)s”属于另一个组织。") % {"code": unit.code}]})
    return "changed" if _unit_again(unit, row, values, at) else "same"


def _unit_new(row: SheetRow, code: str, values: dict[str, object], at: datetime) -> None:
    organisation = Organisation.objects.filter(code=code).first()
    if organisation is None:
        if row["code"] != code or row["parent"]:
            raise Invalid({"code": [_("组织“%(code)s”还没有:先写它的根单位(代码相同、上级为空)。") % {"code": code}]})
        organisation_create(code=code, name=row["name"])
        unit_change(unit=Unit.objects.get(code=code), **values)
        return
    parent = _unit_named(row["parent"], "parent") if row["parent"] else None
    unit = unit_create(organisation=organisation, code=row["code"], parent=parent, **{"tier": "", **values})  # type: ignore[arg-type]
    if _flag(row, "closed"):
        unit_close(unit=unit, at=at)


def _unit_again(unit: Unit, row: SheetRow, values: dict[str, object], at: datetime) -> bool:
    differing = {name: value for name, value in values.items() if getattr(unit, name) != value}
    if differing:
        unit_change(unit=unit, **differing)
    moved = "parent" in row and row["parent"] != (unit.parent.code if unit.parent else "")
    if moved:
        unit_move(unit=unit, parent=_unit_named(row["parent"], "parent"))
    turned = "closed" in row and _flag(row, "closed") != (unit.closed_at is not None)
    if turned:
        unit_close(unit=unit, at=at) if unit.closed_at is None else unit_reopen(unit=unit)
    return bool(differing) or moved or turned


def _unit_values(row: SheetRow) -> dict[str, object]:
    values: dict[str, object] = {name: row[name] for name in ("name", "name_en", "region", "email") if name in row}
    if "tier" in row:
        values["tier"] = _word(row["tier"], TIERS)
    if "functions" in row:
        values["functions"] = [_word(word, FUNCTIONS) for word in LIST.split(row["functions"]) if word]
    if "hours" in row:
        values["hours"] = [part.strip().split("-") for part in LIST.split(row["hours"]) if part]
    if "round_the_clock" in row:
        values["round_the_clock"] = _flag(row, "round_the_clock")
    return values


def _word(text: str, words: dict[str, tuple[str, ...]]) -> str:
    """Our own word for one that people write; what is not known stays as it is."""
    return next((ours for ours, theirs in words.items() if text in theirs), text)


def _unit_named(code: str, column: str) -> Unit:
    unit = Unit.objects.select_related("organisation").filter(code=code).first()
    if unit is None:
        raise Invalid({column: [_("没有代码为“%(code)s”的单位。") % {"code": code}]})
    return unit


def _flag(row: SheetRow, column: str) -> bool:
    try:
        return yes_or_no(row[column])
    except ValueError as error:
        raise Invalid({column: [str(error)]}) from error


# ── people ───────────────────────────────────────────────────────────────────────────────────────────
def _person(
    row: SheetRow,
    titles: dict[str, str],
    password: Callable[[], str | None],
    passwords: dict[str, str | None],
    at: datetime,
) -> str:
    person = Person.objects.filter(username=row["username"]).first()
    home = _home(row, person)
    outcome = "same"
    if person is None:
        first = password()
        person = person_create(
            organisation=home.organisation,
            username=row["username"],
            name=row["name"],
            email=row["email"],
            mobile=row["mobile"],
            home_unit=home,
            password=first,
        )
        passwords[person.username] = first
        outcome = "created"
    elif _person_again(person, row, home, at):
        outcome = "changed"
    granted = [_grant(person, word, row, home, titles) for word in LIST.split(row["roles"]) if word]
    return "changed" if outcome == "same" and any(granted) else outcome


def _home(row: SheetRow, person: Person | None) -> Unit:
    if row["unit"]:
        return _unit_named(row["unit"], "unit")
    if person is None or person.home_unit is None:
        raise Invalid({"unit": [_("填所在单位的代码。")]})
    return person.home_unit


def _require_own(row: SheetRow, organisation: str, by: str) -> None:
    """Raises Invalid for a person or a unit of another organisation, and for whoever imports."""
    if by and row["username"] == by:
        raise Invalid({"username": [_("不能改自己的账号和岗位，请另一位安全管理员改。")]})
    unit = Unit.objects.select_related("organisation").filter(code=row["unit"]).first()
    person = Person.objects.select_related("organisation").filter(username=row["username"]).first()
    owners = [found.organisation for found in (unit, person) if found is not None]
    if organisation and any(owner is None or owner.code != organisation for owner in owners):
        raise Invalid({"unit": [_("单位或人员属于另一个组织。")]})


def _person_again(person: Person, row: SheetRow, home: Unit, at: datetime) -> bool:
    if person.organisation_id != home.organisation_id:
        raise Invalid({"unit": [_("“%(name)s”属于另一个组织。") % {"name": home.name}]})
    wanted = {name: row[name] for name in ("name", "email", "mobile") if row[name]} | {"home_unit": home}
    differing = {name: value for name, value in wanted.items() if getattr(person, name) != value}
    if differing:
        person_change(person=person, **differing)
    turned = bool(row["active"]) and _flag(row, "active") != person.is_active
    if turned:
        person_deactivate(person=person, at=at) if person.is_active else person_activate(person=person)
    return bool(differing) or turned


def _grant(person: Person, word: str, row: SheetRow, home: Unit, titles: dict[str, str]) -> bool:
    """Whether the duty is new or reaches differently than before."""
    role, _at, code = word.removesuffix("+").partition("@")
    role = titles.get(role, role)
    unit = _unit_named(code, "roles") if code else home
    subtree = word.endswith("+") or _flag(row, "subtree")
    if person.duties.filter(role=role, unit=unit, subtree=subtree).exists():
        return False
    duty_grant(person=person, role=role, unit=unit, subtree=subtree)
    return True


# ── routes ───────────────────────────────────────────────────────────────────────────────────────────
def _route(row: SheetRow, vocabulary: dict[str, dict[str, str]], organisation: str) -> str:
    unit = _unit_named(row["unit"], "unit")
    if organisation and unit.organisation.code != organisation:
        raise Invalid({"unit": [_("“%(name)s”属于另一个组织。") % {"name": unit.name}]})
    cells = {name: _cell(row, name, vocabulary.get(name, {})) for name in CELLS}
    person = None
    if row["person"]:
        person = Person.objects.filter(username=row["person"]).first()
        if person is None:
            raise Invalid({"person": [_("没有工号为“%(username)s”的人。") % {"username": row["person"]}]})
    position = _number(row, "position")
    found = Route.objects.filter(organisation=unit.organisation_id, **cells).first()
    if found and (found.unit, found.person) == (unit, person) and position in (None, found.position):
        return "same"
    route_set(unit=unit, person=person, position=position, **cells)
    return "changed" if found else "created"


def _cell(row: SheetRow, name: str, values: dict[str, str]) -> str:
    text = row[name]
    if text in ("", "*", "全部", "任意"):
        return "*"
    if not values or text in values.values() or any(value.startswith(f"{text}.") for value in values.values()):
        return text
    if text not in values:
        raise Invalid({name: [_("没有一本规则手册有“%(text)s”这个值。") % {"text": text}]})
    return values[text]


def _number(row: SheetRow, name: str) -> int | None:
    if not row[name]:
        return None
    if not row[name].isdecimal() or len(row[name]) > 9:
        raise Invalid({name: [_("填一个正整数。")]})
    return int(row[name])


def _vocabulary(name: str) -> dict[str, str]:
    """Title → value of a field, over all loaded rulebooks."""
    books = [book_of(pk) for pk in RulebookVersion.objects.order_by("pk").values_list("pk", flat=True)]
    fields = [book.fields[name] for book in books if name in book.fields]
    return {title.zh: str(value) for field in fields for value, title in field.choices.items()}
