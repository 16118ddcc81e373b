"""A month's figures settled: kept with their definitions, and corrected only with a reason (row N09).

A frozen figure never changes. Where a ticket of that month changes later, the live figure differs from it; whoever may
freeze then restates it: old, new, reason and name stay beside it for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction

from tickets.core.sentences import Forbidden, Refused, Say, invalid
from tickets.models import Organisation, Person

from .access import Viewer, house, viewer_of
from .declarations import Indicator, indicators
from .figures import Figure, figures
from .models import FrozenFigure, FrozenMonth, Restatement
from .periods import MONTH, Period, begin_of, shifted
from .questions import question
from .reports.contents import asked_for
from .reports.receivers import covers
from .trail import note

BRANCH = "branch"
MOST_REASON = 500
KEPT = ("numerator", "denominator", "pending", "value", "version")
Key = tuple[str, int | None]  # indicator, branch
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A frozen figure beside what counts now: `told` is the value in force, after its corrections."""

    figure: FrozenFigure
    indicator: Indicator | None  # None: it is declared no more
    told: Values
    live: Values | None
    restatements: Sequence[Restatement]

    @property
    def differs(self) -> bool:
        return self.live is not None and any(self.live[name] != self.told[name] for name in KEPT)


def may_freeze(viewer: Viewer) -> bool:
    """Whoever sees the work of the whole organisation."""
    return all(covers(viewer, unit.id) for unit in viewer.world.units.values() if unit.parent is None)


def month_of(day: date, viewer: Viewer) -> Period:
    start = datetime.combine(day.replace(day=1), time.min, viewer.world.calendar.zone)
    return Period(start, shifted(MONTH, start, 1))


def month_freeze(day: date, *, actor: Person, at: datetime) -> FrozenMonth:
    """Keep all monthly figures of a month that is over. Raises Forbidden, Refused, Backlog."""
    viewer = _require(actor, at)
    period = month_of(day, viewer)
    if begin_of(MONTH, viewer.world.calendar.local(at)) < period.end:
        raise Refused("not_from", Say("这个月还没有过完", "That month is not over yet"))
    assert actor.organisation is not None  # noqa: S101  whoever may freeze belongs to one
    values = live_values(house(actor.organisation, at), period)
    try:
        with transaction.atomic():
            kept = {"organisation": actor.organisation, "month": period.start.date()}
            made = FrozenMonth.objects.create(**kept, frozen_by=actor, frozen_at=at)
            FrozenFigure.objects.bulk_create(
                FrozenFigure(month=made, indicator=name, branch_id=branch, **one)
                for (name, branch), one in values.items()
            )
            note("month_freeze", actor=actor, at=at, month=f"{period.start:%Y-%m}", figures=len(values))
    except IntegrityError:
        raise Refused("void", Say("这个月已经定稿", "That month is frozen already")) from None
    return made


def live_values(viewer: Viewer, period: Period) -> dict[Key, Values]:
    """Every monthly figure of the whole organisation and of each branch, as it counts now."""
    monthly = [one for one in indicators().values() if MONTH in one.cycles]
    split = [one for one in monthly if BRANCH in one.by]
    whole = figures(monthly, question(monthly[0], asked_for(period), viewer), viewer)
    parts = figures(split, question(split[0], asked_for(period, by=BRANCH), viewer), viewer)
    found: dict[Key, Values] = {(name, None): _values(indicators()[name], rows[0]) for name, rows in whole.items()}
    for name, rows in parts.items():
        found.update({(name, row.dims[0]): _values(indicators()[name], row) for row in rows})
    return found


def _values(one: Indicator, figure: Figure) -> Values:
    return {
        "numerator": float(figure.numerator),
        "denominator": None if figure.denominator is None else int(figure.denominator),
        "pending": figure.pending,
        "value": None if figure.value is None else float(figure.value),
        "version": one.version,
    }


def lines_of(month: FrozenMonth, viewer: Viewer) -> list[Line]:
    """The frozen figures that the viewer may see: of branches that they see in whole, of the house if of all."""
    seen = [figure for figure in _figures(month) if _sees(viewer, figure.branch_id)]
    if not seen:
        return []
    live = live_values(house(month.organisation, viewer.at), month_of(month.month, viewer))
    order = {name: place for place, name in enumerate(indicators())}
    seen.sort(key=lambda figure: (figure.branch_id or 0, order.get(figure.indicator, len(order))))
    return [_line(figure, live.get((figure.indicator, figure.branch_id))) for figure in seen]


def _figures(month: FrozenMonth) -> Iterable[FrozenFigure]:
    return month.figures.prefetch_related("restatements__restated_by")


def _sees(viewer: Viewer, branch: int | None) -> bool:
    return covers(viewer, branch) if branch is not None else may_freeze(viewer)


def _line(figure: FrozenFigure, live: Values | None) -> Line:
    restated = sorted(figure.restatements.all(), key=lambda one: one.pk)
    told = restated[-1].new if restated else {name: getattr(figure, name) for name in KEPT}
    return Line(figure, indicators().get(figure.indicator), told, live, restated)


def figure_restate(figure: FrozenFigure, *, reason: str, actor: Person, at: datetime) -> Restatement:
    """Tell the live value instead, with a reason. Raises Forbidden, Invalid, Refused."""
    _require(actor, at)
    reason = reason.strip()
    if not reason or len(reason) > MOST_REASON:
        raise invalid("reason", "写明更正的原因，不超过 500 字。", "Give the reason, in 500 characters at most.")
    with transaction.atomic():
        month = FrozenMonth.objects.select_for_update().get(pk=figure.month_id)  # one correction at a time
        live = live_values(house(month.organisation, at), month_of(month.month, viewer_of(actor, at)))
        line = _line(figure, live.get((figure.indicator, figure.branch_id)))
        if not line.differs or line.live is None:
            raise Refused(
                "void", Say("现在的数字和定稿一样，不用更正", "The live figure is the same; nothing to restate")
            )
        made = Restatement.objects.create(
            figure=figure, old=line.told, new=line.live, reason=reason, restated_by=actor, restated_at=at
        )
        note("figure_restate", actor=actor, at=at, month=f"{month.month:%Y-%m}", indicator=figure.indicator)
    return made


def _require(actor: Person, at: datetime) -> Viewer:
    viewer = viewer_of(actor, at)
    if actor.organisation is None or viewer.sight is None or not may_freeze(viewer):
        raise Forbidden(Say("由看得到全部工单的人定稿", "Months are frozen by somebody who sees every ticket"))
    return viewer


def months_of(organisation: Organisation) -> list[FrozenMonth]:
    return list(FrozenMonth.objects.filter(organisation=organisation).select_related("frozen_by").order_by("-month"))
