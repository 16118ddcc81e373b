"""The proof of a rulebook (language page §11.10): the product's books pass, spoilt ones are told why."""

from __future__ import annotations

import random
from pathlib import Path
from time import perf_counter

import pytest

from tests.tickets.rulebook_files import OWN, SMALL, changed, own_flat, places_in, report_on
from tests.tickets.rulebook_proof_mistakes import MISTAKES
from tickets.rulebook.check import Report, prove
from tickets.rulebook.source import Flat, flatten

JUNK: tuple[object, ...] = (
    None, 0, -1, 10**11, 1.5, True, "", "*", "none", "rest", "x y", "a.b", "start", "ticket", "approval", "{", "step",
    "3wd", "due", "closed", "handling", "register", [], [[]], [""], [1, True], [{}], ["handling"], [None], {},
    {"a": {}}, {"when": {}}, {"min": "x"}, {"any": [{"any": []}]}, {"clock": 1}, {"done": {"x": {}}}, {"table": 1},
)  # fmt: skip


def small_report(folder: Path, text: str) -> Report:
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return prove(flatten(path))[1]


@pytest.mark.clause("D1-p3-a")
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_R01_every_book_of_the_product_is_proved_within_a_second(path: Path) -> None:
    begun = perf_counter()
    _, report = prove(flatten(path))
    assert [str(problem) for problem in report.errors] == []
    assert [str(problem) for problem in report.warnings] == []
    assert perf_counter() - begun < 1


def test_R01_there_are_ten_books() -> None:
    assert [path.stem for path in OWN] == [
        "bank-rules",
        "city-bus",
        "company-service",
        "etc-highway",
        "property",
        "service-window",
        "unicom-appeal",
        "unicom-complaint",
        "unicom-escalation",
        "village-bank",
    ]


@pytest.mark.parametrize(("old", "new", "lines"), MISTAKES)
def test_R01_what_is_not_proved_is_told(old: str, new: str, lines: list[str], tmp_path: Path) -> None:
    report = small_report(tmp_path, SMALL.replace(old, new, 1))
    assert [str(problem) for problem in report.errors] == [f"small.toml: {line}" for line in lines]


def test_R01_a_table_named_like_a_holder_is_refused_where_it_would_be_one(tmp_path: Path) -> None:
    text = SMALL.replace("[tables.handling]", '[tables.management]\nby = []\nrows = [["none"]]\n[tables.handling]')
    lines = [str(problem) for problem in small_report(tmp_path, text).errors]
    assert lines == ["small.toml: tables.management: the name “management” belongs to the engine"]


def test_R01_the_example_of_the_manual_is_proved(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "rulebook-language.md").read_text(encoding="utf-8")
    report = small_report(tmp_path, manual.split("```toml\n")[1].split("```")[0])
    assert [str(problem) for problem in (*report.errors, *report.warnings)] == []


def test_R01_the_facts_of_a_proof_are_shown(tmp_path: Path) -> None:
    report = small_report(tmp_path, SMALL)
    assert report.errors == report.warnings == ()
    assert report.facts == {
        "states": 11,
        "transitions": 20,
        "depth": 1,
        "steps": 4,
        "actions": 10,
        "longest": {"promise": "25 h / 48 h: intake 1 h + handling 20 h + reply 4 h"},
    }


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('[{ recall = "assist" }]', "[]", "steps.assist: can block who asked for it and can't be recalled"),
        ('limit = "1h"\n', "", "steps.intake: has no limit"),
        ("[roles]\n", '[roles]\ncook = "厨师"\n', "roles.cook: is never used"),
        ("[tables.handling]", '[tables.old]\nby = []\nrows = [["1h"]]\n[tables.handling]', "tables.old: is never used"),
        ("[ends]\n", '[ends]\nmerged = "已并单"\n', "ends.merged: is never used"),
        (
            'kind = "complaint"',
            'kind = "complaint"\nbarrier = "unit"',
            "steps.handling: the barrier is unit, but the unit complained about is a holder here",
        ),
    ],
)
def test_R01_what_is_worth_a_look_is_a_warning(old: str, new: str, line: str, tmp_path: Path) -> None:
    report = small_report(tmp_path, SMALL.replace(old, new, 1))
    assert report.errors == ()
    assert [str(warning) for warning in report.warnings] == [f"small.toml: {line}"]


# ── proofs on changed books of the product ───────────────────────────────────────────────────────────


def own(name: str) -> Flat:
    return own_flat(next(path for path in OWN if path.stem == name))


def test_R01_a_promise_that_runs_on_after_a_rework_is_found() -> None:
    flat = own("unicom-complaint")
    source = changed(flat)
    source["clocks"]["promise"]["stops"].remove("close")
    lines = [str(problem) for problem in report_on(source, flat).errors]
    assert len(lines) == 1
    assert lines[0].startswith("unicom-complaint.toml: actions.close: the promise still runs when the ticket is closed")
    assert lines[0].endswith("rework → return_routing → close")


