"""Why an action isn't possible, in a sentence made from titles that names what would help (§11.9)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ..rulebook.compiled import Action, AnyOf, Book, ClockIs, Condition, Has, OneOf, Test, Threshold, Title
from .conditions import View, has_value, test_holds
from .sentences import Say

WORDS = {"step": Title("环节", "step"), "tier": Title("层级", "tier"), "signed": Title("已签收", "receipt confirmed")}


def facts_in(condition: Condition) -> set[str]:
    """The facts that a condition looks at."""
    found: set[str] = set()
    for test in condition.tests:
        match test:
            case OneOf(fact) | Threshold(fact):
                found.add(fact)
            case Has(fields):
                found.update(fields)
            case AnyOf(options):
                for option in options:
                    found |= facts_in(option)
    return found


def condition_unmet(action: Action, view: View, zone: ZoneInfo) -> Say:
    """What is missing for the action."""
    says = [_unmet(test, view, zone) for test in action.when.tests if not test_holds(test, view)]
    title = action.title
    return Say(
        f"还不能“{title.zh}”：{'；'.join(say.zh for say in says)}",
        f'"{title.en or action.name}" is not possible yet: {"; ".join(say.en for say in says)}',
    )


def _unmet(test: Test, view: View, zone: ZoneInfo) -> Say:
    book = view.book
    match test:
        case Has(fields):
            lacking = [_title(book, name) for name in fields if not has_value(view.fact(name))]
            return Say(
                "还差：" + "、".join(t.zh for t in lacking), "missing: " + ", ".join(t.en or t.zh for t in lacking)
            )
        case Threshold(fact, least, most) if fact.startswith("done."):
            return _counted(book, fact.removeprefix("done."), view.fact(fact), least, most)
        case Threshold(fact, least, most):
            title, bound = _title(book, fact), most if most is not None else least
            word, word_en = ("超过", "above") if most is not None else ("不到", "below")
            zh = book.tables[bound].title.zh if isinstance(bound, str) else str(bound)
            return Say(f"“{title.zh}”{word}{zh}", f'"{title.en or fact}" is {word_en} the allowed value')
        case ClockIs(clock):
            return _clock(view, clock, zone)
        case OneOf(fact, values):
            return _one_of(book, fact, values)
        case AnyOf(options):
            says = [
                _unmet(t, view, zone)
                for option in _nearest(options, view)
                for t in option.tests
                if not test_holds(t, view)
            ]
            return Say(" 或 ".join(s.zh for s in says), " or ".join(s.en for s in says))


def _nearest(options: tuple[Condition, ...], view: View) -> list[Condition]:
    """Of several ways those that are the ticket's own kind: what they lack is worth telling."""
    own = [one for one in options if all(test_holds(t, view) for t in one.tests if isinstance(t, OneOf))]
    return own or list(options)


def _title(book: Book, name: str) -> Title:
    if name in book.fields:
        return book.fields[name].title
    return WORDS.get(name, Title(name, name))


def _counted(book: Book, action: str, done: object, least: object, most: object) -> Say:
    title = book.actions[action].title if action in book.actions else Title(action, action)
    if most is not None:
        allowed = int(most) + 1 if isinstance(most, int) else most
        return Say(
            f"“{title.zh}”最多 {allowed} 次，已 {done} 次",
            f'"{title.en or action}" at most {allowed} times, done {done}',
        )
    return Say(f"先要“{title.zh}”", f'"{title.en or action}" comes first')


def _clock(view: View, name: str, zone: ZoneInfo) -> Say:
    book = view.book
    state = view.clock_state(name)
    title = book.clocks[name].title if name in book.clocks else Title("本环节时限", "the step's limit")
    if state == "overdue":
        clock = view.picture.step_clock(view.step) if name == "step" and view.step else view.picture.clock(name)
        due = clock.due_at.astimezone(zone) if clock and clock.due_at else None
        when = f"{due:%m-%d %H:%M}" if due else ""
        return Say(
            f"须在时限内申请，“{title.zh}”已于 {when} 到期",
            f'it had to be asked in time: "{title.en or name}" ended {when}',
        )
    words = {
        "none": Say(f"“{title.zh}”还没有开始", f'"{title.en or name}" has not started'),
        "stopped": Say(f"“{title.zh}”已经停止", f'"{title.en or name}" has stopped'),
    }
    return words.get(state, Say(f"“{title.zh}”还在计时", f'"{title.en or name}" is still running'))


def _one_of(book: Book, fact: str, values: frozenset[object]) -> Say:
    title = _title(book, fact)
    field = book.fields.get(fact)

    def word(value: object, language: str) -> str:
        if isinstance(value, bool):
            return {True: Say("是", "yes"), False: Say("否", "no")}[value].say(language)
        if field is not None and value in field.choices:
            return field.choices[str(value)].say(language)
        if fact == "step" and value in book.steps:
            return book.steps[str(value)].title.say(language)
        return str(value)

    ordered = sorted(values, key=str)
    return Say(
        f"“{title.zh}”须为{'或'.join(word(v, 'zh') for v in ordered)}",
        f'"{title.en or fact}" must be {" or ".join(word(v, "en") for v in ordered)}',
    )
