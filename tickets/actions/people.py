"""The only code that changes people: accounts, duties, absences, tokens (rows O02, O04, S07).

Each change raises the organisation's stamp in its own transaction. People are never deleted: their acts stay theirs.
"""

import hashlib
import re
import secrets
from datetime import datetime

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from complaints_site.lib.errors import Invalid
from tickets.actions.accounts import sessions_end
from tickets.actions.administration import misfits
from tickets.actions.organisation import organisation_changed
from tickets.models import Absence, ApiToken, Duty, Organisation, Person, Step, Unit
from tickets.roles import STANDARD_ROLES, roles_known

MOBILE = re.compile(r"\+?\d{5,20}")
# Administrator of the system, of security and of the audit: three people (rule 13 of the reliability page).
EXCLUSIVE = ("administrator", "security_admin", "auditor")


@transaction.atomic
def person_create(
    *,
    organisation: Organisation,
    username: str,
    name: str,
    password: str | None = None,
    home_unit: Unit | None = None,
    email: str = "",
    mobile: str = "",
    kind: str = Person.Kind.HUMAN,
) -> Person:
    """A new account; without a password nobody can log in with it, and a first one has to be changed.

    Raises Invalid: taken, weak, elsewhere.
    """
    errors = misfits(Person, {"username": username, "name": name, "email": email}) | _mobile_errors(mobile)
    if not username.strip():
        errors["username"] = [_("填工号。")]
    elif Person.objects.filter(username=username).exists():
        errors["username"] = [_("工号“%(username)s”已有人使用。") % {"username": username}]
    if not name.strip():
        errors["name"] = [_("填姓名。")]
    if home_unit is not None and home_unit.organisation_id != organisation.pk:
        errors["home_unit"] = [_("“%(name)s”属于另一个组织。") % {"name": home_unit.name}]
    person = Person(
        organisation=organisation,
        username=username,
        name=name,
        home_unit=home_unit,
        email=email,
        mobile=mobile,
        kind=kind,
        must_change_password=password is not None,
    )
    if password is not None:
        errors.update(_password_errors(password, person))
    if errors:
        raise Invalid(errors)
    person.set_password(password)
    person.save()
    organisation_changed(organisation)
    return person


@transaction.atomic
def person_change(*, person: Person, **values: object) -> Person:
    """Change a name, an e-mail address, a mobile number or the home unit. Raises Invalid."""
    errors = misfits(Person, values) | _mobile_errors(str(values.get("mobile", "")))
    if not str(values.get("name", "x")).strip():
        errors["name"] = [_("填姓名。")]
    home = values.get("home_unit")
    if isinstance(home, Unit) and home.organisation_id != person.organisation_id:
        errors["home_unit"] = [_("“%(name)s”属于另一个组织。") % {"name": home.name}]
    if errors:
        raise Invalid(errors)
    for field, value in values.items():
        setattr(person, field, value)
    person.save(update_fields=list(values))
    _changed(person)
    return person


@transaction.atomic
def person_deactivate(*, person: Person, at: datetime) -> Person:
    """Shut an account: no log-in, sessions ended, tokens revoked. Raises Invalid while they have open work."""
    open_steps = Step.objects.filter(assignee=person, closed_at=None).count()
    if open_steps:
        told = {"name": person.name, "count": open_steps}
        raise Invalid({"person": [_("“%(name)s”名下还有 %(count)d 个未完环节,先改派。") % told]})
    person.is_active = False
    person.save(update_fields=["is_active"])
    person.tokens.filter(revoked_at=None).update(revoked_at=at)
    sessions_end(person=person)
    _changed(person)
    return person


@transaction.atomic
def person_activate(*, person: Person) -> Person:
    person.is_active = True
    person.save(update_fields=["is_active"])
    _changed(person)
    return person


@transaction.atomic
def password_set(*, person: Person, password: str, by_owner: bool = False) -> None:
    """One that somebody else has set must be changed at the next log-in. Raises Invalid: weak, or the old one."""
    errors = _password_errors(password, person)
    if not errors and person.check_password(password):
        errors["password"] = [_("新密码不能和现在的一样。")]
    if errors:
        raise Invalid(errors)
    person.set_password(password)
    person.must_change_password = not by_owner
    person.save(update_fields=["password", "must_change_password"])


def _mobile_errors(mobile: str) -> dict[str, list[str]]:
    if not mobile or MOBILE.fullmatch(mobile):
        return {}
    return {"mobile": [_("手机号只写数字，可带国家代码，如 13800000000。")]}


def _password_errors(password: str, person: Person) -> dict[str, list[str]]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return {"password": list(error.messages)}
    return {}


def _changed(person: Person) -> None:
    if person.organisation is not None:
        organisation_changed(person.organisation)