def test_R01_a_missing_row_is_told_as_the_specification_says_it() -> None:
    flat = own("property")
    source = changed(flat)
    del source["tables"]["overrun_approver"]["rows"][-1]
    lines = [str(problem) for problem in report_on(source, flat).errors]
    assert lines
    assert all(line.startswith("property.toml: tables.overrun_approver: no row for {severity: ") for line in lines)


def test_R01_alarms_that_chase_each_other_are_found() -> None:
    flat = own("company-service")
    source = changed(flat)
    source["alarms"]["penalty"]["due"][0] = {"next": "penalty"}
    lines = [str(problem) for problem in report_on(source, flat).errors]
    assert any("moments lead round in a circle without a person: penalty → penalty" in line for line in lines)


def test_R01_clocks_that_start_each_other_are_found() -> None:
    flat = own("property")
    source = changed(flat)
    source["clocks"]["unsolved"]["starts"].append("submission.due")
    lines = [str(problem) for problem in report_on(source, flat).errors]
    assert any(line.startswith("property.toml: alarms: moments lead round in a circle") for line in lines)


# ── mutants ──────────────────────────────────────────────────────────────────────────────────────────


def test_R01_every_removed_answered_is_found() -> None:
    missed, tried = [], 0
    for flat in map(own_flat, OWN):
        for kind in [kind for kind, step in changed(flat)["steps"].items() if "answered" in step]:
            source = changed(flat)
            del source["steps"][kind]["answered"]
            tried += 1
            if not any(f"steps.{kind}: gets an answer" in str(one) for one in report_on(source, flat).errors):
                missed.append((flat.file, kind))
    assert missed == []
    assert tried >= 29


def test_R01_every_misspelt_field_is_found() -> None:
    missed, tried = [], 0
    for flat in map(own_flat, OWN):
        for place in [one for one in places_in(changed(flat)["actions"]) if is_field(one, changed(flat)["actions"])]:
            source = changed(flat)
            misspell(source["actions"], place)
            tried += 1
            if not any("no such field" in str(one) for one in report_on(source, flat).errors):
                missed.append((flat.file, place))
    assert missed == []
    assert tried >= 305


def is_field(place: tuple[object, ...], actions: dict[str, object]) -> bool:
    inside = len(place) > 2 and place[1] in ("needs", "may")
    return inside and (place[3:] == ("field",) or (len(place) == 3 and isinstance(at(actions, place), str)))


def at(value: object, place: tuple[object, ...]) -> object:
    for name in place:
        value = value[name]  # type: ignore[index]
    return value


def misspell(actions: dict[str, object], place: tuple[object, ...]) -> None:
    holder = at(actions, place[:-1])
    holder[place[-1]] = f"{str(holder[place[-1]])[:-1]}q"  # type: ignore[index]


@pytest.mark.parametrize("seed", range(4))
def test_R01_a_spoilt_book_is_refused_in_words_never_with_a_traceback(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        flat = own_flat(chance.choice(OWN))
        source = changed(flat)
        for _ in range(chance.choice((1, 1, 2, 4))):
            spoil(source, chance)
        report = report_on(source, flat)
        assert all("\n" not in str(problem) for problem in (*report.errors, *report.warnings))


def spoil(source: dict[str, object], chance: random.Random) -> None:
    place = chance.choice(list(places_in(source)))
    holder = at(source, place[:-1])
    if chance.random() < 0.25:
        del holder[place[-1]]  # type: ignore[attr-defined]
    elif chance.random() < 0.2 and isinstance(holder, dict):
        holder[chance.choice(("when", "at", "limit", "from", "by", "answered", "step", "", "a\nb"))] = chance.choice(
            JUNK
        )
    else:
        holder[place[-1]] = chance.choice(JUNK)  # type: ignore[index]


def test_R01_a_wrong_target_leads_to_a_line_about_what_is_missing() -> None:
    flat = own("property")
    source = changed(flat)
    source["actions"]["verify"]["then"] = [{"next": "callback"}]
    lines = [str(problem) for problem in report_on(source, flat).errors]
    assert "property.toml: steps.closing: never reached" in lines


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_R01_without_an_action_a_book_is_proved_or_refused_with_a_reason(path: Path) -> None:
    flat = own_flat(path)
    refused = 0
    for name in list(changed(flat)["actions"]):
        source = changed(flat)
        del source["actions"][name]
        errors = report_on(source, flat).errors
        refused += bool(errors)
        assert all(problem.place for problem in errors)
    assert refused > len(flat.source["actions"]) / 3  # type: ignore[arg-type]
