"""Which fields the intake form shows, where, and why: from the rulebook alone (design §9.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints_site.lib.initials import initials
from tickets.actions.preview import Preview, ending_offer, main_offer, title_of
from tickets.core.conditions import View, holds, test_holds
from tickets.core.explain import facts_in
from tickets.core.offers import Offer
from tickets.rulebook.compiled import Condition, Field, Has, Need, OneOf, Title
from tickets.views.intake_form import ANSWERED_BY, IntakeForm
from tickets.views.phrase_check import phrases_url
from tickets.views.reader import language

# Where the fields stand that many rulebooks share; every other one stands in the third section.
WHAT_ROW = (
    "channel",
    "business_type",
    "complaint_type",
    "content_type",
    "content_item",
    "occurred_at",
    "occurred_place",
)
WHAT_TEXTS = ("request",)
GRADING = ("grade", "reply_way", "tell_as", "reason")
SHOWN_EARLY = ("phenomenon", "occurred_place", "request_kind")
LONG = frozenset({"content", "reply_text", "request_answers", "explanation", "grounds", "legal_basis"})
COMBO_FROM = 8  # choices; fewer are seen at a glance
YES_NO = (("true", Title("是", "Yes")), ("false", Title("否", "No")))
WIDE_ROW = 4


@dataclass
class Sections:
    what: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    required: list[dict[str, Any]] = field(default_factory=list)
    optional: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    folded: list[dict[str, Any]] = field(default_factory=list)
    grading: list[dict[str, Any]] = field(default_factory=list)
    answer: list[dict[str, Any]] = field(default_factory=list)
    because: str = ""


@dataclass
class Layout:
    form: IntakeForm
    preview: Preview
    errors: dict[str, list[str]]

    @property
    def main(self) -> Offer | None:
        return main_offer(self.form.book, self.preview.offers)

    @property
    def ending(self) -> Offer | None:
        return ending_offer(self.preview.offers)

    def sections(self) -> Sections:
        made = Sections()
        needs = self._needs(self.main)
        self._place(made, needs)
        made.because = self._because([one["name"] for one in made.required], needs)
        shown = {one["name"] for part in (made.what, made.texts, made.required, made.grading) for one in part}
        made.answer = self._answer(shown)
        return made

    # ── which ──

    def _needs(self, offer: Offer | None) -> dict[str, list[Need]]:
        """Every field of `register` and of the offered action, with what asks for it."""
        found: dict[str, list[Need]] = {}
        for need in (*self.form.book.register.fields, *(offer.action.fields if offer else ())):
            if need.field in self.form.book.fields and need.field not in ANSWERED_BY:
                found.setdefault(need.field, []).append(need)
        return found

    @property
    def _view(self) -> View:
        preview = self.preview
        return View(self.form.book, preview.registered, self.form.reader.at, given=self.form.values)

    def _is_required(self, needs: list[Need]) -> bool:
        return any(need.required and holds(need.when, self._view) for need in needs)

    def _is_asked_now(self, name: str, needs: list[Need], everything: dict[str, list[Need]]) -> bool:
        """A conditional field is shown once its condition holds; a switch of such a condition with the rest of it."""
        if self._is_required(needs):
            return True
        if all(need.required and need.when for need in needs):
            return False
        switches = [
            need.when
            for others in everything.values()
            for need in others
            if need.when and name in facts_in(need.when) and len(need.when.tests) > 1
        ]
        return not switches or any(self._rest_holds(when, name) for when in switches)

    def _rest_holds(self, when: Condition, name: str) -> bool:
        return all(test_holds(test, self._view) for test in when.tests if not _is_about(test, name))

    # ── where ──

    def _place(self, made: Sections, everything: dict[str, list[Need]]) -> None:
        row = [name for name in WHAT_ROW if name in everything]
        first = sorted(row, key=lambda name: not self._is_required(everything[name]))[:WIDE_ROW]
        row = [name for name in row if name in first]
        for name in row:
            made.what.append(self._described(name, everything[name], span=12 // len(row)))
        for name, needs in everything.items():
            if name in row or not self._is_asked_now(name, needs, everything):
                continue
            rule, required = self.form.book.fields[name], self._is_required(needs)
            if name in WHAT_TEXTS:
                made.texts.append(self._described(name, needs, span=12))
            elif name in GRADING:
                made.grading.append(self._described(name, needs, span=6))
            elif required:
                made.required.append(self._described(name, needs, span=12 if name in LONG else 6))
            elif rule.type == "boolean":
                made.marks.append(self._described(name, needs))
            elif name in SHOWN_EARLY and rule.type == "text":
                made.optional.append(self._described(name, needs, span=3))
            elif rule.type != "file" or name in self.form.values:
                made.folded.append(self._described(name, needs, span=12 if name in LONG or rule.type == "list" else 6))
        made.grading.sort(key=lambda one: GRADING.index(one["name"]))
        self._suggest(made)

    def _answer(self, shown: set[str]) -> list[dict[str, Any]]:
        """The box of the answer on the spot: what the ending action asks beyond the form."""
        offer = self.ending
        if offer is None:
            return []
        everything: dict[str, list[Need]] = {}
        for need in offer.action.fields:
            if need.field in self.form.book.fields and need.field not in ANSWERED_BY:
                everything.setdefault(need.field, []).append(need)
        return [
            self._described(name, needs, span=12 if name in LONG else 6)
            for name, needs in everything.items()
            if name not in shown and self._is_asked_now(name, needs, everything)
        ]

    # ── how ──

    def _described(self, name: str, needs: list[Need], span: int = 0) -> dict[str, Any]:
        return describe(
            self.form, name, self.form.book.fields[name], self._is_required(needs), self.errors.get(name), span
        )

    def _suggest(self, made: Sections) -> None:
        """What the routing table makes likely, beside the choice (ruling TOLD)."""
        facts, book = self.preview.picture.facts, self.form.book
        for one in made.grading:
            told = {"tell_as": "told"}.get(one["name"], "")
            if told in book.fields and facts.get(told) and not self.preview.missing:
                one["suggested"] = title_of(book, told, facts[told]).say(language())
                reasons = self.preview.row_of(told) if told in book.tables else []
                one["hint"] = _suggestion_reason(reasons) or one["hint"]

    def _because(self, asked: list[str], everything: dict[str, list[Need]]) -> str:
        """Why the third section asks what it asks."""
        own = {name: everything[name] for name in asked}
        if not own:
            return _("规则手册没有更多必填项")
        facts: dict[str, None] = {}
        for needs in own.values():
            for need in needs:
                facts |= dict.fromkeys(sorted(facts_in(need.when))) if need.required else {}
        words = [self._fact_words(name) for name in facts if name in self.form.book.fields]
        known = [word for word in words if word]
        text = ngettext("规则手册要求这 %(count)d 项", "规则手册要求这 %(count)d 项", len(own)) % {"count": len(own)}
        if not known:
            return text
        return _("因为%(facts)s，%(text)s") % {"facts": "、".join(known), "text": text}

    def _fact_words(self, name: str) -> str:
        value = self._view.fact(name)
        if value in (None, "", False):
            return ""
        titles = (
            self.form.book.fields[name].title.say(language()),
            title_of(self.form.book, name, value).say(language()),
        )
        return _("%(title)s是“%(value)s”") % {"title": titles[0], "value": titles[1]}


def _is_about(test: object, name: str) -> bool:
    match test:
        case OneOf(fact):
            return fact == name
        case Has(fields):
            return name in fields
    return False


def _suggestion_reason(reasons: list[tuple[Title, Title]]) -> str:
    if not reasons:
        return ""
    words = [
        _("%(title)s是“%(value)s”") % {"title": title.say(language()), "value": value.say(language())}
        for title, value in reasons
    ]
    return _("因为%(facts)s。改了要写理由") % {"facts": "、".join(words)}


def describe(
    form: IntakeForm, name: str, rule: Field, required: bool, errors: list[str] | None = None, span: int = 0
) -> dict[str, Any]:
    """A field as partials/field.html draws it, with what was typed."""
    say, kind = language(), rule.type
    choices = [
        {"value": value, "title": title.say(say), "initials": initials(title.zh)}
        for value, title in (YES_NO if kind == "boolean" and required else rule.choices.items())
    ]
    if kind == "boolean" and required:
        kind = "choice"
    hint = rule.hint.say(say) if rule.hint else ""
    return {
        "name": name,
        "type": {"datetime": "text", "text": "text"}.get(kind, kind),
        "title": rule.title.say(say),
        "required": required,
        "choices": choices or None,
        "value": _shown(form, name, rule, kind, required),
        "hint": hint,
        "placeholder": _("如 昨天 20、3天前") if rule.type == "datetime" else "",
        "errors": errors,
        "span": span or None,
        "long": name in LONG,
        "maxlength": 20000 if kind == "text" and not choices and rule.type != "datetime" else None,
        "combo": kind == "choice" and len(choices) >= COMBO_FROM,
        "names": rule.type if rule.type in ("unit", "person") else "",
        "phrases_url": phrases_url(form.book, name),
    }


def _shown(form: IntakeForm, name: str, rule: Field, kind: str, required: bool) -> Any:
    """What was typed; the rulebook's default where nothing was and nothing must be chosen."""
    if kind == "list":
        return form.data.getlist(name)
    typed = form.data.get(name)
    if kind == "boolean":
        return typed in ("true", "on")
    if typed is None and kind == "choice" and not required and isinstance(rule.default, str):
        return rule.default
    return typed or ""


def sentence_for(rule: Field | None, name: str, said: str, missing: bool) -> str:
    """What to do about a field: the engine's 必填 alone tells nobody where."""
    say = language()
    title = rule.title.say(say) if rule else name
    if not missing:
        alone = rule is None or name == "content" or title in said
        return said if alone else _("%(title)s：%(words)s") % {"title": title, "words": said}
    if name == "complaint_type":
        return _("选择投诉类型，才能确定派给哪个部门")
    if rule is not None and (rule.choices or rule.type in ("boolean", "unit", "person")):
        return _("选择%(title)s") % {"title": title}
    if rule is not None and rule.type == "file":
        return _("上传%(title)s") % {"title": title}
    return _("填写%(title)s") % {"title": title}
