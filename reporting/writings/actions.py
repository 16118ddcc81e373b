"""Writing, editing and publishing. A published text stays as it is; those addressed are told by mail (K08, P04)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from complaints_site.lib.paper import Block, Paper, Section, Table, Text
from reporting.access import Viewer, viewer_of
from reporting.models import Writing
from reporting.periods import Period
from reporting.reports.contents import unit_name
from reporting.reports.document import WIDTHS
from reporting.reports.receivers import covers
from reporting.reports.schedules import require_manager
from reporting.trail import note
from tickets.access import BLIND_ROLES
from tickets.channels import EMAIL, usable
from tickets.core.sentences import Forbidden, Invalid, Refused, Say
from tickets.models import Message, Person, Unit

from .drafts import Threshold, analysis_sections, bulletin_sections
from .facts import Scope

LONGEST_TITLE, LONGEST_TEXT = 200, 20_000
KINDS = Writing.Kind


def analysis_draft(unit: Unit, period: Period, *, language: str, actor: Person, at: datetime) -> Writing:
    """An analysis report on a unit and a period, from what the writer sees. Raises Forbidden, Backlog."""
    require_manager(actor, unit.pk, at)
    scope = _scope(unit, period, language, viewer_of(actor, at))
    with translation.override("en" if language == "en" else "zh-hans"):
        sections, versions = analysis_sections(scope)
        title = _("%(unit)s投诉分析报告") % {"unit": scope.unit_name}
    return _create(KINDS.ANALYSIS, unit, period, title, sections, versions, language, actor, at)


def bulletin_draft(
    unit: Unit, period: Period, threshold: Threshold, *, language: str, actor: Person, at: datetime
) -> Writing:
    """A bulletin on the units over a threshold, addressed to them. Raises Forbidden, Backlog."""
    require_manager(actor, unit.pk, at)
    scope = _scope(unit, period, language, viewer_of(actor, at))
    with translation.override("en" if language == "en" else "zh-hans"):
        sections, versions, named = bulletin_sections(scope, threshold)
        title = _("%(unit)s服务质量通报") % {"unit": scope.unit_name}
    made = _create(KINDS.BULLETIN, unit, period, title, sections, versions, language, actor, at)
    made.to.set([row["of"] for row in named if row["of"] in scope.viewer.world.units])
    return made


def _scope(unit: Unit, period: Period, language: str, viewer: Viewer) -> Scope:
    """Of the root nothing is narrowed."""
    code = unit.code if viewer.world.units[unit.pk].parent is not None else ""
    return Scope(viewer, period, code, unit_name(viewer, unit.code, language), language)


def _create(
    kind: str,
    unit: Unit,
    period: Period,
    title: str,
    sections: list[dict[str, Any]],
    versions: Mapping[str, int],
    language: str,
    actor: Person,
    at: datetime,
) -> Writing:
    return Writing.objects.create(
        organisation_id=unit.organisation_id,
        kind=kind,
        unit=unit,
        period_start=period.start,
        period_end=period.end,
        title=title,
        sections=sections,
        versions=dict(versions),
        language=language,
        written_by=actor,
        written_at=at,
    )


def writings_for(person: Person, at: datetime) -> QuerySet[Writing]:
    """What a person may read: on units whose work they see in whole; published ones addressed to where they serve."""
    viewer = viewer_of(person, at)
    whole = [unit for unit in viewer.world.units if covers(viewer, unit)]
    serves = {duty.unit for duty in viewer.world.duties_of(person.pk, at) if duty.role not in BLIND_ROLES}
    addressed = Q(
        published_at__isnull=False, pk__in=Writing.to.through.objects.filter(unit__in=serves).values("writing")
    )
    return Writing.objects.filter(Q(unit__in=whole) | addressed, organisation=person.organisation_id)


def writing_edit(
    writing: Writing,
    *,
    title: str,
    texts: Sequence[str],
    to: Sequence[Unit],
    version: int,
    actor: Person,
    at: datetime,
) -> None:
    """Change a draft that is still as it was read. Raises Forbidden, Invalid, Refused."""
    require_manager(actor, writing.unit_id, at)
    _require_texts(writing, title, texts)
    if any(unit.organisation_id != writing.organisation_id for unit in to):
        raise Forbidden(Say("只能发给本组织的单位", "Only units of the same organisation are addressed"))
    sections = [{**section, "text": text} for section, text in zip(writing.sections, texts, strict=True)]
    with transaction.atomic():
        _claim(writing, version, title=title.strip(), sections=sections)
        writing.to.set(to)


def writing_publish(writing: Writing, *, version: int, actor: Person, at: datetime) -> None:
    """Publish a draft as it stands and tell those addressed. Raises Forbidden, Refused."""
    require_manager(actor, writing.unit_id, at)
    with transaction.atomic():
        _claim(writing, version, published_by=actor, published_at=at)
        Message.objects.bulk_create(_mails(writing, at), ignore_conflicts=True)
        note("writing_publish", actor=actor, at=at, writing=writing.pk, title=writing.title)


def _require_texts(writing: Writing, title: str, texts: Sequence[str]) -> None:
    errors = Invalid()
    if not title.strip() or len(title) > LONGEST_TITLE:
        errors.add("title", "写标题，不超过 200 字。", "Write a title of 200 characters at most.")
    if len(texts) != len(writing.sections) or any(len(text) > LONGEST_TEXT for text in texts):
        errors.add("text", "每一节不超过 20,000 字。", "A section has 20,000 characters at most.")
    errors.raise_if_any()


def _claim(writing: Writing, version: int, **values: Any) -> None:
    """The row count of the UPDATE says whether it is still the draft that was read."""
    draft = Writing.objects.filter(pk=writing.pk, version=version, published_at=None)
    if not draft.update(version=F("version") + 1, **values):
        raise Refused(
            "stale", Say("别人已经改过或发布了，请重新打开", "Somebody changed or published it; open it again")
        )
    writing.refresh_from_db()


def _mails(writing: Writing, at: datetime) -> list[Message]:
    if usable(EMAIL) is None:
        return []
    viewer = viewer_of(writing.published_by, at) if writing.published_by else None
    units = set(writing.to.values_list("pk", flat=True))
    duties = viewer.world.duties if viewer else ()
    people = {duty.person for duty in duties if duty.unit in units and duty.role not in BLIND_ROLES}
    told = Person.objects.filter(pk__in=people, is_active=True).exclude(email="").order_by("pk")
    return [_mail(writing, person, at) for person in told]


def _mail(writing: Writing, person: Person, at: datetime) -> Message:
    text = "\n\n".join(f"{section['title']}\n{section['text']}" for section in writing.sections)
    return Message(
        name="writing",
        way=EMAIL,
        person=person,
        address=person.email,
        subject=writing.title,
        text=text,
        key=f"writing:{writing.pk}:{person.pk}:{EMAIL}",
        created_at=at,
        next_try_at=at,
    )


def paper_of(writing: Writing, organisation: str, zone: Any) -> Paper:
    """The text as a document, for Word, PDF and print."""
    first, end = (at.astimezone(zone).date() for at in (writing.period_start, writing.period_end))
    facts = ((_("统计期间"), f"{first} – {end - timedelta(days=1)}"),)
    to = "、".join(unit.name for unit in writing.to.order_by("pk"))
    published = writing.published_at
    date = f"{published.astimezone(zone):%Y-%m-%d}" if published else _("草稿")
    return Paper(
        title=writing.title,
        sections=tuple(Section(one["title"], _blocks(one)) for one in writing.sections),
        facts=facts,
        to=to,
        closing=(organisation, date),
        english=writing.language == "en",
    )


def _blocks(section: Mapping[str, Any]) -> tuple[Block, ...]:
    tables = (Table(tuple(one["head"]), tuple(tuple(row) for row in one["rows"]), WIDTHS) for one in section["tables"])
    return (Text(section["text"]), *tables)
