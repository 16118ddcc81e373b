"""Findings of responsibility, one for each unit, and a unit's dispute of its own (rows A04, N10).

They are kept with the actions of the rulebook that conclude an appeal, find further units responsible and dispute:
who may do it, and until when, the rulebook says. What it can't say stands here.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from appeals.models import Dispute, Finding
from tickets.access import served_units
from tickets.actions.records import Kept
from tickets.core.picture import StepView
from tickets.core.sentences import Refused, Say
from tickets.core.world import UnitView
from tickets.models import Person

WORDS = ("unit", "finding", "ground", "responsibility", "cause", "step", "holder", "share", "reason")
DISPUTE_WORDS = ("reason", "file")
WHOLE = Decimal(100)


# ── findings ─────────────────────────────────────────────────────────────────────────────────────────


def finding_keep(kept: Kept) -> None:
    """Write the finding of a unit in the place of its former one; it also decides a dispute that waits.

    Raises Invalid: shares above 100 %, no reason given for a decision. Raises Refused: the judge is the one who made
    the finding that is disputed.
    """
    _keep(kept, _in_force(kept))


def further_finding_keep(kept: Kept) -> None:
    """Find another unit responsible, too. Raises Refused while a dispute waits for its decision, else as above."""
    in_force = _in_force(kept)
    if any(_waits(finding) for finding in in_force):
        zh, en = "先对提出的异议作出结论", "Decide the dispute first"
        raise Refused("condition", Say(zh, en))
    _keep(kept, in_force)


def _keep(kept: Kept, in_force: list[Finding]) -> None:
    disputed = next((finding for finding in in_force if _waits(finding)), None)
    if disputed is not None:
        _require_other_judge(disputed, kept)
    unit = _unit(kept)
    former = next((finding for finding in in_force if finding.unit_id == unit.id), disputed)
    if disputed is not None and former is not disputed:
        _replace(disputed, kept.at)
    made = _made(kept, unit, former)
    if disputed is not None:
        _decide(disputed, made, kept)


def _in_force(kept: Kept) -> list[Finding]:
    return list(Finding.objects.filter(ticket=kept.ticket, replaced_at=None).select_related("dispute"))


def _waits(finding: Finding) -> bool:
    """Nobody has decided its dispute yet."""
    dispute = getattr(finding, "dispute", None)
    return dispute is not None and not dispute.outcome


def _unit(kept: Kept) -> UnitView:
    found = kept.world.by_code.get(str(kept.given.get("unit", "")))
    if found is None:
        raise kept.wrong("unit", "选责任单位", "Choose the unit")
    return found


def _made(kept: Kept, unit: UnitView, former: Finding | None) -> Finding:
    given = kept.given
    step = _step_at_fault(kept, unit)
    if former is not None:
        _replace(former, kept.at)
    return Finding.objects.create(
        ticket=kept.ticket,
        unit_id=unit.id,
        finding=given.get("finding", ""),
        ground=given.get("ground", ""),
        responsibility=given.get("responsibility", ""),
        cause=given.get("cause", ""),
        step_kind=given.get("step", ""),
        step_id=step.id if step else None,
        holder_id=_holder(kept, step),
        share_percent=_share(kept, unit),
        found_by=kept.actor,
        found_at=kept.at,
        replaces=former,
    )


def _replace(finding: Finding, at: datetime) -> None:
    Finding.objects.filter(pk=finding.pk).update(replaced_at=at)


def _step_at_fault(kept: Kept, unit: UnitView) -> StepView | None:
    """The last step of that kind, at the unit or below it where it had one (ruling STEPFAULT)."""
    steps = [step for step in kept.picture.steps if step.kind == kept.given.get("step")]
    own = [step for step in steps if kept.world.is_above(unit.id, step.unit)]
    return next(reversed(own or steps), None)


def _holder(kept: Kept, step: StepView | None) -> int | None:
    """The person named, else whoever worked on the step."""
    named = kept.world.by_username.get(str(kept.given.get("holder", "")))
    if named is not None:
        return named.id
    return (step.closed_by or step.assignee) if step else None


def _share(kept: Kept, unit: UnitView) -> Decimal | None:
    """The unit's share in percent. All shares of an appeal together are at most 100."""
    if "share" not in kept.given:
        return None
    share = round(Decimal(str(kept.given["share"])), 2)
    if not 0 <= share <= WHOLE:
        raise kept.wrong("share", "责任比例在 0 到 100 之间", "A share lies between 0 and 100 %")
    others = Finding.objects.filter(ticket=kept.ticket, replaced_at=None).exclude(unit_id=unit.id)
    taken = others.aggregate(sum=Sum("share_percent"))["sum"] or 0
    if share + taken > WHOLE:
        left = WHOLE - taken
        raise kept.wrong("share", f"各单位合计不能超过 100%，还可填 {left:f}", f"At most {left:f} % is left")
    return share


