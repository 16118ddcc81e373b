"""Which step an action acts on, who may act, and which laws stand in the way (§11.3, §11.4).

`decide` and `offers` both ask here, so a button and its guard can't disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..rulebook.compiled import APPROVAL, APPROVE, REJECT, Action, Ask, Back, Book, Need, Next, Recall, Title
from .conditions import View
from .picture import Picture, StepView
from .sentences import Forbidden, Hidden, Refused, Say, invalid
from .world import ANYONE, World

APPROVAL_ACTIONS = {
    name: Action(name, title, from_steps=frozenset({APPROVAL}), fields=(Need("reason", required=name == REJECT),))
    for name, title in ((APPROVE, Title("批准", "Approve")), (REJECT, Title("不批准", "Reject")))
}
APPROVAL_TITLE = Title("审批", "Approval")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; `None` is the watch, which acts by the rulebook alone."""

    id: int


def action_of(book: Book, name: str) -> Action:
    action = book.actions.get(name) or APPROVAL_ACTIONS.get(name)
    if action is None or action.from_start:
        raise invalid("action", f"没有动作“{name}”", f'There is no action "{name}"')
    return action


def step_title(book: Book, kind: str) -> Title:
    return APPROVAL_TITLE if kind == APPROVAL else book.steps[kind].title


def view_of(book: Book, picture: Picture, step: StepView | None, world: World, at: datetime) -> View:
    return View(book, picture, at, step, world.units[step.unit].tier if step else "")


# ── parties ──────────────────────────────────────────────────────────────────────────────────────────


def parties(book: Book, picture: Picture, world: World) -> frozenset[int]:
    """Who never holds, approves, is assigned or told: the person complained about (law 4), or all of their unit."""
    found = {picture.respondent_person} if picture.respondent_person is not None else set()
    if book.barrier == "unit" and picture.respondent_unit is not None:
        found.update(world.on_duty_at(picture.respondent_unit))
    return frozenset(found)


def barred_from(book: Book, picture: Picture, kind: str, world: World) -> frozenset[int]:
    """Who may not do a step of this kind: the parties (law 4), and who acted before (`not_by`)."""
    barred = set(parties(book, picture, world))
    step = book.steps.get(kind)
    for other in step.not_by if step else ():
        barred.update(picture.memory.acted.get(other, ()))
    return frozenset(barred)


def is_party(book: Book, picture: Picture, person: int, world: World, at: datetime) -> bool:
    """For this person the ticket doesn't exist (law 4; with the barrier `unit`, for their whole unit)."""
    if person == picture.respondent_person:
        return True
    if book.barrier != "unit" or picture.respondent_unit is None:
        return False
    return any(duty.unit == picture.respondent_unit for duty in world.duties_of(person, at))


# ── which step ───────────────────────────────────────────────────────────────────────────────────────


def acting_step(
    book: Book, picture: Picture, action: Action, ordinal: int | None, actor: Actor, world: World, at: datetime
) -> StepView | None:
    """The step that the action acts on; None on an ended ticket. Raises Refused, or Invalid where several would do."""
    if not picture.is_open:
        if picture.state in action.from_ends:
            return None
        raise _not_from(book, action, picture, None)
    if ordinal is not None:
        return _named_step(book, picture, action, ordinal)
    main = picture.main
    fits = main is not None and (main.kind in action.from_steps or action.from_ticket)
    if fits and may_act(book, picture, action, main, actor, world, at):
        return main
    sides = [step for step in picture.open_steps() if step.side and step.kind in action.from_steps]
    mine = [step for step in sides if may_act(book, picture, action, step, actor, world, at)]
    if len(mine) > 1:
        raise invalid("step", "有几个环节可以，请指明一个", "Several steps would do: name one")
    for step in (*mine, *([main] if fits else ()), *sides):
        return step  # where nobody may act, the refusal is about the person
    raise _not_from(book, action, picture, main)


