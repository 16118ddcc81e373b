"""The tables of this app: facts that indicators are counted from, figures that come from outside, and reports."""

from .base import CustomerBase
from .call import Call
from .fact import StepFact, TicketFact
from .frozen import FrozenFigure, FrozenMonth, Restatement
from .judgement import SampleVerdict, SurveyAnswer
from .memory import DayCount, DayStamp
from .report import ReportCopy, ReportRun, ReportSchedule
from .survey import SurveySample
from .writing import Writing

__all__ = [
    "Call",
    "CustomerBase",
    "DayCount",
    "DayStamp",
    "FrozenFigure",
    "FrozenMonth",
    "ReportCopy",
    "ReportRun",
    "ReportSchedule",
    "Restatement",
    "SampleVerdict",
    "StepFact",
    "SurveyAnswer",
    "SurveySample",
    "TicketFact",
    "Writing",
]
