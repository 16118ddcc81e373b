"""The code with which a customer asks how their complaint stands (row I07, ruling EXPECT).

It is reckoned from the number with a key of this installation, so every ticket has one, also those that were imported.
It has 40 bits, and asking is throttled.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings

LENGTH = 8
LOOK_ALIKE = str.maketrans("018", "OIB")  # none of these digits is in a code


def code_of(number: str) -> str:
    """The code that belongs to a ticket's number: letters and the digits 2 to 7.

    >>> len(code_of("T20261124000001"))
    8
    """
    digest = hmac.new(settings.PERSONAL_INDEX_KEY.encode(), f"progress:{number}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:5]).decode()


def is_code(number: str, given: str) -> bool:
    """Is this the number's code? Takes as long for a wrong one, whatever is wrong with it."""
    typed = "".join(given.split()).upper().translate(LOOK_ALIKE)
    return hmac.compare_digest(code_of(number).encode(), typed.encode("utf-8", "replace"))
