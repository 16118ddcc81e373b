"""A change in the making: the draft of a ticket, and the effects that rewrite it (§11.7, steps 1 to 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..rulebook.compiled import (
    APPROVAL,
    PROMISE,
    Action,
    Ask,
    Back,
    Book,
    Effect,
    End,
    FromTable,
    HolderSpec,
    LimitSpec,
    Next,
    Recall,
    Rectify,
    Set,
    Tell,
    Title,
)
from . import deadlines, rules
from .clockwork import Clockwork
from .conditions import View, holds, lookup
from .given import stored
from .holders import Holder, Search, find, find_each
from .outcome import Decision
from .picture import Picture, StepView
from .sentences import Refused, Say, invalid
from .tells import HOLDER, Told, receivers
from .world import World

SAME_UNIT = HolderSpec(("holder",))
OVERTAKEN, RECALLED, ENDED = "overtaken", "recalled", "ended"
Move = Next | Ask | Back | End


@dataclass(frozen=True, slots=True)
class Opening:
    """A step about to be opened."""

    kind: str
    holder: Holder
    limit: LimitSpec | None = None


@dataclass
class Change:
    """Works on `draft`; `actor` is None for the watch."""

    book: Book
    draft: Picture
    world: World
    at: datetime
    actor: int | None
    opened: list[StepView] = field(default_factory=list)
    closed: list[StepView] = field(default_factory=list)
    moved_facts: set[str] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)
    rectify: dict[int, datetime | None] = field(default_factory=dict)
    # The action was taken on a step, which then waits for the side steps it asks for; not so for `from = "ticket"`.
    on_step: bool = True
    on_behalf_of: int | None = None  # who asked for what is now approved: it is they who acted on the step

    def __post_init__(self) -> None:
        self.clockwork = Clockwork(self.book, self.draft, self.world, self.at)

    def view(self, own: StepView | None) -> View:
        return rules.view_of(self.book, self.draft, own, self.world, self.at)

    # ── the whole ──

    def apply(
        self,
        trigger: str,
        effects: tuple[Effect, ...],
        own: StepView | None,
        clean: dict[str, Any],
        *,
        forced: bool = False,
    ) -> None:
        """Carry out an action's or a moment's effects. `forced`: a deadline doesn't wait for side steps (law 3)."""
        base = own or self.draft.main
        self._write_facts(trigger, own, clean)
        self._set(effects, own)
        view = self.view(own)
        due = [effect for effect in effects if not isinstance(effect, Set) and holds(effect.when, view)]
        move = next((effect for effect in due if self._is_main_move(effect, own)), None)
        if move is not None and not isinstance(move, End) and own is not None and not forced:
            self._recall(due, own)
            rules.require_not_waiting(self.book, self.draft, own, self.world)
        self._side_steps(due, own, clean, move)
        if move is not None:
            self._move(move, own, clean, trigger)
        self.clockwork.run(trigger, own, clean, self.moved_facts)
        for effect in due:
            if isinstance(effect, Rectify):
                self._rectify(effect, own or base)
            elif isinstance(effect, Tell):
                self.tell(effect, own or base, clean)
        self.finish(frozenset({trigger}))

    def finish(self, triggers: frozenset[str]) -> None:
        """State, promise and settlement follow from the steps and clocks as they now are."""
        draft = self.draft
        main = draft.main
        if main is not None:
            draft.state = self.book.steps[main.kind].stage
        promise = draft.clock(PROMISE)
        if promise is None:
            return
        draft.promised_at = promise.due_at
        if promise.runs:
            draft.settled_at = None
        elif promise.stopped_at == self.at and promise.stopped_by in self.book.clocks[PROMISE].stops:
            draft.settled_at = self.at

    # ── 1 facts ──

    def count(self, counted: Mapping[str, int]) -> None:
        """How many others are alike, where the rulebook has a field for it; told before anything else is judged."""
        for name, number in counted.items():
            if name in self.book.fields:
                self._put(name, number)

    def _write_facts(self, trigger: str, own: StepView | None, clean: dict[str, Any]) -> None:
        for name, value in clean.items():
            rule = self.book.fields.get(name)
            if not stored(name):
                continue
            if rule is not None and rule.of_step and own is not None:
                own.data[name] = value
            else:
                self._put(name, value)
        if own is not None and "assignee" in clean:
            own.assignee = self.world.by_username[clean["assignee"]].id
        if self.actor is not None:
            self.draft.memory.done[trigger] = self.draft.memory.done.get(trigger, 0) + 1
            if own is not None and self.on_step:
                self.acted(own)

    def acted(self, own: StepView) -> None:
        """Remember who acted on a step of this kind (four eyes); the first act of its holder is the receipt."""
        who = self.on_behalf_of or self.actor
        if who is None:
            return
        known = self.draft.memory.acted.setdefault(own.kind, [])
        if who not in known:
            known.append(who)
        holder = self.world.serves(who, rules.roles_of_step(self.book, own), own.unit, self.at)
        if own.signed_at is None and own.is_open and holder:
            own.signed_at = self.at
        own.version += 1

    def _put(self, name: str, value: Any) -> None:
        if self.draft.facts.get(name) != value:
            self.draft.facts[name] = value
            self.moved_facts.add(name)

    def _set(self, effects: Iterable[Effect], own: StepView | None) -> None:
        view = self.view(own)
        due = [effect for effect in effects if isinstance(effect, Set) and holds(effect.when, view)]
        values = [
            (name, lookup(self.book.tables[value.table], view) if isinstance(value, FromTable) else value)
            for effect in due
            for name, value in effect.values.items()
        ]
        for name, value in values:
            self._put(name, value)

    # ── 2 side steps ──

    def _is_side(self, kind: str) -> bool:
        return kind == APPROVAL or self.book.steps[kind].side

    def _is_main_move(self, effect: Effect, own: StepView | None) -> bool:
        if isinstance(effect, Ask):
            return not self._is_side(effect.step)
        return isinstance(effect, Next | Back | End)

    def _recall(self, due: Sequence[Effect], own: StepView) -> None:
        for effect in due:
            if isinstance(effect, Recall):
                for other in self.draft.waits_for(own):
                    if other.kind == effect.step:
                        self.close(other, RECALLED)

    def _side_steps(
        self, due: Sequence[Effect], own: StepView | None, clean: dict[str, Any], move: Effect | None
    ) -> None:
        if own is None:
            return
        self._recall(due, own)
        for effect in due:
            if isinstance(effect, Ask) and self._is_side(effect.step) and not isinstance(move, End):
                self._ask_aside(effect, own, clean)

    def _ask_aside(self, effect: Ask, own: StepView, clean: dict[str, Any]) -> None:
        rule = self.book.steps[effect.step]
        search = self._search(effect.step, own.unit, own, clean)
        holders = self._on_record(effect.step, lambda: find_each(effect.at or rule.at or SAME_UNIT, search))
        # From the ticket as a whole nobody waits: a chase is overtaken when the work moves on (law 3).
        blocks = self.on_step
        for holder in holders:
            step = self.open_side(Opening(effect.step, holder, effect.limit), sent_by=own, blocks=blocks)
            self.clockwork.start_step(step, asker=own)

    # ── 3 the move ──

    def _move(self, move: Effect, own: StepView | None, clean: dict[str, Any], trigger: str) -> None:
        match move:
            case End():
                self._end(move.end, own, trigger)
            case Back():
                self._back(move, own, clean, trigger)
            case Next() | Ask():
                self._go(move, own, clean, trigger)

    def _go(self, move: Next | Ask, own: StepView | None, clean: dict[str, Any], trigger: str) -> None:
        rule = self.book.steps[move.step]
        old = own if own is not None and (own.side == rule.side) else self.draft.main
        base = old.unit if old is not None else self.draft.received_unit
        search = self._search(move.step, base, old, clean)
        at = move.at or rule.at

        def look() -> Holder | None:
            if at is None and old is not None:
                return self._same_unit(old, search)
            return find(at or HolderSpec(("channel",)), search)

        holder = self._holder(move.step, rule.title, look)
        self.draft.ended_at = None  # from an end: the ticket is opened again
        sent_by = self._asker_after(move, old)
        if old is not None:
            self.close(old, trigger)
        if rule.side and old is not None:
            beside = self.draft.step(old.beside) if old.beside else self.draft.main
            assert beside is not None  # noqa: S101
            step = self._open(Opening(move.step, holder, move.limit), sent_by=sent_by, beside=beside, blocks=old.blocks)
        else:
            self._overtake()
            step = self._open(Opening(move.step, holder, move.limit), sent_by=sent_by)
        self.clockwork.start_step(step, asker=old)

    def _holder(self, kind: str, title: Title, look: Callable[[], Holder | None]) -> Holder:
        """Raises Refused `no_holder`."""

        def looked() -> list[Holder]:
            holder = look()
            return [holder] if holder is not None else []

        found = self._on_record(kind, looked)
        if not found:
            raise rules.no_holder(title, kind)
        return found[0]

    def _on_record(self, kind: str, look: Callable[[], list[Holder]]) -> list[Holder]:
        """Who is found; in a replay whoever had the work then, should the organisation have changed since."""
        known = self.world.on_record.holders.get(kind)
        if known is None:
            return look()
        found: list[Holder] = []
        with suppress(Refused):
            found = look()
        return found if [holder.unit for holder in found] == list(known) else [Holder(unit) for unit in known]

    def _asker_after(self, move: Next | Ask, old: StepView | None) -> int | None:
        """Who waits for the step that opens: the one that asks, else whoever waited for the old one, or nobody."""
        if old is None or (isinstance(move, Next) and move.free):
            return None
        return old.ordinal if isinstance(move, Ask) else old.sent_by

    def _same_unit(self, old: StepView, search: Search) -> Holder | None:
        """No `at` anywhere: the work stays where it is; if nobody there may do it, one tier up (law 6)."""
        unit = self.world.units[old.unit]
        for id_ in reversed(unit.path):
            if search.takes(self.world.units[id_]):
                keep = old.assignee if id_ == old.unit and old.assignee not in search.barred else None
                return Holder(id_, keep if keep and self._could_act(keep, search.roles, id_) else None)
        return None

    def _could_act(self, person: int, roles: frozenset[str], unit: int) -> bool:
        return self.world.serves(person, roles, unit, self.at)

    def _back(self, move: Back, own: StepView | None, clean: dict[str, Any], trigger: str) -> None:
        if own is None:
            return
        if own.side:
            self.close(own, trigger)
            return
        if own.sent_by is None:
            title = rules.step_title(self.book, own.kind)
            raise Refused(
                "not_from", Say(f"“{title.zh}”没有上家可以退回", "Nobody sent this step, so it can't go back")
            )
        asker = self.draft.step(own.sent_by)
        rule = self.book.steps[asker.kind]
        kind = (rule.answered or asker.kind) if move.how == "answer" else asker.kind
        search = self._search(kind, asker.unit, own, clean)
        at = self.book.steps[kind].at if move.how == "answer" else None

        def look() -> Holder | None:
            return find(at, search) if at is not None else self._same_unit(asker, search)

        holder = self._holder(kind, self.book.steps[kind].title, look)
        self.close(own, trigger)
        self._overtake()
        # Sent on inside the sender's own time, undone work comes back into it: nobody gains time by it (ruling NEST).
        inside = move.how == "again" and any(part.startswith(deadlines.REST) for part in own.data.get("limit", ()))
        limit = LimitSpec(tuple(asker.data["limit"])) if inside and "limit" in asker.data else None
        step = self._open(Opening(kind, holder, limit), sent_by=asker.sent_by)
        self.clockwork.start_step(step, asker=asker, continues=asker, same_time=inside)

    def _end(self, end: str, own: StepView | None, trigger: str) -> None:
        for step in list(self.draft.open_steps()):
            self.close(step, trigger if own is not None and step.ordinal == own.ordinal else ENDED)
        self.draft.state = end
        self.draft.ended_at = self.at

    def _overtake(self) -> None:
        """Side steps belong to one main step: when it moves, those still open are overtaken (law 3)."""
        for step in list(self.draft.open_steps()):
            if step.side:
                self.close(step, OVERTAKEN)

    # ── steps ──

    def _search(self, kind: str, base: int, own: StepView | None, clean: dict[str, Any]) -> Search:
        chosen = clean.get("to", ())
        codes = tuple(chosen) if isinstance(chosen, list | tuple) else (chosen,)
        barred = rules.barred_from(self.book, self.draft, kind, self.world)
        return Search(self.book, self.world, self.view(own), self.book.steps[kind].by, base, barred, codes)

    def open_side(
        self, opening: Opening, *, sent_by: StepView, blocks: bool, data: dict[str, Any] | None = None
    ) -> StepView:
        beside = sent_by if not sent_by.side else self.draft.main
        assert beside is not None  # noqa: S101
        return self._open(opening, sent_by=sent_by.ordinal, beside=beside, blocks=blocks, data=data)

    def _open(
        self,
        opening: Opening,
        *,
        sent_by: int | None,
        beside: StepView | None = None,
        blocks: bool = False,
        data: dict[str, Any] | None = None,
    ) -> StepView:
        barred = rules.barred_from(self.book, self.draft, opening.kind, self.world)
        step = StepView(
            ordinal=len(self.draft.steps) + 1,
            kind=opening.kind,
            unit=opening.holder.unit,
            opened_at=self.at,
            side=beside is not None,
            assignee=self.world.present(opening.holder.person, self.at, barred),
            sent_by=sent_by,
            beside=beside.ordinal if beside else None,
            blocks=blocks,
            data=dict(data or {}),
        )
        if opening.limit is not None:
            step.data["limit"] = list(opening.limit.parts)
        self.draft.steps.append(step)
        self.opened.append(step)
        if step.unit not in self.draft.memory.held:
            self.draft.memory.held.append(step.unit)
        return step

    def close(self, step: StepView, result: str) -> None:
        step.closed_at, step.closed_by, step.result = self.at, self.actor, result
        self.closed.append(step)
        for clock in self.draft.clocks:
            if clock.step == step.ordinal and clock.runs:
                deadlines.stop(clock, at=self.at, by=result)

    # ── 5, 6 what is told ──

    def _rectify(self, effect: Rectify, own: StepView | None) -> None:
        base = own or self.draft.steps[-1]
        search = Search(self.book, self.world, self.view(own), frozenset(self._everybody()), base.unit, frozenset(), ())
        holder = find(effect.at, search)
        if holder is not None and holder.unit not in self.rectify:
            self.rectify[holder.unit] = self._rectified_by(effect, search, holder.unit)

    def _rectified_by(self, effect: Rectify, search: Search, unit: int) -> datetime | None:
        if effect.limit is None:
            return None
        calendar = self.world.calendar_of(unit)
        due = deadlines.find_due(effect.limit, view=search.view, start=self.at, calendar=calendar)
        return due.due_at if due else None

    def _everybody(self) -> set[str]:
        """A rectification may lie with any unit that has people: whatever role they hold."""
        return {duty.role for duty in self.world.duties}

    def tell(self, effect: Tell, own: StepView | None, clean: dict[str, Any]) -> None:
        # A chase or a question reaches whoever is asked, with the time that they have to answer it (ruling CHASE).
        asked = [step for step in self.opened if step.side]
        for step in asked if asked and effect.to == (HOLDER,) else [own]:
            clock = self.draft.step_clock(step) if step is not None and step in asked else None
            self.told += receivers(
                effect.message,
                effect.to,
                book=self.book,
                picture=self.draft,
                step=step,
                world=self.world,
                at=self.at,
                places={**clean, **({"due": clock.due_at} if clock else {})},
            )

    # ── the decision ──

    def check_assignee(self, own: StepView | None, clean: dict[str, Any]) -> None:
        """Only somebody who could act on the step can be named for it (law 4)."""
        if "assignee" not in clean or own is None:
            return
        person = self.world.by_username[clean["assignee"]]
        barred = rules.barred_from(self.book, self.draft, own.kind, self.world)
        roles = rules.roles_of_step(self.book, own)
        if person.id in barred or not self.world.serves(person.id, roles, own.unit, self.at):
            raise invalid("assignee", f"{person.name}不能办理这一环节", f"{person.username} can't act on this step")

    def check_dry(self, act: Action, own: StepView, clean: dict[str, Any]) -> None:
        """A request that couldn't be carried out even if approved is refused when it is made."""
        trial = Change(self.book, self.draft.copy(), self.world, self.at, self.actor)
        trial.apply(act.name, act.then, trial.draft.step(own.ordinal), clean)

    def public(self, clean: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in clean.items() if not self._is_personal(name)}

    def personal(self, clean: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in clean.items() if self._is_personal(name)}

    def _is_personal(self, name: str) -> bool:
        rule = self.book.fields.get(name)
        return rule is not None and rule.personal

    def decision(self, before: Picture, event: str, own: StepView | None, clean: dict[str, Any]) -> Decision:
        units = self.world.units
        data: dict[str, Any] = {"given": self.public(clean)}
        if self.opened:
            data["opened"] = [
                {"step": s.ordinal, "kind": s.kind, "unit": units[s.unit].code, "name": units[s.unit].name}
                for s in self.opened
            ]
        if self.closed:
            data["closed"] = [{"step": s.ordinal, "kind": s.kind, "result": s.result} for s in self.closed]
        changed = {n: self.draft.facts.get(n) for n in sorted(self.moved_facts) if n not in clean}
        if changed:
            data["set"] = self.public(changed)
        return Decision(before, self.draft, event, own, data, self.personal(clean), self.told, self.rectify)
