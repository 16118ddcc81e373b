"""The way in after a password or the house's sign-on was right (row S07): what is still asked for, then the session.

Nobody is logged in before the last step is done: until then the session only holds who is on the way, for ten minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from complaints_site.lib.throttle import address_of
from tickets.actions.accounts import needs_second_factor, sessions_tidy
from tickets.models import Person, SecondFactor
from tickets.sessions import ADDRESS, AGENT, BEGAN

ARRIVING = "arriving"
MINUTES = 10


@dataclass
class Arrival:
    """Somebody on the way in, as the session keeps them."""

    person: int
    backend: str
    onward: str  # where they wanted to go
    began: int
    password: str  # what the session's hash was made from; a password set meanwhile ends this
    by_sign_on: bool = False
    is_strong: bool = False  # a second factor was shown, to us or to the sign-on


def arrive(request: HttpRequest, person: Person, *, backend: str, onward: str, **more: bool) -> HttpResponse:
    """The first proof was right: the next step, or in."""
    at = timezone.now()
    mark = person.get_session_auth_hash()
    return go_on(request, person, Arrival(person.pk, backend, onward, int(at.timestamp()), mark, **more), at)


def go_on(request: HttpRequest, person: Person, arrival: Arrival, at: datetime) -> HttpResponse:
    """To the step that is still missing; to where they wanted to go when none is."""
    step = _missing(person, arrival, at)
    if step:
        request.session.cycle_key()
        request.session[ARRIVING] = asdict(arrival)
        return redirect(step)
    request.session.pop(ARRIVING, None)
    sessions_tidy(at=at)
    auth.login(request, person, backend=arrival.backend)
    request.session[BEGAN] = int(at.timestamp())
    request.session[ADDRESS] = address_of(request)
    request.session[AGENT] = request.headers.get("User-Agent", "")[:300]
    return redirect(arrival.onward)


def _missing(person: Person, arrival: Arrival, at: datetime) -> str:
    if not arrival.is_strong and needs_second_factor(person, at):
        confirmed = SecondFactor.objects.filter(person=person).exclude(confirmed_at=None).exists()
        return "login-code" if confirmed else "login-factor"
    return "login-password" if person.must_change_password and not arrival.by_sign_on else ""


Step = Callable[[HttpRequest, Person, Arrival, datetime], HttpResponse]


def arriving(step: Step) -> Callable[..., HttpResponse]:
    """A page for whoever is on the way in, and for nobody else."""

    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(step)
    def guarded(request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        found = _who(request, at)
        if found is None:
            request.session.pop(ARRIVING, None)
            return redirect("login")
        return step(request, *found, at)

    return guarded


def _who(request: HttpRequest, at: datetime) -> tuple[Person, Arrival] | None:
    kept: dict[str, Any] | None = request.session.get(ARRIVING)
    if kept is None or at.timestamp() - kept["began"] > MINUTES * 60:
        return None
    arrival = Arrival(**kept)
    person = Person.objects.filter(pk=arrival.person, is_active=True).first()
    if person is None or person.get_session_auth_hash() != arrival.password:
        return None
    return person, arrival
