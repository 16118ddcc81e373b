"""Personal data at rest: encrypted values, and a blind index that finds one without reading the others.

A value is encrypted with Fernet (AES-CBC and HMAC) under the first of `PERSONAL_DATA_KEYS`; the further keys only
read, so that a key can be changed without a night of re-encryption. The index is an HMAC of the normalised value.
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """The value was encrypted with a key that this installation doesn't have."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys)


def encrypt(value: str) -> str:
    return _cipher(tuple(settings.PERSONAL_DATA_KEYS)).encrypt(value.encode()).decode()


def decrypt(token: str) -> str:
    try:
        return _cipher(tuple(settings.PERSONAL_DATA_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("no key of PERSONAL_DATA_KEYS reads this value") from error


def normal_number(value: str) -> str:
    """A phone or account number as it is compared: digits only, the Chinese country code dropped.

    >>> normal_number("+86 138-0000-0000")
    '13800000000'
    """
    digits = "".join(c for c in value if c.isdigit() or c.isalpha()).lower()
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 11:
            return digits[len(prefix) :]
    return digits


def blind_index(value: str) -> str:
    """What a look-up by number compares; the same number always gives the same text, '' gives ''."""
    number = normal_number(value)
    if not number:
        return ""
    return hmac.new(settings.PERSONAL_INDEX_KEY.encode(), number.encode(), hashlib.sha256).hexdigest()[:40]
