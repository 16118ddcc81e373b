"""Proof 4: the flow. Everything occurs, every situation can end, answers find their way, the promise is kept."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

from tickets.rulebook import words
from tickets.rulebook.check.space import Edge, Space
from tickets.rulebook.compiled import Action, Ask, Back, Book, End, Next
from tickets.rulebook.problems import Problems


def check_loop(space: Space, problems: Problems, closed_in: frozenset[str] = frozenset()) -> None:
    """`closed_in`: steps of which it was said already that they can't be left."""
    check_occurs(space, problems)
    check_answers(space, problems)
    check_promise(space, problems)
    check_ends(space, problems, closed_in)
    check_alarms(space, problems)


# ── everything occurs ────────────────────────────────────────────────────────────────────────────────


def check_occurs(space: Space, problems: Problems) -> None:
    book = space.book
    sides = side_kinds(space)
    for kind, step in book.steps.items():
        if kind not in (sides if step.side else space.kinds):
            problems.add(f"steps.{kind}", "unreached")
    happening = space.events | side_events(space, sides)
    for name, action in book.actions.items():
        if name in happening or (action.from_steps and not action.from_steps & (space.kinds | sides)):
            continue
        if any(isinstance(effect, Back) for effect in action.then) and action.from_steps & space.kinds:
            problems.add(f"actions.{name}", "never_asked", name=", ".join(sorted(action.from_steps)))
        else:
            problems.add(f"actions.{name}", "never_occurs")


def side_kinds(space: Space) -> set[str]:
    """The side steps that something which happens opens, directly or from another side step."""
    book = space.book
    found: set[str] = set()
    happening = [book.actions[name] for name in space.events if name in book.actions]
    opened = opened_beside(book, happening) | opened_by_moments(space, found)
    while opened - found:
        found |= opened
        opened = opened_beside(book, side_actions(book, found)) | opened_by_moments(space, found)
    return found


def side_actions(book: Book, kinds: Iterable[str]) -> list[Action]:
    return [action for kind in kinds for action in book.actions_of_step.get(kind, ())]


def opened_beside(book: Book, actions: Iterable[Action]) -> set[str]:
    moves = (effect for action in actions for effect in action.then if isinstance(effect, Ask | Next))
    return {move.step for move in moves if book.steps[move.step].side}


def opened_by_moments(space: Space, sides: set[str]) -> set[str]:
    book = space.book
    used = {book.steps[kind].alarm for kind in space.kinds | sides} | {one.alarm for one in book.clocks.values()}
    moments = (moment for name in used for moment in book.alarms[name].moments)
    moves = (effect for moment in moments for effect in moment.then if isinstance(effect, Ask | Next))
    return {move.step for move in moves if book.steps[move.step].side}


def side_events(space: Space, sides: set[str]) -> set[str]:
    """Actions at side steps; what they say about the main step must be true somewhere."""
    from tickets.rulebook.check.chances import chance

    kinds = sorted(space.kinds)
    return {
        action.name
        for action in side_actions(space.book, sides)
        if any(chance(action.when, kind, "running", {}).may_hold for kind in kinds)
    }


# ── answers and the promise ──────────────────────────────────────────────────────────────────────────


def check_answers(space: Space, problems: Problems) -> None:
    for asker, (state, event) in space.unanswered.items():
        problems.add(f"steps.{asker}", "no_answered", trace=space.trace(state, event))
    for kind, step in space.book.steps.items():
        if step.answered and not step.side and kind in space.kinds and kind not in space.answered:
            problems.add(f"steps.{kind}", "idle_answered")


def check_promise(space: Space, problems: Problems) -> None:
    told = set()
    for state, event in space.running.values():
        place = f"actions.{event}" if event in space.book.actions else "clocks.promise"
        if place not in told:
            problems.add(place, "promise_runs", trace=space.trace(state, event))
        told.add(place)


# ── ends ─────────────────────────────────────────────────────────────────────────────────────────────


def check_ends(space: Space, problems: Problems, closed_in: frozenset[str]) -> None:
    """From each situation an end can be reached; breaking off (withdraw, merge: from any step) does not count."""
    good = can_end(space)
    bad = [number for number in range(len(space.states)) if number not in good]
    if not bad:
        return
    ways = defaultdict(list)
    for edge in space.edges:
        if edge.source != edge.target and not breaks_off(edge, space):
            ways[edge.source].append(edge.target)
    stuck = [number for number in bad if not ways[number]]
    code = "stuck" if stuck else "no_end"
    told = set(closed_in)
    for number in stuck or bad[:1]:
        kind = space.states[number].kind
        if kind not in told:
            problems.add(f"steps.{kind}", code, trace=space.trace(number))
        told.add(kind)


def can_end(space: Space) -> set[int]:
    before: Mapping[int, list[int]] = defaultdict(list)
    for edge in space.edges:
        if not breaks_off(edge, space):
            before[edge.target].append(edge.source)
    good = {number for number, state in enumerate(space.states) if state.ended}
    queue = deque(good)
    while queue:
        for source in before[queue.popleft()]:
            if source not in good and source >= 0:
                good.add(source)
                queue.append(source)
    return good


def breaks_off(edge: Edge, space: Space) -> bool:
    action = space.book.actions.get(edge.event)
    return bool(action and action.from_ticket and isinstance(edge.move, End) and edge.move.end != words.CLOSED)


# ── moments ──────────────────────────────────────────────────────────────────────────────────────────


def check_alarms(space: Space, problems: Problems) -> None:
    book = space.book
    for name, chain in book.alarms.items():
        for moment in chain.moments:
            if moment.every_seconds and any(isinstance(one, Next | Ask | Back | End) for one in moment.then):
                problems.add(f"alarms.{name}.{moment.key}", "every_moves")
    steps = {f"{kind}{words.DUE}" for kind in book.steps}
    circle = find_circle(moment_ways(space, steps)) or find_circle(clock_ways(book))
    if circle:
        problems.add("alarms", "alarm_loop", trace=" → ".join(circle))


def moment_ways(space: Space, events: set[str]) -> dict[str, set[str]]:
    """From step to step by moments alone."""
    ways: dict[str, set[str]] = defaultdict(set)
    for edge in space.edges:
        if edge.event in events and edge.move is not None:
            ways[space.states[edge.source].kind].add(space.states[edge.target].kind)
    return ways


def clock_ways(book: Book) -> dict[str, set[str]]:
    """From clock to clock: the one's expiry starts the other."""
    ways: dict[str, set[str]] = defaultdict(set)
    for name, clock in book.clocks.items():
        for event in clock.starts | clock.resumes:
            if event.endswith(words.DUE):
                ways[event.removesuffix(words.DUE)].add(name)
    return ways


def find_circle(ways: Mapping[str, set[str]]) -> list[str]:
    """The names of one circle, the first again at the end; nothing when there is none."""
    done: set[str] = set()

    def search(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for following in sorted(ways.get(name, ())):
            if circle := search(following, [*path, name]):
                return circle
        done.add(name)
        return []

    return next((circle for name in sorted(ways) if (circle := search(name, []))), [])
