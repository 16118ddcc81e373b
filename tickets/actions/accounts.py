"""The only code that changes how people get in: second factors, sessions (row S07).

A wrong code is counted in a transaction of its own, and only then refused: a refusal must not take the count back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from complaints_site.lib.errors import Invalid
from tickets.models import Person, SecondFactor, Session
from tickets.organisations import world_of

STEP_SECONDS = 30
DRIFT = 1  # steps that a phone's clock may be off, either way
MOST_WRONG, LOCKED_MINUTES = 5, 15
RECOVERY_CODES = 10


def needs_second_factor(person: Person, at: datetime) -> bool:
    """They hold a role of `SECOND_FACTOR_ROLES`, or have set one up of their own accord."""
    if SecondFactor.objects.filter(person=person).exclude(confirmed_at=None).exists():
        return True
    return must_have_second_factor(person, at)


def must_have_second_factor(person: Person, at: datetime) -> bool:
    if person.organisation_id is None or not settings.SECOND_FACTOR_ROLES:
        return False
    duties = world_of(person.organisation_id).duties_of(person.pk, at)
    return any(duty.role in settings.SECOND_FACTOR_ROLES for duty in duties)


# ── second factor ────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def second_factor_begin(*, person: Person) -> SecondFactor:
    """A secret for a phone to read; the same one until a first code was right. Raises Invalid: there is one already."""
    factor, _made = SecondFactor.objects.get_or_create(person=person, defaults={"secret": pyotp.random_base32()})
    if factor.confirmed_at is not None:
        raise Invalid({"code": [_("已经设过验证码，先停用再重设。")]})
    return factor


def second_factor_confirm(*, person: Person, code: str, at: datetime) -> list[str]:
    """The phone has the secret: the recovery codes, given once. Raises Invalid: a wrong code, too many of them."""
    _require_right(person, code, at, confirmed=False)
    codes = [_recovery_code() for _number in range(RECOVERY_CODES)]
    digests = [_digest(one) for one in codes]
    SecondFactor.objects.filter(person=person).update(confirmed_at=at, recovery=digests)
    return codes


def second_factor_check(*, person: Person, code: str, at: datetime) -> None:
    """A code of the phone or a recovery code, each good once. Raises Invalid: wrong, or locked for a while."""
    _require_right(person, code, at, confirmed=True)


def second_factor_remove(*, person: Person, code: str, at: datetime) -> None:
    """By the person, who shows it a last time. Raises Invalid, also where a role of theirs needs it."""
    if must_have_second_factor(person, at):
        raise Invalid({"code": [_("您的岗位必须用验证码登录。")]})
    _require_right(person, code, at, confirmed=True)
    second_factor_reset(person=person)


def second_factor_reset(*, person: Person) -> None:
    """A lost phone: the next log-in sets up a new one if it must. Every session of the person ends."""
    with transaction.atomic():
        SecondFactor.objects.filter(person=person).delete()
        sessions_end(person=person)


def _require_right(person: Person, code: str, at: datetime, *, confirmed: bool) -> None:
    with transaction.atomic():
        rows = SecondFactor.objects.select_for_update().filter(person=person, confirmed_at__isnull=not confirmed)
        factor = rows.first()
        problem = _("先设置验证码。") if factor is None else _try(factor, code, at)
    if problem:
        raise Invalid({"code": [problem]})


def _try(factor: SecondFactor, code: str, at: datetime) -> str:
    """What is wrong, counted; nothing when the code is right, which is then used up."""
    if factor.locked_until is not None and factor.locked_until > at:
        minutes = -((at - factor.locked_until) // timedelta(minutes=1))
        return _("验证码输错太多次，%(minutes)d 分钟后再试。") % {"minutes": minutes}
    typed = code.replace(" ", "").replace("-", "").lower()
    right = _use_step(factor, typed, at) or _use_recovery(factor, typed)
    factor.wrong_count = 0 if right else factor.wrong_count + 1
    if factor.wrong_count >= MOST_WRONG:
        factor.wrong_count, factor.locked_until = 0, at + timedelta(minutes=LOCKED_MINUTES)
    factor.save()
    return "" if right else _("验证码不对，或已经用过。等手机上出现下一个再输。")


def _use_step(factor: SecondFactor, typed: str, at: datetime) -> bool:
    now, totp = int(at.timestamp()) // STEP_SECONDS, pyotp.TOTP(factor.secret)
    for step in range(max(now - DRIFT, factor.last_step + 1), now + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()):
            factor.last_step = step
            return True
    return False


def _use_recovery(factor: SecondFactor, typed: str) -> bool:
    digest = _digest(typed)
    if factor.confirmed_at is None or digest not in factor.recovery:
        return False
    factor.recovery = [one for one in factor.recovery if one != digest]
    return True


def _recovery_code() -> str:
    """80 bits, in fours: ab12-cd34-ef56-gh78."""
    text = "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _place in range(16))
    return "-".join(text[place : place + 4] for place in range(0, 16, 4))


def _digest(code: str) -> str:
    return hashlib.sha256(code.replace("-", "").encode()).hexdigest()


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────
def sessions_end(*, person: Person, but: str | None = None) -> int:
    """Log the person out everywhere, or everywhere but in the session of the key `but`; how many there were."""
    return Session.objects.filter(person=person).exclude(session_key=but or "").delete()[0]


def sessions_tidy(*, at: datetime) -> None:
    """Sessions that are over are of no use to anybody; whoever logs in sweeps them out."""
    Session.objects.filter(expire_date__lt=at).delete()