def _named_step(book: Book, picture: Picture, action: Action, ordinal: int) -> StepView:
    if not 1 <= ordinal <= len(picture.steps):
        raise invalid("step", "这件工单没有这个环节", "The ticket has no such step")
    step = picture.step(ordinal)
    fits = step.kind in action.from_steps or (action.from_ticket and not step.side)
    if not step.is_open:
        raise _closed(book, step)
    if not fits:
        raise _not_from(book, action, picture, step)
    return step


def _closed(book: Book, step: StepView) -> Refused:
    title = step_title(book, step.kind)
    return Refused(
        "closed_step",
        Say(
            f"“{title.zh}”环节已经结束（{step.result}）", f'The step "{title.en or step.kind}" is over ({step.result})'
        ),
    )


def _not_from(book: Book, action: Action, picture: Picture, step: StepView | None) -> Refused:
    if step is None:
        end = book.ends.get(picture.state, Title(picture.state, picture.state))
        return Refused(
            "not_from",
            Say(
                f"工单{end.zh}，不能“{action.title.zh}”", f'The ticket is {end.en or picture.state}: no "{action.name}"'
            ),
        )
    title = step_title(book, step.kind)
    return Refused(
        "not_from",
        Say(
            f"当前环节是“{title.zh}”，不能“{action.title.zh}”",
            f'The step is "{title.en or step.kind}": no "{action.title.en or action.name}"',
        ),
    )


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────


def roles_for(book: Book, action: Action, step: StepView | None) -> frozenset[str]:
    if step is not None and step.kind == APPROVAL:
        return frozenset(step.data.get("by", ()))
    if action.by is not None:
        return action.by
    return book.steps[step.kind].by if step is not None else frozenset()


def roles_of_step(book: Book, step: StepView) -> frozenset[str]:
    """Who may hold the step."""
    return frozenset(step.data.get("by", ())) if step.kind == APPROVAL else book.steps[step.kind].by


def may_act(
    book: Book, picture: Picture, action: Action, step: StepView | None, actor: Actor, world: World, at: datetime
) -> bool:
    """The actor has a role of the action where the work is, and isn't barred."""
    if actor.id == world.on_record.actor:
        return step is None or actor.id not in barred_from(book, picture, step.kind, world)
    roles = roles_for(book, action, step)
    if step is not None and step.kind in action.from_steps:
        if _serves_step(book, picture, step, roles, actor, world, at):
            return True
        if not action.from_ticket:
            return False
    return _near_ticket(picture, action, roles, actor, world, at)


def _serves_step(
    book: Book, picture: Picture, step: StepView, roles: frozenset[str], actor: Actor, world: World, at: datetime
) -> bool:
    if actor.id in barred_from(book, picture, step.kind, world):
        return False
    if step.kind == APPROVAL and step.data.get("requester") == actor.id:
        return False  # law 5
    return world.serves(actor.id, roles, step.unit, at)


def _near_ticket(
    picture: Picture, action: Action, roles: frozenset[str], actor: Actor, world: World, at: datetime
) -> bool:
    """A role in a unit that holds, held, or stands above the main step's unit; `of top`: in the top tier."""
    if ANYONE in roles:
        return actor.id in world.people
    main = picture.main
    units = set(picture.memory.held) | ({main.unit} if main else set())
    upper = set(world.units[main.unit].path) if main else {up for unit in units for up in world.units[unit].path}
    return any(
        duty.role in roles
        and (duty.unit in units or duty.unit in upper or any(world.reaches(duty, u) for u in units))
        and (duty.role not in action.of_top or world.tier_above(duty.unit) is None)
        for duty in world.duties_of(actor.id, at)
    )