# ── duties ───────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def duty_grant(*, person: Person, role: str, unit: Unit, subtree: bool = False) -> Duty:
    """Let a person hold a role at a unit, with or without the units below it (row O02).

    Granting it again only changes `subtree`. Raises Invalid: unknown role, another organisation, a closed unit, a
    second of the three exclusive administrators.
    """
    errors = _duty_errors(person, role, unit)
    if errors:
        raise Invalid(errors)
    duty, made = Duty.objects.update_or_create(person=person, role=role, unit=unit, defaults={"subtree": subtree})
    organisation_changed(unit.organisation)
    if made and role in settings.SECOND_FACTOR_ROLES:
        sessions_end(person=person)  # the next log-in asks for the second factor
    return duty


@transaction.atomic
def duty_withdraw(*, person: Person, role: str, unit: Unit) -> None:
    Duty.objects.filter(person=person, role=role, unit=unit).delete()
    organisation_changed(unit.organisation)


def _duty_errors(person: Person, role: str, unit: Unit) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if role not in STANDARD_ROLES and role not in (known := roles_known()):
        told = {"role": role, "known": "、".join(sorted(known))}
        errors["role"] = [_("没有这个角色:%(role)s。可用:%(known)s。") % told]
    if person.organisation_id != unit.organisation_id:
        errors["unit"] = [_("“%(name)s”属于另一个组织。") % {"name": unit.name}]
    elif unit.closed_at is not None:
        errors["unit"] = [_("“%(name)s”已关闭。") % {"name": unit.name}]
    if role in EXCLUSIVE and person.duties.filter(role__in=EXCLUSIVE).exclude(role=role).exists():
        errors["role"] = [_("系统、安全、审计三种管理员必须由不同的人担任。")]
    return errors


# ── absences ─────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def absence_set(*, person: Person, deputy: Person, starts_at: datetime, ends_at: datetime) -> Absence:
    """While the person is away their work goes to the deputy (row O04). Raises Invalid."""
    errors: dict[str, list[str]] = {}
    if deputy.pk == person.pk:
        errors["deputy"] = [_("代理人不能是本人。")]
    elif deputy.organisation_id != person.organisation_id:
        errors["deputy"] = [_("“%(name)s”属于另一个组织。") % {"name": deputy.name}]
    elif not deputy.is_active:
        errors["deputy"] = [_("“%(name)s”已停用。") % {"name": deputy.name}]
    if ends_at <= starts_at:
        errors["ends_at"] = [_("结束时间要晚于开始时间。")]
    elif person.absences.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        errors["starts_at"] = [_("“%(name)s”在这段时间已有一次缺勤登记。") % {"name": person.name}]
    if errors:
        raise Invalid(errors)
    absence = Absence.objects.create(person=person, deputy=deputy, starts_at=starts_at, ends_at=ends_at)
    _changed(person)
    return absence


@transaction.atomic
def absence_end(*, absence: Absence, at: datetime) -> None:
    """Back earlier than thought; one that has not begun is taken away."""
    if absence.starts_at >= at:
        absence.delete()
    elif absence.ends_at > at:
        absence.ends_at = at
        absence.save(update_fields=["ends_at"])
    _changed(absence.person)


# ── tokens of programs ───────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def token_create(*, person: Person, at: datetime, expires_at: datetime | None = None, name: str = "") -> str:
    """A new bearer token. The text is given once and never again: only its SHA-256 is kept. Raises Invalid."""
    if expires_at is not None and expires_at <= at:
        raise Invalid({"expires_at": [_("有效期要晚于现在。")]})
    token = secrets.token_urlsafe(32)
    ApiToken.objects.create(
        person=person,
        digest=token_digest(token),
        name=name[:60],
        beginning=token[:6],
        created_at=at,
        expires_at=expires_at,
    )
    return token


@transaction.atomic
def program_create(
    *, name: str, role: str, unit: Unit, subtree: bool, at: datetime, expires_at: datetime | None, note: str = ""
) -> str:
    """A program's account with a duty, if there is none of that name, and a token for it. Raises Invalid."""
    person = Person.objects.filter(username=name, organisation=unit.organisation).first()
    if person is None:
        person = person_create(
            organisation=unit.organisation, username=name, name=name, home_unit=unit, kind=Person.Kind.SERVICE
        )
    elif person.kind != Person.Kind.SERVICE:
        raise Invalid({"name": [_("“%(name)s”是一个人的账号，不是程序的。") % {"name": name}]})
    elif not person.is_active:
        raise Invalid({"name": [_("程序“%(name)s”已停用，先启用。") % {"name": name}]})
    duty_grant(person=person, role=role, unit=unit, subtree=subtree)
    return token_create(person=person, at=at, expires_at=expires_at, name=note)


@transaction.atomic
def token_revoke(*, token: ApiToken, at: datetime) -> None:
    """Take back one token: the next request with it is refused."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)


@transaction.atomic
def tokens_revoke(*, person: Person, at: datetime) -> int:
    """Take back every token of a person; says how many there were."""
    return person.tokens.filter(revoked_at=None).update(revoked_at=at)


def token_digest(token: str) -> str:
    """What is kept of a token, and how the API finds it."""
    return hashlib.sha256(token.encode()).hexdigest()
