"""One action on one ticket: what it changes, or why it can't be done (§11.7). Pure.

The order never varies: action known, from where, by whom, laws, guard, fields; then, if an approver is needed and
found, the request is stored and nothing else happens; else fields and `set`, side steps, the first move that applies,
clocks, and last what depends on the final facts: deadlines and messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..rulebook.compiled import (
    APPROVAL,
    APPROVE,
    ASKED,
    REJECT,
    Action,
    Book,
    LimitSpec,
    Moment,
    Tell,
)
from . import rules
from .authority import level_needed
from .change import Change, Opening
from .conditions import has_value, holds, possible
from .deadlines import REST
from .explain import condition_unmet, facts_in
from .given import check_given
from .holders import Search, find
from .outcome import Decision
from .picture import ClockView, Picture, StepView
from .rules import Actor
from .sentences import Forbidden, Hidden, Invalid, Refused, Say
from .world import World


def decide(
    book: Book,
    picture: Picture,
    *,
    action: str,
    given: dict[str, Any],
    actor: Actor,
    world: World,
    at: datetime,
    step: int | None = None,
    counted: Mapping[str, int] | None = None,
) -> Decision:
    """Judge one action. `step` is the ordinal of the step it acts on, `counted` what was found alike (`[alike]`).

    Raises Refused (409), Forbidden (403), Hidden (404) or Invalid (422).
    """
    act = rules.action_of(book, action)
    if rules.is_party(book, picture, actor.id, world, at):
        raise Hidden()
    acting = rules.acting_step(book, picture, act, step, actor, world, at)
    rules.require_actor(book, picture, act, acting, actor, world, at)
    if acting is not None:
        rules.require_sense(book, picture, act, acting)
    clean = _judge_given(book, picture, act, acting, given, world, at)
    if action == APPROVE and acting is not None:
        return _approve(book, picture, acting, clean, actor, world, at)
    if action == REJECT and acting is not None:
        return _reject(book, picture, acting, clean, actor, world, at)
    on_step = acting is not None and acting.kind in act.from_steps
    change = Change(book, picture.copy(), world, at, actor=actor.id, on_step=on_step)
    own = change.draft.step(acting.ordinal) if acting else None
    if act.approval is not None and own is not None:
        stored_request = _ask_approval(change, act, own, clean, actor)
        if stored_request:
            return change.decision(picture, f"{action}.asked", own, clean)
    return _carry_out(change, picture, act, own, clean, counted)


def register(
    book: Book,
    picture: Picture,
    *,
    given: dict[str, Any],
    actor: Actor,
    world: World,
    at: datetime,
    counted: Mapping[str, int] | None = None,
) -> Decision:
    """The first action of a ticket: `picture` holds what the create body said and has no step yet."""
    act = book.register
    roles = act.by or frozenset()
    if rules.is_party(book, picture, actor.id, world, at):
        raise Forbidden(Say("被投诉人不能登记这件投诉", "The person complained about can't register the complaint"))
    if not world.serves(actor.id, roles, picture.received_unit, at):
        zh = "、".join(book.roles[role].zh for role in sorted(roles) if role in book.roles)
        raise Forbidden(
            Say(f"“{act.title.zh}”由{zh}办理", f'"{act.title.en or act.name}" is done by: {", ".join(sorted(roles))}')
        )
    began = picture.facts
    facts = {name: f.default for name, f in book.fields.items() if f.default is not None and not f.of_step}
    picture.facts = {**facts, **picture.facts}
    clean = _judge_given(book, picture, act, None, given, world, at)
    change = Change(book, picture.copy(), world, at, actor=actor.id)
    decision = _carry_out(change, picture, act, None, clean, counted)
    if began:
        decision.data["began"] = change.public(began)  # what no action gave: a replay begins with it
    return decision


def expire(
    book: Book, picture: Picture, *, clock: ClockView, moment: Moment, world: World, at: datetime
) -> Decision | None:
    """A moment of a clock with effects, carried out by the watch; None when the ticket is over."""
    if not picture.is_open:
        return None
    change = Change(book, picture.copy(), world, at, actor=None, on_step=clock.step is not None)
    own = change.draft.step(clock.step) if clock.step is not None else change.draft.main
    if own is None or not own.is_open:
        own = change.draft.main
    trigger = f"{clock.name}.due" if moment.key == "due" else f"{clock.name}.{moment.key}"
    change.apply(trigger, moment.then, own, clean={}, forced=True)
    return change.decision(picture, trigger, own, {})


def recount(
    book: Book, picture: Picture, *, event: str, world: World, at: datetime, provisional_only: bool = False
) -> Decision | None:
    """Running deadlines counted again from their own start: under another version of the rulebook, or with a calendar
    that is published now. What was told to the customer or extended by a person stays. None when nothing moves.
    """
    change = Change(book, picture.copy(), world, at, actor=None)
    for clock in sorted(change.draft.clocks, key=lambda one: one.step is not None):  # what steps depend on first
        told = clock.extended or (clock.fixed and clock.due_at is not None and not clock.provisional)
        if clock.runs and not told and (clock.provisional or not provisional_only):
            step = change.clockwork.step_of(clock)
            spec = _spec(book, change, clock)
            if spec is not None and spec.parts != (REST,):
                change.clockwork.count_again(clock, step, spec)
    if change.draft.clocks == picture.clocks:
        return None
    change.finish(frozenset())
    return change.decision(picture, event, None, {})


def _spec(book: Book, change: Change, clock: ClockView) -> LimitSpec | None:
    step = change.clockwork.step_of(clock)
    if step is not None:
        return change.clockwork.limit_of(step)
    return book.clocks[clock.name].limit if clock.name in book.clocks else None


# ── the parts of `decide` ────────────────────────────────────────────────────────────────────────────


def _judge_given(
    book: Book,
    picture: Picture,
    act: Action,
    acting: StepView | None,
    given: dict[str, Any],
    world: World,
    at: datetime,
) -> dict[str, Any]:
    """Guard and fields. A guard that fails whatever is given is 409; one that fails by what was given is 422."""
    view = rules.view_of(book, picture, acting, world, at)
    names = {need.field for need in act.fields}
    if not possible(act.when, view, names):
        raise Refused("condition", condition_unmet(act, view, world.calendar.zone))
    clean = check_given(book, act, given, view=view, world=world)
    view.given = clean
    if not holds(act.when, view):
        sentence = level_needed(view, act) or condition_unmet(act, view, world.calendar.zone)
        on = (
            [name for name in clean if name in facts_in(act.when)]
            or [need.field for need in act.fields][:1]
            or ["action"]
        )
        raise Invalid({name: [sentence] for name in on})
    return clean


def _carry_out(
    change: Change,
    before: Picture,
    act: Action,
    own: StepView | None,
    clean: dict[str, Any],
    counted: Mapping[str, int] | None = None,
) -> Decision:
    change.check_assignee(own, clean)
    change.count(counted or {})
    change.apply(act.name, act.then, own, clean)
    decision = change.decision(before, act.name, own, clean)
    if counted:
        decision.data["counted"] = dict(counted)  # no rulebook can work it out again: a replay takes it from here
    return decision


# ── approvals ────────────────────────────────────────────────────────────────────────────────────────


def _ask_approval(change: Change, act: Action, own: StepView, clean: dict[str, Any], actor: Actor) -> bool:
    """Store the request beside the ticket's main step; False where the rulebook asks nobody."""
    approval = act.approval
    assert approval is not None  # noqa: S101
    view = change.view(own)
    view.given = clean
    barred = rules.barred_from(change.book, change.draft, APPROVAL, change.world) | {actor.id}
    search = Search(change.book, change.world, view, approval.by, own.unit, barred)
    holder = find(approval.at, search)
    if holder is None:
        return False
    change.check_dry(act, own, clean)
    step = change.open_side(
        Opening(APPROVAL, holder, approval.limit or LimitSpec(("none",))),
        sent_by=own,
        blocks=False,
        data={
            "action": act.name,
            "step": own.ordinal,
            "given": clean,
            "requester": actor.id,
            "by": sorted(approval.by),
        },
    )
    change.clockwork.start_step(step, asker=own)
    change.clockwork.start_steps()
    if ASKED in change.book.messages:
        change.tell(Tell(ASKED, ("holder",)), step, {**clean, "action": act.title.zh})
    change.finish(frozenset())
    return True


