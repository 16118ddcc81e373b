"""Builds the demo organisations HQ (telecom) and PROP (property company) from the tables beside this file.

It goes through the same imports that an administrator uses, so it may run as often as one likes.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from tickets.actions.books import book_load
from tickets.actions.people import absence_set
from tickets.imports_organisation import import_people, import_routes, import_units
from tickets.models import Person
from tickets.rulebook.problems import RulebookErrors
from tickets.rulebook.source import flatten, search_path
from tickets.sheets import ImportReport

TABLES = Path(__file__).parent
LEAVES = "shared-"  # files that rulebooks include
PASSWORD = "Demo-2026!"  # noqa: S105 the demo's, printed by the command

# Log-in and what this person is good for when one looks around.
LOGINS = {
    "shouli": "受理员（郑州花园路营业厅）",
    "paidan": "派单员（河南省投诉处理中心）",
    "bumen": "责任部门负责人（郑州网络维护部）",
    "chuli": "处理人（郑州网络维护部）",
    "huifang": "回访员（河南省投诉处理中心）",
    "zhuguan": "主管/督办（河南省）",
    "zongbu": "总部派单员",
    "zongdu": "总部督办",
    "shensu": "申诉管理员（总部）",
    "zhijian": "质检员",
    "shenji": "审计员",
    "guanli": "系统管理员",
    "anquan": "安全管理员",
    "wuye-jiedai": "物业接待员",
    "wuye-zhuguan": "物业客服中心主管",
    "wuye-gongcheng": "物业工程部负责人",
    "wuye-jingli": "物业部经理",
    "wuye-guanlichu": "管理处负责人",
    "wuye-zong": "物业公司总经理",
    "wuye-guanli": "物业系统管理员",
    "wuye-shenji": "物业审计员",
}
# Who is away, and who stands in (row O04).
AWAY = {"hn13": "hn12"}


@transaction.atomic
def demo_build(*, at: datetime) -> None:
    """The rulebooks of the search path, and units, people, routes and one absence of both organisations."""
    for folder in search_path(extra=settings.RULEBOOK_PATH):
        for path in sorted(folder.glob("*.toml")):
            if not path.name.startswith(LEAVES):
                _load(path, at)
    _fine(import_units(TABLES / "units-hq.csv", organisation="HQ", at=at))
    _fine(import_units(TABLES / "units-prop.csv", organisation="PROP", at=at))
    report, new = import_people(TABLES / "people.csv", password=lambda: None, at=at)
    _fine(report)
    # One hash for all: hashing is slow on purpose, and the password is no secret here.
    Person.objects.filter(username__in=new).update(password=make_password(PASSWORD))
    _fine(import_routes(TABLES / "routes.csv"))
    for username, deputy in AWAY.items():
        _away(Person.objects.get(username=username), Person.objects.get(username=deputy), at)


def _load(path: Path, at: datetime) -> None:
    """In force before the oldest demo ticket came in. A file that is refused says why; the others are loaded."""
    try:
        book_load(flat=flatten(path, settings.RULEBOOK_PATH), actor=None, at=at - timedelta(days=31))
    except RulebookErrors as errors:
        for problem in errors.problems:
            print(problem.say("zh"), file=sys.stderr)  # noqa: T201  the command's own output


def _away(person: Person, deputy: Person, at: datetime) -> None:
    if not person.absences.filter(ends_at__gt=at).exists():
        absence_set(person=person, deputy=deputy, starts_at=at - timedelta(days=1), ends_at=at + timedelta(days=14))


def _fine(report: ImportReport) -> None:
    if report.errors:
        raise ValueError("; ".join(str(error) for error in report.errors[:20]))
