"""People, duties, absences and the accounts of programs (rows O02, O04, S07)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from complaints_site.lib.errors import Invalid
from tests.cast import NOON, Cast, cast
from tickets.actions.people import (
    absence_end,
    absence_set,
    duty_grant,
    duty_withdraw,
    password_set,
    person_activate,
    person_create,
    person_deactivate,
    token_digest,
)
from tickets.models import ApiToken, Organisation, Person

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def c() -> Cast:
    return cast()


def stamp() -> int:
    return Organisation.objects.get(code="HQ").stamp


def token(*words: str) -> str:
    out = StringIO()
    call_command("api_token", *words, stdout=out)
    return out.getvalue().split()[-1]


def test_O02_a_person_is_created_and_raises_the_stamp(c: Cast) -> None:
    before = stamp()
    made = person_create(
        organisation=c.hq, username="0371", name="王五", password="Long-enough-1", home_unit=c.units["410100"]
    )
    assert made.check_password("Long-enough-1")
    assert stamp() == before + 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"username": "handler"}, "username"),
        ({"username": ""}, "username"),
        ({"name": ""}, "name"),
        ({"password": "short"}, "password"),
        ({"home_unit": "PROP"}, "home_unit"),
    ],
)
def test_O02_a_person_who_does_not_do_is_refused_by_field(c: Cast, values: dict, field: str) -> None:
    given = {"username": "new", "name": "新人", **values}
    if "home_unit" in given:
        given["home_unit"] = c.units[given["home_unit"]]
    with pytest.raises(Invalid) as caught:
        person_create(organisation=c.hq, **given)
    assert set(caught.value.errors) == {field}
    assert not Person.objects.filter(name="新人").exists()


def test_O02_a_password_like_the_name_is_refused(c: Cast) -> None:
    with pytest.raises(Invalid):
        password_set(person=c.people["front_desk"], password="front_desk1")


def test_S07_a_shut_account_loses_its_tokens(c: Cast) -> None:
    text = token("robot", "--role", "hotline", "--unit", "410000-hotline")
    person_deactivate(person=Person.objects.get(username="robot"), at=NOON)
    assert ApiToken.objects.get(digest=token_digest(text)).revoked_at == NOON
    assert person_activate(person=Person.objects.get(username="robot")).is_active


def test_O02_a_duty_is_granted_once_and_can_be_withdrawn(c: Cast) -> None:
    who, where = c.people["handler"], c.units["410100"]
    duty_grant(person=who, role="supervisor", unit=where)
    duty = duty_grant(person=who, role="supervisor", unit=where, subtree=True)
    assert [row.pk for row in who.duties.filter(role="supervisor")] == [duty.pk]
    before = stamp()
    duty_withdraw(person=who, role="supervisor", unit=where)
    assert not who.duties.filter(role="supervisor").exists()
    assert stamp() == before + 1


def test_O02_a_role_of_a_rulebook_file_may_be_held(c: Cast) -> None:
    assert duty_grant(person=c.people["receptionist"], role="cs_supervisor", unit=c.units["PROP-site1-cs"])


@pytest.mark.parametrize(
    ("who", "role", "unit", "field"),
    [
        ("handler", "captain", "410100", "role"),
        ("handler", "handler", "PROP", "unit"),
        ("auditor", "administrator", "HQ", "role"),
        ("administrator", "security_admin", "HQ", "role"),
    ],
)
def test_O02_duties_that_do_not_do_are_refused(c: Cast, who: str, role: str, unit: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        duty_grant(person=c.people[who], role=role, unit=c.units[unit])
    assert set(caught.value.errors) == {field}


def test_O04_an_absence_names_a_deputy_for_a_time(c: Cast) -> None:
    before = stamp()
    absence = absence_set(person=c.people["head"], deputy=c.people["head2"], starts_at=NOON, ends_at=NOON + HOUR)
    assert stamp() == before + 1
    absence_end(absence=absence, at=NOON + HOUR / 2)
    absence.refresh_from_db()
    assert absence.ends_at == NOON + HOUR / 2
    absence_end(absence=absence, at=NOON)
    assert not c.people["head"].absences.exists()


@pytest.mark.parametrize(
    ("deputy", "start", "end", "field"),
    [
        ("head", 5, 6, "deputy"),
        ("receptionist", 5, 6, "deputy"),
        ("head2", 6, 5, "ends_at"),
        ("head2", 0, 3, "starts_at"),
    ],
)
def test_O04_an_absence_that_makes_no_sense_is_refused(c: Cast, deputy: str, start: int, end: int, field: str) -> None:
    person = c.people["head"]
    absence_set(person=person, deputy=c.people["head2"], starts_at=NOON, ends_at=NOON + HOUR)
    with pytest.raises(Invalid) as caught:
        absence_set(person=person, deputy=c.people[deputy], starts_at=NOON + start * HOUR, ends_at=NOON + end * HOUR)
    assert set(caught.value.errors) == {field}


def test_S07_a_token_is_the_last_word_and_only_its_digest_is_kept(c: Cast) -> None:
    text = token("robot", "--role", "hotline", "--role", "front_desk", "--unit", "410000", "--subtree", "--days", "30")
    row = ApiToken.objects.get(digest=token_digest(text))
    assert row.expires_at - row.created_at == timedelta(days=30)
    assert row.person.kind == Person.Kind.SERVICE
    assert {(duty.role, duty.unit.code, duty.subtree) for duty in row.person.duties.all()} == {
        ("hotline", "410000", True),
        ("front_desk", "410000", True),
    }
    assert len(text) >= 40


def test_S07_a_second_call_adds_a_duty_and_keeps_the_first_token(c: Cast) -> None:
    first = token("robot", "--role", "hotline", "--unit", "410000-hotline")
    second = token("robot", "--role", "dispatcher", "--unit", "410000-centre")
    assert ApiToken.objects.filter(digest__in=[token_digest(first), token_digest(second)], revoked_at=None).count() == 2
    assert Person.objects.get(username="robot").duties.count() == 2


def test_S07_revoke_takes_tokens_and_duties_back(c: Cast) -> None:
    token("robot", "--role", "hotline", "--unit", "410000-hotline")
    call_command("api_token", "robot", "--revoke", stdout=StringIO())
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    assert not Person.objects.get(username="robot").duties.exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["robot", "--role", "captain", "--unit", "HQ"], "captain"),
        (["robot", "--role", "hotline", "--unit", "nowhere"], "No unit has the code nowhere"),
        (["robot", "--unit", "HQ"], "--role"),
        (["robot", "--role", "hotline"], "--unit"),
        (["robot", "--role", "hotline", "--unit", "HQ", "--days", "0"], "--days"),
        (["handler", "--role", "hotline", "--unit", "HQ"], "a person's account"),
        (["robot", "--revoke"], "No program"),
    ],
)
def test_S07_a_wrong_call_says_what_is_wrong(c: Cast, words: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("api_token", *words, stdout=StringIO())
    assert not Person.objects.filter(username="robot").exists()


def test_S07_help_lists_the_roles_of_the_standard_and_of_every_rulebook(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("api_token", "--help")
    listed = capsys.readouterr().out.split("{")[1].split("}")[0].split(",")
    assert {"front_desk", "security_admin", "receptionist", "general_manager"} <= set(listed)
