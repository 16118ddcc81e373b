"""People over REST (rows I06, O02): a personnel system makes, changes and shuts accounts as the security administrator.

No answer holds a password, but for the first one, which is asked for and given once; mobile numbers are masked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from complaints_site.lib import mask

from ..actions import people as actions
from ..actions.administration import ADMINISTRATOR, AUDITOR, SECURITY, administer, holds
from ..core.sentences import Forbidden, Invalid, Say
from ..imports_organisation import one_time_password
from ..models import Duty, Organisation, Person, Unit
from .endpoint import Endpoint
from .pages import PAGE_NAMES, Order, page_of
from .people_bodies import CHANGE_NAMES, NEW_NAMES, Wanted, wanted_of
from .schema import ONE, PAGING, READING, WRITING, described, example, paged, query
from .shapes import text

USERNAME = OpenApiParameter("username", {"type": "string", "maxLength": 60}, OpenApiParameter.PATH)
FILTERS = frozenset({*PAGE_NAMES, "unit", "role", "is_active"})
T = TypeVar("T")


class DutyShape(serializers.Serializer[Any]):
    role = text(longest=40)
    unit = text(longest=40, help_text=_("单位代码"))
    subtree = serializers.BooleanField(required=False, help_text=_("连同下级单位"))


class PersonShape(serializers.Serializer[Any]):
    username = text(help_text=_("工号"))
    name = text()
    email = text()
    mobile = text(help_text=_("中间几位不给出"))
    unit = text(null=True, help_text=_("所在单位的代码"))
    kind = serializers.ChoiceField(choices=Person.Kind.values)
    is_active = serializers.BooleanField()
    duties = DutyShape(many=True)
    first_password = text(required=False, help_text=_("只在新建并要求时给出这一次；本人第一次登录要换掉"))


class ChangedPersonShape(serializers.Serializer[Any]):
    name = text(longest=60, required=False)
    email = text(longest=254, required=False)
    mobile = text(longest=20, required=False)
    unit = text(longest=40, required=False)
    is_active = serializers.BooleanField(required=False, help_text=_("false：停用，登录和令牌马上失效"))
    duties = DutyShape(many=True, required=False, help_text=_("以后的全部岗位；不给就不动"))


class NewPersonShape(ChangedPersonShape):
    username = text(longest=60)
    name = text(longest=60)
    unit = text(longest=40)
    with_password = serializers.BooleanField(required=False, help_text=_("给一个首次密码；用统一登录的人不需要"))


EXAMPLE = {
    "username": "0371001",
    "name": "李四",
    "unit": "410100-net",
    "duties": [{"role": "handler", "unit": "410100-net"}],
}


class PeopleEndpoint(Endpoint):
    tagged = False  # personal data of staff: nobody keeps a copy

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        readers = (ADMINISTRATOR, SECURITY, AUDITOR) if request.method in ("GET", "HEAD") else (SECURITY,)
        if not any(holds(self.person, role, self.at) for role in readers):
            raise Forbidden(Say("这件事由安全管理员办", "This is the security administrator's work"))

    @property
    def organisation(self) -> Organisation:
        assert self.person.organisation is not None  # noqa: S101  the endpoint lets nobody else in
        return self.person.organisation

    @property
    def people(self) -> QuerySet[Person]:
        duties = Prefetch("duties", Duty.objects.select_related("unit").order_by("role", "unit__code"))
        found = Person.objects.filter(organisation=self.organisation)
        return found.select_related("home_unit").prefetch_related(duties)

    def change(self, what: str, username: str, change: Callable[[], T], **data: object) -> T:
        return administer(actor=self.person, at=self.at, what=what, data={"person": username, **data}, change=change)

    def unit(self, code: str, field: str) -> Unit:
        found = Unit.objects.open().filter(organisation=self.organisation, code=code).first()
        if found is None:
            errors = Invalid()
            errors.add(field, "没有这个单位", "There is no such unit")
            raise errors
        return found

    def set_duties(self, person: Person, wanted: Wanted) -> None:
        """Exactly these; each one given or withdrawn stands in the audit trail."""
        due = {(one.role, self.unit(one.unit, "duties")): one.subtree for one in wanted.duties or ()}
        for duty in person.duties.select_related("unit"):
            if (duty.role, duty.unit) not in due:
                self.change(
                    "duty_withdraw", person.username, _withdrawn(person, duty), role=duty.role, unit=duty.unit.code
                )
        for (role, unit), subtree in due.items():
            if not person.duties.filter(role=role, unit=unit, subtree=subtree).exists():
                data = {"role": role, "unit": unit.code, "subtree": subtree}
                self.change("duty_grant", person.username, _granted(person, role, unit, subtree), **data)

    def describe(self, person: Person, *, first_password: str | None = None) -> dict[str, Any]:
        return {
            "username": person.username,
            "name": person.name,
            "email": person.email,
            "mobile": mask.phone(person.mobile),
            "unit": person.home_unit.code if person.home_unit else None,
            "kind": person.kind,
            "is_active": person.is_active,
            "duties": [{"role": d.role, "unit": d.unit.code, "subtree": d.subtree} for d in person.duties.all()],
            **({"first_password": first_password} if first_password else {}),
        }


class People(PeopleEndpoint):
    @extend_schema(
        **described(
            "people_list",
            _("人员和岗位"),
            answers={200: paged("Person", PersonShape)},
            refusals=READING,
            parameters=[query("unit"), query("role"), query("is_active", {"type": "boolean"}), *PAGING],
        )
    )
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, FILTERS)
        return Response(page_of(request, self._found(request), Order("id"), self.describe))

    @extend_schema(
        **described(
            "people_create",
            _("新建人员"),
            answers={201: PersonShape},
            refusals=WRITING,
            request=NewPersonShape,
            examples=[example(_("新员工"), EXAMPLE)],
        )
    )
    def post(self, request: Request) -> Response:
        wanted = wanted_of(self.body(NEW_NAMES), is_new=True)
        password = one_time_password() if wanted.with_password else None
        with transaction.atomic():
            made = self.change("person_create", wanted.username, lambda: self._made(wanted, password))
            self.set_duties(made, wanted)
        return Response(self.describe(self.people.get(pk=made.pk), first_password=password), status=201)

    def _made(self, wanted: Wanted, password: str | None) -> Person:
        return actions.person_create(
            organisation=self.organisation,
            username=wanted.username,
            home_unit=self.unit(wanted.unit or "", "unit"),
            password=password,
            **wanted.texts,
        )

    def _found(self, request: Request) -> QuerySet[Person]:
        asked = {name: str(value).replace("\x00", "") for name, value in request.query_params.items()}
        found = self.people
        if "unit" in asked:
            found = found.filter(home_unit__code=asked["unit"])
        if "role" in asked:
            found = found.filter(pk__in=Duty.objects.filter(role=asked["role"]).values("person"))
        if "is_active" in asked:
            if asked["is_active"] not in ("true", "false"):
                errors = Invalid()
                errors.add("is_active", "只能填 true 或 false", "Must be true or false")
                raise errors
            found = found.filter(is_active=asked["is_active"] == "true")
        return found


class OnePerson(PeopleEndpoint):
    @extend_schema(
        **described("people_retrieve", _("一个人"), answers={200: PersonShape}, refusals=ONE, parameters=[USERNAME])
    )
    def get(self, request: Request, username: str) -> Response:
        self.refuse_unknown(request.query_params, frozenset())
        return Response(self.describe(self._one(username)))

    @extend_schema(
        **described(
            "people_partial_update",
            _("修改、停用或启用，改岗位"),
            answers={200: PersonShape},
            refusals=(404, *WRITING),
            request=ChangedPersonShape,
            parameters=[USERNAME],
            examples=[example(_("离职"), {"is_active": False})],
        )
    )
    def patch(self, request: Request, username: str) -> Response:
        person = self._one(username)
        wanted = wanted_of(self.body(CHANGE_NAMES), is_new=False)
        if person.pk == self.person.pk and (wanted.duties is not None or wanted.is_active is not None):
            raise Forbidden(
                Say("自己的岗位和账号由另一位安全管理员改", "Another security administrator changes your own")
            )
        with transaction.atomic():
            self._change(person, wanted)
            if wanted.duties is not None:
                self.set_duties(person, wanted)
            self._switch(person, wanted)
        return Response(self.describe(self._one(username)))

    def _one(self, username: str) -> Person:
        found = self.people.filter(username=username).first()
        if found is None:
            raise Http404
        return found

    def _change(self, person: Person, wanted: Wanted) -> None:
        values: dict[str, object] = dict(wanted.texts)
        if wanted.unit is not None:
            values["home_unit"] = self.unit(wanted.unit, "unit")
        if values:
            change = lambda: actions.person_change(person=person, **values)  # noqa: E731
            self.change("person_change", person.username, change, fields=sorted(values))

    def _switch(self, person: Person, wanted: Wanted) -> None:
        if wanted.is_active is None or wanted.is_active == person.is_active:
            return
        if wanted.is_active:
            self.change("person_activate", person.username, lambda: actions.person_activate(person=person))
        else:
            shut = lambda: actions.person_deactivate(person=person, at=self.at)  # noqa: E731
            self.change("person_deactivate", person.username, shut)


def _granted(person: Person, role: str, unit: Unit, subtree: bool) -> Callable[[], Duty]:
    return lambda: actions.duty_grant(person=person, role=role, unit=unit, subtree=subtree)


def _withdrawn(person: Person, duty: Duty) -> Callable[[], None]:
    return lambda: actions.duty_withdraw(person=person, role=duty.role, unit=duty.unit)
