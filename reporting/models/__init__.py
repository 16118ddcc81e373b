"""The tables of this app: facts that indicators are counted from, figures that come from outside, and reports."""

from .accountability import Charge, Circular, GrantReview
from .base import CustomerBase
from .call import Call
from .fact import FactInstant, StepFact, TicketFact
from .frozen import FrozenFigure, FrozenMonth, Restatement
from .hot import HotChange, HotCount, HotIssue, HotText, HotWord
from .judgement import SampleVerdict, SurveyAnswer
from .memory import DayCount, DayStamp
from .quality import RefusalReview, SampleDraw, SampledTicket, SampleRule, TestCall
from .report import ReportCopy, ReportRun, ReportSchedule
from .seen import Uncounted, UnitSet
from .simulation import Simulation
from .survey import SurveySample
from .writing import Writing

__all__ = [
    "Call",
    "Charge",
    "Circular",
    "CustomerBase",
    "DayCount",
    "DayStamp",
    "FactInstant",
    "FrozenFigure",
    "FrozenMonth",
    "GrantReview",
    "HotChange",
    "HotCount",
    "HotIssue",
    "HotText",
    "HotWord",
    "RefusalReview",
    "ReportCopy",
    "ReportRun",
    "ReportSchedule",
    "Restatement",
    "SampleDraw",
    "SampleRule",
    "SampleVerdict",
    "SampledTicket",
    "Simulation",
    "StepFact",
    "SurveyAnswer",
    "SurveySample",
    "TestCall",
    "TicketFact",
    "Uncounted",
    "UnitSet",
    "Writing",
]
