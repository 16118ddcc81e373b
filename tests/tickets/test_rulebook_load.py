"""Reading and compiling rulebooks: what is there, and what each mistake is told as (R01, language page)."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tickets.rulebook_files import OWN, SMALL, changed, own_flat
from tests.tickets.rulebook_shape_mistakes import MISTAKES
from tickets.rulebook.compiled import (
    ANYONE,
    AnyOf,
    Ask,
    Back,
    Book,
    ClockIs,
    Condition,
    OneOf,
    Tell,
    Threshold,
)
from tickets.rulebook.load import compile_book, load_file
from tickets.rulebook.problems import RulebookErrors
from tickets.rulebook.source import flatten, sha256_of


def lines_of(path: Path) -> list[str]:
    with pytest.raises(RulebookErrors) as refused:
        load_file(path)
    return [str(problem) for problem in refused.value.problems]


def small(folder: Path, text: str = SMALL) -> Path:
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("old", "new", "lines"), MISTAKES)
def test_R01_a_mistake_is_told_with_file_place_and_reason(old: str, new: str, lines: list[str], tmp_path: Path) -> None:
    assert SMALL.count(old) >= 1
    assert lines_of(small(tmp_path, SMALL.replace(old, new, 1))) == [f"small.toml: {line}" for line in lines]


def test_R01_every_mistake_is_told_not_only_the_first(tmp_path: Path) -> None:
    text = SMALL.replace('stage = "intake"', 'stage = "x"').replace('ways = ["inbox"]', "ways = 5")
    assert len(lines_of(small(tmp_path, text))) == 3


def test_R01_reasons_are_told_in_chinese_too(tmp_path: Path) -> None:
    with pytest.raises(RulebookErrors) as refused:
        load_file(small(tmp_path, SMALL.replace('stage = "intake"', 'stage = "intak"')))
    assert refused.value.problems[0].say("zh-hans") == (
        "small.toml: steps.intake.stage: 没有这个阶段:“intak”,是否应为“intake”?"
    )


# ── files ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'a = "x\n', "small.toml: line 1: not TOML: Illegal character '\\n'"),
        (b"[a]\n[a]\n", "small.toml: line 2: not TOML: Cannot declare ('a',) twice"),
        (b"a = ", "small.toml: last line: not TOML: Invalid value"),
        (b"\xff\xfe", "small.toml: the file is not UTF-8"),
        (b"a = 1" + b"0" * 20, "small.toml: a: this number is too large or not a number"),
        (b"a = nan", "small.toml: a: this number is too large or not a number"),
        (b'a = "\\u0000"', "small.toml: a: control characters are not allowed in a text"),
        (b"a = " + b"[" * 40 + b"]" * 40, "small.toml: a" + "[1]" * 12 + ": nested more than 12 levels deep"),
        (b"a = " + b"[" * 20_000, "small.toml: nested more than 12 levels deep"),
        (b"#" * 1_000_001, "small.toml: the file is larger than 1000000 bytes"),
    ],
)
def test_R01_a_file_that_cannot_be_read_is_told_with_its_line(content: bytes, line: str, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_bytes(content)
    assert lines_of(tmp_path / "small.toml") == [line]


def test_R01_a_missing_file_is_told(tmp_path: Path) -> None:
    assert lines_of(tmp_path / "small.toml") == ["small.toml: there is no such file"]
    (tmp_path / "small.toml").mkdir()
    assert lines_of(tmp_path / "small.toml") == ["small.toml: there is no such file"]


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=len(SMALL.encode())))
@settings(max_examples=150, deadline=None)
def test_R01_no_bytes_make_a_traceback(tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int) -> None:
    path = tmp_path_factory.mktemp("books") / "small.toml"
    text = SMALL.encode()
    path.write_bytes(text[:place] + junk + text[place + len(junk) :])
    try:
        load_file(path)
    except RulebookErrors as refused:
        lines = refused.problems
        assert lines


# ── including ────────────────────────────────────────────────────────────────────────────────────────


def including(folder: Path, leaf: str, name: str = "leaf") -> Path:
    (folder / f"{name}.toml").write_text(leaf, encoding="utf-8")
    return small(folder, SMALL.replace("version = 1", f'version = 1\ninclude = ["{name}"]'))


def test_R01_a_leaf_file_is_flattened_into_the_book(tmp_path: Path) -> None:
    leaf = '[fields.line]\ntitle = "线路"\n[[priority]]\nscore = 5\nbecause = "线路"\nwhen = { has = ["line"] }\n'
    flat = flatten(including(tmp_path, leaf))
    assert flat.places["fields.line"] == "leaf.toml"
    book = compile_book(flat.source, flat.file, flat.places)
    assert book.fields["line"].title.zh == "线路"
    assert book.priority[0].score == 5


@pytest.mark.parametrize(
    ("leaf", "line"),
    [
        (
            "[steps.more]\n",
            "leaf.toml: steps: “steps” is not leaf data: an included file may only have "
            "fields, messages, alarms, priority, phrases, penalties, papers",
        ),
        ("[fields.reason]\n", "leaf.toml: fields.reason: defined twice: here and in small.toml"),
        ("fields = 3\n", "leaf.toml: fields: expected a table of words, found a number"),
        ("[fields\n", "leaf.toml: line 1: not TOML: Expected ']' at the end of a table declaration"),
    ],
)
def test_R01_a_leaf_file_has_leaf_data_only(leaf: str, line: str, tmp_path: Path) -> None:
    assert lines_of(including(tmp_path, leaf)) == [line]


def test_R01_a_mistake_in_a_leaf_is_told_with_the_leaf_file(tmp_path: Path) -> None:
    leaf = '[fields.line]\ntype = "txt"\n[[priority]]\nscore = "much"\nbecause = "x"\n'
    assert lines_of(including(tmp_path, leaf)) == [
        "leaf.toml: fields.line.type: no such type: “txt”; did you mean “text”?",
        "leaf.toml: priority[1].score: expected a whole number, found a text",
    ]


def test_R01_a_leaf_that_is_nowhere_is_told(tmp_path: Path) -> None:
    path = small(tmp_path, SMALL.replace("version = 1", 'version = 1\ninclude = ["nowhere", "../x"]'))
    first, second = lines_of(path)
    assert first == "small.toml: rulebook.include: “../x” can't be a name (letters, digits, _ and -, at most 60)"
    assert second.startswith("small.toml: rulebook.include: no file nowhere.toml to include in ")


def test_R01_leaf_files_are_found_in_the_extra_folders(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = tmp_path_factory.mktemp("extra")
    (extra / "leaf.toml").write_text('[fields.line]\ntitle = "甲"\n', encoding="utf-8")
    monkeypatch.setenv("RULEBOOK_PATH", f"/does/not/exist:{extra}")
    path = small(tmp_path, SMALL.replace("version = 1", 'version = 1\ninclude = ["leaf"]'))
    assert load_file(path).fields["line"].title.zh == "甲"
    (tmp_path / "leaf.toml").write_text('[fields.line]\ntitle = "乙"\n', encoding="utf-8")
    assert load_file(path).fields["line"].title.zh == "乙"  # the folder of the file itself comes first


def test_R02_the_same_rules_have_the_same_sum_and_others_another(tmp_path: Path) -> None:
    one = flatten(small(tmp_path))
    assert one.sha256 == flatten(small(tmp_path, f"# a remark\n{SMALL}")).sha256
    assert one.sha256 != flatten(small(tmp_path, SMALL.replace('limit = "1h"', 'limit = "2h"'))).sha256
    assert one.sha256 == sha256_of(one.source)


# ── what the engine reads ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return load_file(small(tmp_path))


def test_R01_actions_are_looked_up_by_step_in_their_order(book: Book) -> None:
    assert [action.name for action in book.actions_of_step["handling"]] == ["help", "recall", "extend", "feedback"]
    assert [effect.step for effect in book.actions["dispatch"].then if isinstance(effect, Ask)] == ["handling"]
    assert book.actions["feedback"].then == (Back("answer"),)
    assert book.register.from_start


def test_R01_a_limit_knows_the_facts_it_depends_on(tmp_path: Path) -> None:
    text = SMALL.replace('["major", "20h"]', '["major", "late"]')
    assert load_file(small(tmp_path, text)).steps["handling"].limit.reads == {"severity", "late"}  # type: ignore[union-attr]


def test_R01_moments_stand_in_the_order_of_time(tmp_path: Path) -> None:
    then = '[{ tell = "warning", to = ["holder"] }]'
    chain = "".join(f'"{key}" = {then}\n' for key in ("every 30s", "due+2h", "due", "due+90min", "97.5%", "50%"))
    text = SMALL.replace("[alarms.standard]", f"[alarms.standard]\n{chain}").replace(f'"90%" = {then}\n', "")
    text = text.replace('"due" = [{ tell = "warning", to = ["holder", "head of top"] }]\n', "")
    found = load_file(small(tmp_path, text)).alarms["standard"]
    assert [moment.key for moment in found.moments] == ["50%", "97.5%", "due", "due+90min", "due+2h", "every 30s"]
    assert found.warning_percent == Fraction(50)
    assert found.moments[-1].every_seconds == 30
    assert all(moment.tells_only for moment in found.moments)


def test_R01_conditions_keep_truth_and_numbers_apart(tmp_path: Path) -> None:
    when = "when = { valid = true, done.again = { min = 1 }, clock.step = 'overdue', any = [{ amount = 1 }] }"
    text = SMALL.replace(
        '[actions.again]\nfrom = ["reply"]\nwhen = { done.again = { max = 1 } }',
        f'[actions.again]\nfrom = ["reply"]\n{when}',
    )
    source = flatten(small(tmp_path, text))
    again = compile_book(source.source, source.file).actions["again"]
    assert again.when.tests == (
        OneOf("valid", frozenset([True])),
        Threshold("done.again", 1, None),
        ClockIs("step", frozenset(["overdue"])),
        AnyOf((Condition((OneOf("amount", frozenset([1])),)),)),
    )
    assert isinstance(next(iter(again.when.tests[0].values)), bool)  # type: ignore[union-attr]


def test_R01_reserved_fields_are_there_without_being_written(book: Book) -> None:
    assert {name: book.fields[name].type for name in ("to", "assignee", "until")} == {
        "to": "unit",
        "assignee": "person",
        "until": "datetime",
    }


def test_R01_every_ticket_has_a_channel_its_choices_are_the_books(book: Book) -> None:
    assert book.fields["channel"].type == "text"
    assert "hotline" in load_file(OWN[-3]).fields["channel"].choices


def test_R01_a_message_knows_its_places(book: Book) -> None:
    assert book.messages["warning"].places == {"number", "due"}
    assert book.alarms["standard"].moments[1].then == (Tell("warning", ("holder", "head of top")),)


def test_R01_anyone_may_be_a_role(tmp_path: Path) -> None:
    text = SMALL.replace('from = "start"\nby = ["clerk"]', 'from = "start"\nby = ["anyone"]')
    assert load_file(small(tmp_path, text)).register.by == {ANYONE}


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_R01_every_book_of_the_product_says_everything_in_both_languages(path: Path) -> None:
    flat = own_flat(path)
    book = compile_book(changed(flat), flat.file, flat.places)
    said = [*book.roles.values(), *book.ends.values()]
    for group in (book.steps, book.actions, book.fields, book.clocks, book.messages):
        said += [one.title for one in group.values()]
    assert [title.zh for title in said if not title.zh or not title.en] == []