def _approve(
    book: Book, picture: Picture, request: StepView, given: dict[str, Any], actor: Actor, world: World, at: datetime
) -> Decision:
    """Judge the requested action again, as the ticket is now, and do it. Raises Refused `void`."""
    wanted = rules.action_of(book, str(request.data["action"]))
    change = Change(book, picture.copy(), world, at, actor=actor.id)
    own = change.draft.step(int(request.data["step"]))
    change.on_step = own.kind in wanted.from_steps
    if not own.is_open:
        raise Refused("void", Say("申请所依据的环节已结束", "The step that the request was made on is over"))
    clean = {**dict(request.data["given"])}
    view = rules.view_of(book, change.draft, own, world, request.opened_at)  # asked in time is in time (row N03)
    view.given = clean
    if not holds(wanted.when, view):
        raise Refused("condition", condition_unmet(wanted, view, world.calendar.zone))
    change.close(change.draft.step(request.ordinal), APPROVE)
    change.acted(change.draft.step(request.ordinal))
    change.on_behalf_of = request.data["requester"]
    change.apply(wanted.name, wanted.then, own, clean)
    data = {**clean, **({"reason": given["reason"]} if has_value(given.get("reason")) else {})}
    decision = change.decision(picture, f"{wanted.name}", own, data)
    decision.data["approved_by"] = world.people[actor.id].name if actor.id in world.people else ""
    decision.data["requested_by"] = request.data["requester"]
    return decision


def _reject(
    book: Book, picture: Picture, request: StepView, clean: dict[str, Any], actor: Actor, world: World, at: datetime
) -> Decision:
    change = Change(book, picture.copy(), world, at, actor=actor.id)
    own = change.draft.step(request.ordinal)
    change.close(own, REJECT)
    change.acted(own)
    change.finish(frozenset())
    return change.decision(picture, f"{request.data['action']}.rejected", own, clean)