# ── disputes ─────────────────────────────────────────────────────────────────────────────────────────


def dispute_keep(kept: Kept) -> None:
    """Dispute the finding of one's own unit, once. Raises Refused where there is none to dispute."""
    assert kept.actor is not None  # noqa: S101  only people dispute
    own = _own(Finding.objects.filter(ticket=kept.ticket, replaced_at=None), kept.actor, kept)
    finding = own.first()
    if finding is None:
        zh, en = "没有对您单位作出的认定，不能提异议", "There is no finding about your unit to dispute"
        raise Refused("condition", Say(zh, en))
    if _was_disputed(kept, finding):
        zh, en = "您单位已提过一次异议，结论已复核，不能再提", "Your unit has disputed once already"
        raise Refused("condition", Say(zh, en))
    Dispute.objects.create(
        finding=finding,
        reason=kept.given.get("reason", ""),
        file_id=kept.given.get("file"),
        raised_by=kept.actor,
        raised_at=kept.at,
    )


def _own(findings: QuerySet[Finding], actor: Person, kept: Kept) -> QuerySet[Finding]:
    """Those about a unit that the person serves, or about the branch that it belongs to."""
    world = kept.world
    units = served_units(actor, world, kept.at)
    heads = {world.tier_head(unit).id for unit in units}
    branches = Q(unit_id__in=units)
    for head in heads:
        if world.units[head].parent is not None:  # headquarters is not one branch with everybody below it
            branches |= Q(unit_id__in=[unit.id for unit in world.units.values() if head in unit.path])
    return findings.filter(branches).order_by("pk")


def _was_disputed(kept: Kept, finding: Finding) -> bool:
    """This unit has had its say on this appeal: a finding that was decided anew can't be disputed again."""
    return Dispute.objects.filter(finding__ticket=kept.ticket, finding__unit=finding.unit_id).exists()


def _require_other_judge(disputed: Finding, kept: Kept) -> None:
    if kept.actor is not None and disputed.found_by_id == kept.actor.pk:
        zh, en = "异议由原认定人以外的人复核", "Somebody who did not make the finding decides a dispute"
        raise Refused("condition", Say(zh, en))
    if "reason" not in kept.given:
        raise kept.wrong("reason", "写明对异议的复核意见", "Give the reason for the decision on the dispute")


def _decide(disputed: Finding, made: Finding, kept: Kept) -> None:
    same = _judgement(made) == _judgement(disputed)
    Dispute.objects.filter(finding=disputed).update(
        outcome=Dispute.Outcome.UPHELD if same else Dispute.Outcome.CHANGED,
        decision_reason=kept.given["reason"],
        decided_by=kept.actor,
        decided_at=kept.at,
    )


def _judgement(finding: Finding) -> tuple[Any, ...]:
    return finding.unit_id, finding.finding, finding.ground, finding.step_kind, finding.share_percent