def require_actor(
    book: Book, picture: Picture, action: Action, step: StepView | None, actor: Actor, world: World, at: datetime
) -> None:
    """Raises Hidden for a party, Forbidden for the wrong person."""
    if is_party(book, picture, actor.id, world, at):
        raise Hidden()
    if may_act(book, picture, action, step, actor, world, at):
        return
    if step is not None and step.kind == APPROVAL and step.data.get("requester") == actor.id:
        raise Forbidden(Say("不能审批自己的申请", "Nobody approves their own request"))
    if step is not None and actor.id in barred_from(book, picture, step.kind, world):
        raise Forbidden(
            Say("办过前面环节的人不能办这一环节", "Whoever did the earlier step may not do this one (four eyes)")
        )
    roles = roles_for(book, action, step)
    zh = "、".join(book.roles[r].zh for r in sorted(roles) if r in book.roles) or "、".join(sorted(roles))
    en = ", ".join(sorted(roles))
    raise Forbidden(Say(f"“{action.title.zh}”由{zh}办理", f'"{action.title.en or action.name}" is done by: {en}'))


# ── law 2 ────────────────────────────────────────────────────────────────────────────────────────────


def moves_main(book: Book, effect: object) -> bool:
    """The effect makes its step move on (and so waits for what the step asked for)."""
    if isinstance(effect, Back | Next):
        return True
    return isinstance(effect, Ask) and not book.steps[effect.step].side


def require_not_waiting(book: Book, picture: Picture, step: StepView, world: World) -> None:
    waiting = picture.waits_for(step)
    if not waiting:
        return
    names = "、".join(world.units[other.unit].name for other in waiting)
    names_en = ", ".join(world.units[other.unit].name_en or world.units[other.unit].code for other in waiting)
    title = step_title(book, waiting[0].kind)
    raise Refused(
        "waiting",
        Say(
            f"还有 {len(waiting)} 个{title.zh}未反馈：{names}；可先撤回",
            f"Still waiting for {len(waiting)} ({title.en or waiting[0].kind}): {names_en}; they can be recalled",
        ),
    )


def require_sense(book: Book, picture: Picture, action: Action, step: StepView) -> None:
    """Nobody recalls what is not out, or asks twice for what waits for approval. Raises Refused."""
    _require_something_to_recall(book, picture, action, step)
    _require_no_request(picture, action, step)


def _require_something_to_recall(book: Book, picture: Picture, action: Action, step: StepView) -> None:
    """What only calls helpers back makes no sense where none is out. Raises Refused `condition`."""
    kinds = {effect.step for effect in action.then if isinstance(effect, Recall)}
    if not kinds or any(moves_main(book, effect) for effect in action.then):
        return
    if not any(other.kind in kinds for other in picture.waits_for(step)):
        zh = "、".join(step_title(book, kind).zh for kind in sorted(kinds))
        en = ", ".join(step_title(book, kind).en or kind for kind in sorted(kinds))
        raise Refused("condition", Say(f"没有未反馈的{zh}可以撤回", f"Nothing is out that could be recalled: {en}"))


def _require_no_request(picture: Picture, action: Action, step: StepView) -> None:
    """One request at a time: the approver has not yet answered the first. Raises Refused `waiting`."""
    wanted = (action.name, step.ordinal)
    requests = (other.data for other in picture.open_steps() if other.kind == APPROVAL)
    if action.approval is not None and any((data.get("action"), data.get("step")) == wanted for data in requests):
        title = action.title
        raise Refused(
            "waiting",
            Say(f"“{title.zh}”已在审批中", f'"{title.en or action.name}" has been asked for and waits for approval'),
        )


# ── law 7 ────────────────────────────────────────────────────────────────────────────────────────────


def nobody_asked(title: Title) -> Refused:
    return Refused("not_from", Say(f"“{title.zh}”没有上家可以退回", "Nobody sent this step, so it can't go back"))


def can_go_back(action: Action, step: StepView | None) -> bool:
    """`back` is not offered where nobody asked (law 7)."""
    if step is None or step.side or step.sent_by is not None:
        return True
    return not any(isinstance(effect, Back) and not effect.when for effect in action.then)


# ── law 6 ────────────────────────────────────────────────────────────────────────────────────────────


def no_holder(title: Title, kind: str) -> Refused:
    return Refused("no_holder", Say(f"“{title.zh}”没有承办单位", f'Nobody can take the step "{title.en or kind}"'))
