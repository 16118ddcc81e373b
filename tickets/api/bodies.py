"""The create body, read by hand: each value's type and name, all mistakes at once (REST contract, "Create body").

What a rulebook asks of a value is judged by the engine; here is only what holds for every rulebook.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..actions.contacts import NewContact
from ..actions.register import NewCustomer, NewTicket
from ..core.given import EARLIEST, LATEST
from ..core.sentences import Invalid

FACTS = (
    *("channel", "business_type", "complaint_type", "grade", "severity", "visited_region"),
    *("request", "occurred_at", "occurred_place"),
)
TEXTS = ("rulebook", "external_id", "subject", "content", "received_by", *FACTS)
CUSTOMER_TEXTS = ("name", "phone", "account", "email", "address", "level", "brand", "region")
NAMES = frozenset({*TEXTS, "confidential", "received_at", "customer", "respondent", "data"})
CUSTOMER_NAMES = frozenset({*CUSTOMER_TEXTS, "anonymous"})
REQUIRED = ("rulebook", "channel", "content")
CONTACT_TEXTS = ("content", "channel", "phone", "call_id", "recording")


def new_ticket(body: Any, *, source: str) -> tuple[str, NewTicket]:
    """The rulebook's id and what the ticket begins with. Raises Invalid."""
    errors = Invalid()
    if not isinstance(body, dict):
        errors.add("", "要一个 JSON 对象", "Must be a JSON object")
        raise errors
    _refuse_unknown(body, NAMES, "", errors)
    texts = {name: _text(body, name, name, errors) for name in TEXTS}
    for name in REQUIRED:
        if not texts[name].strip() and name not in errors.errors:
            errors.add(name, "必填", "Required")
    customer, anonymous = _customer(body, errors)
    respondent = _object(body, "respondent", frozenset({"unit", "person"}), errors)
    new = NewTicket(
        content=texts["content"],
        customer=customer,
        subject=texts["subject"],
        anonymous=anonymous,
        confidential=_flag(body, "confidential", "confidential", errors),
        facts={name: texts[name] for name in FACTS if texts[name]},
        data=_object(body, "data", None, errors),
        received_at=instant_of(body.get("received_at"), "received_at", errors),
        received_by=texts["received_by"],
        respondent_unit=_text(respondent, "unit", "respondent.unit", errors),
        respondent_person=_text(respondent, "person", "respondent.person", errors),
        source=source,
        external_id=texts["external_id"],
    )
    instant_of(body.get("occurred_at"), "occurred_at", errors)
    errors.raise_if_any()
    return texts["rulebook"], new


def contact_of(body: Mapping[str, Any], errors: Invalid) -> NewContact:
    """What a customer said when they called again; what is wrong with it goes into `errors`."""
    texts = {name: _text(body, name, name, errors) for name in CONTACT_TEXTS}
    return NewContact(**texts, urge=_flag(body, "urge", "urge", errors))


def _customer(body: Mapping[str, Any], errors: Invalid) -> tuple[NewCustomer, bool]:
    given = _object(body, "customer", CUSTOMER_NAMES, errors)
    texts: dict[str, Any] = {name: _text(given, name, f"customer.{name}", errors) for name in CUSTOMER_TEXTS}
    return NewCustomer(**texts), _flag(given, "anonymous", "customer.anonymous", errors)


def _object(body: Mapping[str, Any], name: str, known: frozenset[str] | None, errors: Invalid) -> dict[str, Any]:
    """An object that may be left out or null; with `known` its names are checked."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        errors.add(name, "要一个 JSON 对象", "Must be a JSON object")
        return {}
    if known is not None:
        _refuse_unknown(value, known, f"{name}.", errors)
    return value


def _refuse_unknown(given: Mapping[str, Any], known: frozenset[str], prefix: str, errors: Invalid) -> None:
    for name in given:
        if name not in known:
            errors.add(f"{prefix}{name}", "没有这一项", "There is no such field")


def _text(given: Mapping[str, Any], name: str, place: str, errors: Invalid) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        errors.add(place, "要填文字", "Must be text")
        return ""
    return value


def _flag(given: Mapping[str, Any], name: str, place: str, errors: Invalid) -> bool:
    value = given.get(name)
    if value is not None and not isinstance(value, bool):
        errors.add(place, "要填是或否（true/false）", "Must be true or false")
        return False
    return bool(value)


def instant_of(value: Any, place: str, errors: Invalid) -> datetime | None:
    """A time with its offset; None for null. What is wrong with it goes into `errors`."""
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        errors.add(
            place,
            "时间要带时区，写成 2026-11-24T09:00:00+08:00",
            "Must be a time with its offset, like 2026-11-24T09:00:00+08:00",
        )
        return None
    if not EARLIEST <= instant.year <= LATEST:
        errors.add(place, f"年份要在 {EARLIEST} 到 {LATEST} 之间", f"The year must lie between {EARLIEST} and {LATEST}")
        return None
    return instant
