"""The tables of this app: facts that indicators are counted from, and figures that come from outside."""

from .base import CustomerBase
from .call import Call
from .fact import StepFact, TicketFact
from .judgement import SampleVerdict, SurveyAnswer
from .memory import DayCount, DayStamp

__all__ = [
    "Call",
    "CustomerBase",
    "DayCount",
    "DayStamp",
    "SampleVerdict",
    "StepFact",
    "SurveyAnswer",
    "TicketFact",
]
