"""The words of the rulebook language: what may stand where (docs/rulebook-language.md).

Words, not vocabulary: no company, grade or step is named here.
"""

from __future__ import annotations

import re

from tickets.limit_words import Limit, LimitError
from tickets.rulebook import compiled

KINDS = ("complaint", "escalation", "appeal")
ENDS = ("closed", "declined", "withdrawn", "merged", "transferred")
CLOSED = "closed"
STAGES = (
    "intake",
    "review",
    "dispatch",
    "handling",
    "assist",
    "feedback",
    "reply",
    "callback",
    "close",
    "archive",
)
TYPES = ("text", "choice", "unit", "person", "datetime", "boolean", "number", "file", "list")
RESERVED_TYPES = {"to": "unit", "assignee": "person", "until": "datetime"}
RESERVED_TITLES = {
    "to": compiled.Title("接收单位", "To"),
    "assignee": compiled.Title("处理人", "Assignee"),
    "until": compiled.Title("新的时限", "New deadline"),
}
CHANNEL_TITLE = compiled.Title("受理渠道", "Channel")
WAYS = ("inbox", "email", "sms", "wecom", "dingtalk", "webhook", "letter", "phone", "fax", "visit", "web")
CLOCK_STATES = ("none", "running", "warned", "overdue", "stopped")

# Facts that a ticket has without the rulebook's help (06, the create body; the customer's without prefix).
FACTS = (
    "channel",
    "business_type",
    "complaint_type",
    "grade",
    "severity",
    "region",
    "respondent",
    "level",
    "brand",
    "visited_region",
    "anonymous",
    "confidential",
    "subject",
    "content",
    "request",
    "occurred_at",
    "occurred_place",
    "received_at",
    "account",
)
STEP_FACT = "step"
TIER_FACT = "tier"
SIGNED_FACT = "signed"
DONE = "done."
DUE = ".due"

# Holders (§11.4): words alone, functions of a unit, and where to look for the function.
HOLDER_WORDS = ("channel", "route", "chosen", "previous", "holder", "respondent", "none")
FUNCTIONS = ("service", "centre", "remote", "owner", "handler", "assist", "channel", "supervision", "management")
OF = ("home", "above", "top")
OF_TOP = " of top"
TELL_WORDS = ("customer", "holder", "sender")

# What a message may say beside the fields of its rulebook.
PLACES = (
    "number",
    "title",
    "step",
    "clock",
    "percent",
    "due",
    "promise",
    "action",
    "unit",
    "customer",
    "received",
    "state",
    "code",
)

LEAF_SECTIONS = ("fields", "messages", "alarms", "priority", "phrases", "penalties", "papers")
OWN_SECTIONS = ("tables", "steps", "actions", "clocks", "reports", "records", "alike")
SECTIONS = ("rulebook", "roles", "ends", *LEAF_SECTIONS, *OWN_SECTIONS, "en")

RULEBOOK = (
    "id",
    "version",
    "kind",
    "title",
    "en",
    "source",
    "source_en",
    "include",
    "quiet",
    "barrier",
    "effective",
    "owner",
    "interpreter",
    "library",
    "glass",
    "roll",
    "end",
    "retention",
)
FIELD = ("title", "en", "type", "choices", "choices_en", "default", "of", "personal", "log", "most", "hint", "hint_en")
MESSAGE = ("title", "en", "text", "text_en", "ways")
TABLE = ("title", "en", "by", "rows")
STEP = (
    "title",
    "en",
    "stage",
    "by",
    "at",
    "limit",
    "side",
    "answered",
    "not_by",
    "extends",
    "at_most",
    "target",
    "alarm",
)
ACTION = ("title", "en", "from", "by", "needs", "may", "when", "then", "approval")
APPROVAL = ("at", "by", "limit")
CLOCK = ("title", "en", "starts", "stops", "resumes", "limit", "fixed", "target", "extends", "at_most", "alarm")
PENALTY = (
    *("title", "en", "on", "when", "of", "fine", "points", "per", "per_en", "measures", "measures_en"),
    *("by", "above", "within", "tell", "circular"),
)
# a finding on a ticket; a refusal whose review found no ground (REFUSEREV); what a person enters with its ground
PENALTY_ON = ("finding", "refusal", "hand")
DAY_LATE = "day late"
PARTIES = ("respondent", "holder")  # whom a penalty may be about, besides a field that names a person or a unit
REPORT = ("title", "en", "every", "due", "by", "to")
RECORD = ("title", "en", "on", "when", "keep", "clocks")
ALIKE = ("title", "en", "same", "within", "on", "count", "link")
SAME_CUSTOMER = "customer"
LINKS = ("repeated", "incident")
PRIORITY = ("when", "score", "because", "because_en", "mark", "mark_en", "short", "short_en")
PHRASES = ("title", "en", "polite", "forbidden")
EFFECTS = {
    "next": ("at", "limit", "when", "free"),
    "ask": ("at", "limit", "when"),
    "back": ("when",),
    "recall": ("when",),
    "end": ("when",),
    "rectify": ("when", "limit"),
    "set": ("when",),
    "tell": ("to", "when"),
}
EVERY = ("day", "week", "month", "quarter", "half-year", "year")
BARRIERS = ("person", "unit")
DAY_ENDS = ("midnight", "closing")

NAME = re.compile(r"[^\W\d]\w*(-\w+)*")
BOOK_ID = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
QUIET = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
LIMIT = re.compile(r"(\d{1,10})(s|min|h|d|wd|mo)|same-day")
WITHIN = re.compile(r"\d{1,5}[hd]")
REST = re.compile(r"rest(-\d{1,10}(s|min|h))?")
BEFORE_CLOCK = re.compile(r"clock\.([^\W\d]\w*)(?:-\d{1,10}(?:s|min|h))?")
PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)%")
MOMENT = re.compile(r"(due|due\+|every )(?:(\d{1,8})(s|min|h))?")
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T.*)?")
REPORT_DUE = re.compile(r"day ([1-9]|[12]\d|3[01])")
PLACE = re.compile(r"\{([^{}]*)\}")

SECONDS = {"s": 1, "min": 60, "h": 3600}
DAYS = {"d": 1, "wd": 1, "mo": 31}
LONGEST_SECONDS = 36_600 * 86_400  # a hundred years; longer is a slip of the keyboard
NAME_LENGTH = 60
NONE = "none"
REST_WORD = "rest"


def is_name(word: object) -> bool:
    return isinstance(word, str) and len(word) <= NAME_LENGTH and NAME.fullmatch(word) is not None


def limit_seconds(text: str) -> int | None:
    """How long a written limit is, roughly: a working day counts as 24 h, `same-day` as 8.5 h, a month as 31 days."""
    if text == "same-day":
        return 30_600
    found = LIMIT.fullmatch(text)
    if not found:
        return None
    number, unit = int(found[1]), found[2]
    return number * SECONDS[unit] if unit in SECONDS else number * DAYS[unit] * 86_400


def is_limit(text: str) -> bool:
    """Is this a limit of the language (`30s 10min 4h 2d 3wd same-day 1mo`) that can be reckoned with?"""
    try:
        Limit.parse(text)
    except LimitError:
        return False
    return True
