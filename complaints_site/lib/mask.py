"""Personal data as it is shown by default: enough to tell two people apart, not enough to reach one (S05)."""

import re

STARS = "****"
# A district is the last place name that stays readable; a street or a village would find the house.
_DISTRICT = re.compile(r"^.{1,14}?(?:(?<![小社园校院厂])区|[县旗])|^.{1,10}?市")

_CONTACT = re.compile(r"[\w.+-]+@[\w.-]+|\+?\d[\d -]{5,}\d")

_REACH = re.compile(r"[\w.+-]+@[\w.-]+|(?<![A-Za-z\d])(?:0\d{2,3}-\d{7,8}|\d{7,}[\dXx]?)(?!\d)")


def name(value: str) -> str:
    """A person keeps the first character (王**), a long name of a company its two ends (河南**商贸)."""
    value = value.strip()
    if not value:
        return ""
    if len(value) <= 4:
        return f"{value[0]}**"
    return f"{value[:2]}**{value[-2:]}"


def phone(value: str) -> str:
    """138****6621, 0371****8806; a short number shows nothing but its last two digits."""
    digits = re.sub(r"\D", "", value)
    if not digits:
        return ""
    if len(digits) < 8:
        return STARS + digits[-2:]
    return f"{digits[: _kept(digits)]}{STARS}{digits[-4:]}"


def _kept(digits: str) -> int:
    """Digits that stay in front: an area code, or the carrier's three of a mobile number."""
    if digits.startswith(("01", "02")):
        return 3
    if digits.startswith("0"):
        return 4
    return 3 if len(digits) >= 11 else 0


def address(value: str) -> str:
    """The district stays: 郑州市金水区****."""
    value = value.strip()
    if not value:
        return ""
    district = _DISTRICT.match(value)
    return (district.group() if district else value[:2]) + STARS


def identity(value: str) -> str:
    """An identity document keeps its last four characters."""
    value = value.strip()
    return STARS + value[-4:] if len(value) > 8 else STARS if value else ""


def mail(value: str) -> str:
    """l***@example.com."""
    local, at, domain = value.strip().partition("@")
    return f"{local[:1]}***@{domain}" if at else (STARS if local else "")


def contacts(text: str) -> str:
    """A text whose addresses and long numbers are stars: what a far end says may repeat them."""
    return _CONTACT.sub("***", text)


def reaches(text: str) -> str:
    """A text that people wrote, without phone numbers, identity numbers and mail addresses; times and dates stay."""
    return _REACH.sub("***", text)


KINDS = {"name": name, "phone": phone, "address": address, "identity": identity, "mail": mail}


def mask(value: str | None, kind: str) -> str:
    """Mask a value by its kind; an unknown kind shows nothing of it."""
    if not value:
        return ""
    hide = KINDS.get(kind)
    return hide(value) if hide else STARS
