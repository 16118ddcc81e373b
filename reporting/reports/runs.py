"""Making reports: what is due is claimed once, made copy by copy, kept, and queued as mail (row K04, rule 4).

A schedule's `next_at` is claimed by the row count of a conditional UPDATE, and its run is made in the same transaction;
(schedule, period, edition) is unique besides. Then the run is leased and made. What fails is tried again, then set
aside with its error where people see it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.utils import translation

from complaints_site.lib.paper import NoPdf, to_pdf
from reporting.access import Viewer, house, viewer_of
from reporting.models import ReportCopy, ReportRun, ReportSchedule
from reporting.periods import Period
from reporting.trail import note
from tickets.core.sentences import Refused, Say
from tickets.delivery import why
from tickets.models import Organisation, Person
from tickets.organisations import world_of

from .contents import Wanted, content_of, versions_of
from .dates import due_on, next_making, period_before
from .definitions import definitions
from .document import document_of
from .mails import mails_of
from .receivers import receivers_of
from .schedules import require_manager
from .workbook import to_workbook

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
AGAIN_AFTER = timedelta(minutes=5)
State = ReportRun.State
log = logging.getLogger(__name__)


def make_due(*, now: Callable[[], datetime]) -> int:
    """One tick: claim every schedule whose moment has come, then make what waits. How many runs were made."""
    claim_due(at=now())
    total = 0
    while make_next(at=now()):
        total += 1
    return total


def claim_due(*, at: datetime) -> int:
    """Runs for the schedules whose moment has come, one period each; a schedule that slept comes again."""
    total = 0
    while True:
        due = list(ReportSchedule.objects.filter(is_active=True, next_at__lte=at).order_by("next_at")[:100])
        total += sum(_claim(schedule, at) for schedule in due)
        if not due:
            return total


@transaction.atomic
def _claim(schedule: ReportSchedule, at: datetime) -> int:
    calendar = world_of(schedule.organisation_id).calendar
    moment = schedule.next_at
    after = next_making(schedule.every, schedule.time_of_day, moment, calendar)
    claimed = ReportSchedule.objects.filter(pk=schedule.pk, next_at=moment).update(next_at=after)
    if not claimed:
        return 0
    period = period_before(schedule.every, moment, calendar)
    if ReportRun.objects.filter(schedule=schedule, period_start=period.start).exists():
        return 0  # somebody had it made already
    _run(schedule, period, 1, None, at)
    return 1


def run_again(schedule: ReportSchedule, period_start: datetime | None, *, actor: Person, at: datetime) -> ReportRun:
    """A further edition of a period's report, or the first of the last whole period. Raises Forbidden, Refused."""
    require_manager(actor, schedule.unit_id, at)
    calendar = world_of(schedule.organisation_id).calendar
    period = period_before(schedule.every, at, calendar)
    if period_start is not None:
        known = ReportRun.objects.filter(schedule=schedule, period_start=period_start).first()
        if known is None:
            raise Refused("void", Say("没有这一期报告", "There is no report on that period"))
        zone = calendar.zone
        period = Period(known.period_start.astimezone(zone), known.period_end.astimezone(zone))
    made = ReportRun.objects.filter(schedule=schedule, period_start=period.start)
    if made.filter(state__in=ReportRun.UNFINISHED).exists():
        raise Refused("waiting", Say("这一期正在生成，请稍候", "The report on that period is being made"))
    edition = (made.aggregate(last=Max("edition"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            run = _run(schedule, period, edition, actor, at)
            note("report_run", actor=actor, at=at, schedule=schedule.pk, run=run.pk, edition=edition)
    except IntegrityError:
        raise Refused("waiting", Say("这一期正在生成，请稍候", "The report on that period is being made")) from None
    return run


def _run(schedule: ReportSchedule, period: Period, edition: int, actor: Person | None, at: datetime) -> ReportRun:
    calendar = world_of(schedule.organisation_id).calendar
    return ReportRun.objects.create(
        schedule=schedule,
        period_start=period.start,
        period_end=period.end,
        due_on=due_on(schedule.due, period, calendar),
        edition=edition,
        asked_by=actor,
        asked_at=at,
    )


# ── making ───────────────────────────────────────────────────────────────────────────────────────────


def make_next(*, at: datetime) -> bool:
    """Lease and make the run that waits longest; False where none does."""
    waiting = Q(state=State.WAITING) & (Q(lease_until=None) | Q(lease_until__lte=at))
    left = Q(state=State.MAKING, lease_until__lte=at)
    run = ReportRun.objects.filter(waiting | left).select_related("schedule").order_by("asked_at", "pk").first()
    if run is None:
        return False
    claim = {"state": State.MAKING, "lease_until": at + LEASE, "attempts": F("attempts") + 1}
    if ReportRun.objects.filter(pk=run.pk, state=run.state, lease_until=run.lease_until).update(**claim):
        run.refresh_from_db()
        _try(run, at)
    return True


def _try(run: ReportRun, at: datetime) -> None:
    """Whatever goes wrong, the row keeps it: tried again later, at last set aside."""
    try:
        with translation.override("en" if run.schedule.language == "en" else "zh-hans"):
            _make(run, at)
    except Exception as error:
        log.exception("report run %s can't be made", run.pk)
        last = run.attempts >= MOST_ATTEMPTS
        state, lease = (State.FAILED, None) if last else (State.WAITING, at + AGAIN_AFTER)
        ReportRun.objects.filter(pk=run.pk).update(state=state, lease_until=lease, error=why(error))


def _make(run: ReportRun, at: datetime) -> None:
    schedule = run.schedule
    world = world_of(schedule.organisation_id)
    receivers = receivers_of(schedule, world, at)
    viewers = [viewer_of(person, at) for person in receivers]
    if schedule.regulator:
        viewers.append(house(Organisation.objects.get(pk=schedule.organisation_id), at))
    _progress(run, 0, len(viewers))
    copies = []
    for done, viewer in enumerate(viewers, start=1):
        copies.append(_copy(run, viewer))
        _progress(run, done, len(viewers))
    with transaction.atomic():
        run.copies.all().delete()  # of an attempt that died half-way
        ReportCopy.objects.bulk_create(copies)
        mails_of(run, copies, at=at)
        versions = versions_of(copies[0].content, definitions()[schedule.definition]) if copies else {}
        made = {"state": State.MADE, "lease_until": None, "made_at": at, "error": "", "versions": versions}
        ReportRun.objects.filter(pk=run.pk).update(**made)


def _progress(run: ReportRun, done: int, all: int) -> None:
    ReportRun.objects.filter(pk=run.pk).update(copies_done=done, copies_all=all)


def _copy(run: ReportRun, viewer: Viewer) -> ReportCopy:
    """Workbook and, where this machine can, PDF, of what this viewer may see."""
    content = content_of(wanted_of(run, viewer), viewer)
    copy = ReportCopy(run=run, person=viewer.person, content=content)
    copy.workbook.save("report.xlsx", ContentFile(to_workbook(content)), save=False)
    try:
        copy.document.save("report.pdf", ContentFile(to_pdf(document_of(content))), save=False)
    except NoPdf as missing:
        copy.no_document = str(missing)[:300]
    return copy


def wanted_of(run: ReportRun, viewer: Viewer) -> Wanted:
    """Of the root nothing is narrowed: all that the viewer sees."""
    schedule, zone = run.schedule, viewer.world.calendar.zone
    unit = viewer.world.units[schedule.unit_id]
    return Wanted(
        definition=definitions()[schedule.definition],
        title=schedule.title_in(schedule.language),
        every=schedule.every,
        period=Period(run.period_start.astimezone(zone), run.period_end.astimezone(zone)),
        unit=unit.code if unit.parent is not None else "",
        language=schedule.language,
    )
