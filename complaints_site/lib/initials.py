"""Pinyin initials of Chinese words, so that `kd` finds 宽带 (row U03).

GB 2312 orders its 3755 common characters by pinyin, so the first letter follows from the code's place. A character
outside of that level keeps no letter; a reader who types it finds it by the character itself.
"""

import unicodedata

# The first code of each letter; there are no words that begin with i, u or v.
FIRST_CODES = (
    (0xB0A1, "a"),
    (0xB0C5, "b"),
    (0xB2C1, "c"),
    (0xB4EE, "d"),
    (0xB6EA, "e"),
    (0xB7A2, "f"),
    (0xB8C1, "g"),
    (0xB9FE, "h"),
    (0xBBF7, "j"),
    (0xBFA6, "k"),
    (0xC0AC, "l"),
    (0xC2E8, "m"),
    (0xC4C3, "n"),
    (0xC5B6, "o"),
    (0xC5BE, "p"),
    (0xC6DA, "q"),
    (0xC8BB, "r"),
    (0xC8F6, "s"),
    (0xCBFA, "t"),
    (0xCDDA, "w"),
    (0xCEF4, "x"),
    (0xD1B9, "y"),
    (0xD4D1, "z"),
)
LAST_CODE = 0xD7F9


def initials(text: str) -> str:
    """The first letters of a text: letters and digits stay, Chinese characters give their pinyin's first letter.

    >>> initials("宽带/数据"), initials("GSM业务")
    ('kdsj', 'gsmyw')
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(_letter(character) for character in folded if character.isalnum())


def _letter(character: str) -> str:
    if character.isascii():
        return character
    try:
        code = int.from_bytes(character.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    if not FIRST_CODES[0][0] <= code <= LAST_CODE:
        return ""
    return next(letter for first, letter in reversed(FIRST_CODES) if code >= first)
