"""Text as pairs of neighbouring characters: the index under Chinese full-text search (row U06).

A Chinese word is mostly two characters long, and neither PostgreSQL's trigrams nor SQLite's FTS5 finds two. Every
run of letters, digits or Chinese characters is cut into overlapping pairs; a question matches where all of its pairs
stand, and the caller compares the text itself for the order.
"""

import itertools
import re
import unicodedata

_RUNS = re.compile(r"\w+")
LONGEST = 5_000  # characters of one text that are indexed


def normal(text: str) -> str:
    """Full-width forms folded, lower case, one space between words: what search compares."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().replace("\x00", " ").split())


def pairs(text: str) -> list[str]:
    """The pairs of a text, each once, in order; a run of a single character is kept as it is.

    >>> pairs("宽带断线 4G")
    ['宽带', '带断', '断线', '4g']
    """
    found: dict[str, None] = {}
    for run in _RUNS.findall(normal(text)[:LONGEST]):
        if len(run) == 1:
            found[run] = None
        for first, second in itertools.pairwise(run):
            found[first + second] = None
    return list(found)
