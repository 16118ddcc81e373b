"""The form with which anybody complains: a few fields of our own, and what the rulebook needs (ruling PUBLIC)."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tickets.actions.desk import CHANNEL
from tickets.actions.public import FORM, PublicComplaint, ticket_from_public
from tickets.actions.register import NewCustomer
from tickets.core.sentences import Forbidden, Invalid, Refused
from tickets.models import PublicDesk, Ticket
from tickets.rulebook.compiled import Book, Field, Title
from tickets.uploads import TooBig
from tickets.views.admin_pages import problems
from tickets.views.intake_form import ANSWERED_BY, number
from tickets.views.reader import language

FILES, TRAP = "files", "homepage"
MOST_FILES = 5
SHOWN_TYPES = ("text", "choice", "list", "boolean", "number", "datetime")
KEY = re.compile(r"[0-9a-f]{32}")
YES_NO = (("true", Title("是", "Yes")), ("false", Title("否", "No")))


class PublicForm:
    """Shown empty, or as it was posted with what is wrong."""

    def __init__(
        self, desk: PublicDesk, book: Book, at: datetime, data: QueryDict, files: MultiValueDict[str, UploadedFile]
    ) -> None:
        self.desk, self.book, self.at, self.data = desk, book, at, data
        self.files = files.getlist(FILES)
        self.errors: dict[str, list[str]] = {}

    @property
    def key(self) -> str:
        """Made with the form: sent twice, it is one ticket."""
        given = self.data.get("key", "")
        return given if KEY.fullmatch(given) else uuid.uuid4().hex

    @property
    def asked(self) -> dict[str, tuple[Field, bool]]:
        """The rulebook's fields on this form, and whether each must be filled in."""
        own = {"content", CHANNEL, *ANSWERED_BY}
        found = {}
        for need in self.book.register.fields:
            rule = self.book.fields.get(need.field)
            always = need.required and not need.when
            if rule is None or need.field in own or rule.type not in SHOWN_TYPES or need.field in self.desk.given:
                continue
            if always or need.field in self.desk.asked:
                found[need.field] = (rule, always)
        return found

    # ── posted ──

    def ticket(self) -> Ticket | None:
        """The ticket that was made; None, with the errors, where the form has to be corrected."""
        said = self._said()
        if self.errors:
            return None
        try:
            return ticket_from_public(said, desk=self.desk, at=self.at)
        except Invalid as error:
            self.errors = {
                _own_name(name): [one.say(language()) for one in says] for name, says in error.errors.items()
            }
        except TooBig:
            self.errors = {FILES: [_("文件太大，请分开或压缩后再传。")]}
        except (Refused, Forbidden) as error:
            self.errors = {"": [error.sentence.say(language())]}
        return None

    def _said(self) -> PublicComplaint:
        if self._text(TRAP):
            self.errors[""] = [_("请把“主页”一栏清空再提交：它是用来识别程序的。")]
        if len(self.files) > MOST_FILES:
            self.errors[FILES] = [_("一次最多传 %(n)d 个文件。") % {"n": MOST_FILES}]
        if not self._text("content"):
            self.errors["content"] = [_("写下您要投诉什么。")]
        if not self._text("phone") and not self._text("email"):
            self.errors["phone"] = [_("电话和邮箱至少留一个，不然没法答复您。")]
        self._check_email()
        customer = NewCustomer(
            name=self._text("name"),
            phone=self._text("phone"),
            email=self._text("email"),
            language=get_language() or "zh-hans",
        )
        return PublicComplaint(
            way=FORM,
            key=self.key,
            content=self.data.get("content", ""),
            customer=customer,
            values=self._values(customer),
            files=self.files[:MOST_FILES],
        )

    def _check_email(self) -> None:
        try:
            if self._text("email"):
                validate_email(self._text("email"))
        except ValidationError:
            self.errors["email"] = [_("邮箱写得不对，例如 name@example.com。")]

    def _text(self, name: str) -> str:
        return self.data.get(name, "").replace("\x00", "").strip()

    def _values(self, customer: NewCustomer) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, (rule, _required) in self.asked.items():
            value = self.data.getlist(name) if rule.type == "list" else self._value(rule, self._text(name))
            if value not in (None, "", []):
                found[name] = value
        if "contact" in {need.field for need in self.book.register.fields} and customer.name:
            found["contact"] = customer.name
        return found

    def _value(self, rule: Field, raw: str) -> Any:
        match rule.type:
            case "boolean":
                return {"true": True, "false": False}.get(raw)
            case "number":
                return number(raw) if raw else None
            case "datetime":
                return self._moment(raw)
        return raw

    def _moment(self, raw: str) -> str:
        """As the browser's own control writes it, in the house's zone; anything else is refused by the rulebook."""
        try:
            found = datetime.fromisoformat(raw)
        except ValueError:
            return raw
        return found.replace(tzinfo=found.tzinfo or ZoneInfo(self.desk.organisation.zone)).isoformat()

    # ── shown ──

    def described(self) -> dict[str, Any]:
        own = [
            {"name": "content", "title": _("您要投诉什么"), "long": True, "rows": 8, "maxlength": 20_000, "span": 12},
            {"name": "name", "title": _("您的姓名"), "maxlength": 60, "autocomplete": "name", "span": 4},
            {"name": "phone", "title": _("联系电话"), "maxlength": 30, "autocomplete": "tel", "span": 4},
            {"name": "email", "title": _("电子邮箱"), "maxlength": 200, "autocomplete": "email", "span": 4},
        ]
        for one in own:
            one |= {"type": "text", "required": one["name"] == "content", "choices": []}
        fields = [self._filled(one) for one in own]
        more = [self._filled(self._describe(name, *asked)) for name, asked in self.asked.items()]
        lines = problems(self.errors, [*fields, *more])
        return {
            "fields": fields[:1] + more,
            "contact": fields[1:],
            "problems": lines,
            "file_errors": self.errors.get(FILES),
        }

    def _describe(self, name: str, rule: Field, required: bool) -> dict[str, Any]:
        choices: Any = rule.choices.items() if rule.type != "boolean" else YES_NO
        return {
            "name": name,
            "title": rule.title.say(language()),
            "type": "choice" if rule.type == "boolean" else rule.type,
            "required": required,
            "choices": [{"value": value, "title": title.say(language())} for value, title in choices],
            "hint": rule.hint.say(language()) if rule.hint else "",
            "span": 12 if rule.type == "list" else 6,
        }

    def _filled(self, field: dict[str, Any]) -> dict[str, Any]:
        name = field["name"]
        value = self.data.getlist(name) if field["type"] == "list" else self.data.get(name, "")
        return {**field, "value": value, "errors": self.errors.get(name)}


def _own_name(name: str) -> str:
    """The control that an error of `register` is about."""
    plain = name.removeprefix("customer.")
    return "phone" if plain == "customer" else FILES if plain == "file" else plain
