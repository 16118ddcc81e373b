"""The tables of the engine, one noun per file."""

from .account import SecondFactor, Session
from .admin_log import AdminEntry
from .attachment import Attachment
from .clock import Clock
from .contact import Contact
from .customer import Customer
from .desk import AccessLog, Draft, Glass, SavedView
from .endpoint import GroupRobot, Subscription
from .event import Event
from .exchange import IdempotencyKey, ImportRun, NumberBlock
from .hold import Hold
from .message import Message
from .organisation import CalendarDay, CalendarYear, Organisation
from .paper import Paper, PaperText
from .person import Absence, ApiToken, Duty, Person
from .public import PublicDesk, SetAsideMail
from .rectification import CheckRound, Rectification, RectificationCheck
from .root import DayRoot
from .rulebook import RulebookVersion
from .step import Step
from .ticket import FACT_COLUMNS, Ticket, TicketLink, TicketText
from .unit import Route, Unit
from .wording import LibraryEntry, LibraryVersion, WordingOverruled

__all__ = [
    "FACT_COLUMNS",
    "Absence",
    "AccessLog",
    "AdminEntry",
    "ApiToken",
    "Attachment",
    "CalendarDay",
    "CalendarYear",
    "CheckRound",
    "Clock",
    "Contact",
    "Customer",
    "DayRoot",
    "Draft",
    "Duty",
    "Event",
    "Glass",
    "GroupRobot",
    "Hold",
    "IdempotencyKey",
    "ImportRun",
    "LibraryEntry",
    "LibraryVersion",
    "Message",
    "NumberBlock",
    "Organisation",
    "Paper",
    "PaperText",
    "Person",
    "PublicDesk",
    "Rectification",
    "RectificationCheck",
    "Route",
    "RulebookVersion",
    "SavedView",
    "SecondFactor",
    "Session",
    "SetAsideMail",
    "Step",
    "Subscription",
    "Ticket",
    "TicketLink",
    "TicketText",
    "Unit",
    "WordingOverruled",
]
