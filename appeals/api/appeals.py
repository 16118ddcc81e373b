"""Appeals over REST: cases, findings with their counts, filings (rows A02, A04, A05, N10)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from appeals.access import cases_for, filings_for, findings_for
from appeals.api import shapes
from appeals.api.filters import CaseFilter, FilingFilter, FindingFilter, filtered
from appeals.api.represent import brief_dict, case_dict, filing_dict, finding_dict
from appeals.brief import brief_of, with_history
from appeals.counts import DIMENSIONS, MONTH, UNIT, finding_counts
from appeals.models import Finding
from tickets.access import visible_to
from tickets.api import schema
from tickets.api.endpoint import Endpoint
from tickets.api.pages import Order, page_of
from tickets.api.problems import BadValues
from tickets.core.sentences import Say
from tickets.rows import picture_of, with_picture
from tickets.rulebook.registry import book_of

APPEAL = "appeal"
BY = (*DIMENSIONS, MONTH)
URGENT = Order("due_at", nullable=True, is_time=True)
NEWEST_FOUND = Order("found_at", descending=True, is_time=True)
NEWEST_SENT = Order("sent_at", descending=True, is_time=True)
FINDING_FILTERS = [
    schema.query("ticket", help_text="number"),
    schema.query("unit", help_text="code; the units below it too"),
    schema.query("finding", help_text="several with commas between"),
    schema.query("disputed", schema.FLAG),
    schema.query("replaced", schema.FLAG, "false: only those in force"),
    schema.query("found_after", help_text=schema.MOMENT),
    schema.query("found_before", help_text=schema.MOMENT),
]
CASES = schema.described(
    "appeals_cases_list",
    "Regulators' cases that you may see, the regulator's most urgent first",
    answers={200: schema.paged("RegulatorCase", shapes.CaseShape)},
    refusals=schema.READING,
    parameters=[
        schema.query("kind", help_text="several with commas between"),
        schema.query("number", help_text="the regulator's, however it is typed"),
        schema.query("regulator"),
        schema.query("step", help_text="kind of the main step; several with commas between"),
        schema.query("unit", help_text="code; the units below it too"),
        schema.query("open", schema.FLAG),
        schema.query("due_before", help_text=schema.MOMENT),
        *schema.PAGING,
    ],
)
CASE = schema.described(
    "appeals_case_get",
    "All about one appeal: case, lateness, documents, findings, filings, whom to call",
    answers={200: shapes.BriefShape},
    refusals=schema.ONE,
    parameters=[schema.NUMBER],
)
FINDINGS = schema.described(
    "appeals_findings_list",
    "Findings of responsibility, newest first",
    answers={200: schema.paged("Finding", shapes.FindingShape)},
    refusals=schema.READING,
    parameters=[*FINDING_FILTERS, *schema.PAGING],
)
COUNTS = schema.described(
    "appeals_findings_counts",
    "Findings in force, counted",
    answers={200: shapes.CountsShape},
    refusals=schema.READING,
    parameters=[schema.query("by", enum=list(BY)), *FINDING_FILTERS],
)
FILINGS = schema.described(
    "appeals_filings_list",
    "What was filed with an authority, newest first",
    answers={200: schema.paged("Filing", shapes.FilingShape)},
    refusals=schema.READING,
    parameters=[
        schema.query("ticket", help_text="number"),
        schema.query("sent_after", help_text=schema.MOMENT),
        schema.query("sent_before", help_text=schema.MOMENT),
        *schema.PAGING,
    ],
)


class Cases(Endpoint):
    @extend_schema(**CASES)
    def get(self, request: Request) -> Response:
        rows = cases_for(self.person, self.at).select_related("ticket")
        found = filtered(request, rows, CaseFilter, world=self.world, language=self.language)
        return Response(page_of(request, found, URGENT, lambda case: case_dict(case, self.world)))


class OneCase(Endpoint):
    @extend_schema(**CASE)
    def get(self, request: Request, number: str) -> Response:
        ticket = with_picture(visible_to(self.person, self.at).filter(number=number, kind=APPEAL)).first()
        if ticket is None:
            raise Http404
        book = book_of(ticket.rulebook_id)
        brief = brief_of(ticket, book, picture_of(ticket, book), self.world, self.at)
        return Response(brief_dict(brief, book, self.world, self.language))


class FindingEndpoint(Endpoint):
    def found(self, request: Request, others: frozenset[str] = frozenset()) -> QuerySet[Finding]:
        rows = findings_for(self.person, self.at)
        return filtered(request, rows, FindingFilter, world=self.world, language=self.language, others=others)


class Findings(FindingEndpoint):
    @extend_schema(**FINDINGS)
    def get(self, request: Request) -> Response:
        rows = with_history(self.found(request)).select_related("ticket")
        return Response(page_of(request, rows, NEWEST_FOUND, lambda one: finding_dict(one, self.world)))


class FindingCounts(FindingEndpoint):
    @extend_schema(**COUNTS)
    def get(self, request: Request) -> Response:
        by = request.query_params.get("by", UNIT)
        if by not in BY:
            listed = ", ".join(BY)
            raise BadValues({"by": [self.say(Say(f"只能是：{listed}", f"Must be one of: {listed}"))]})
        rows = self.found(request, frozenset({"by"}))
        return Response({"by": by, "results": finding_counts(rows, by, self.world.calendar.zone)})


class Filings(Endpoint):
    @extend_schema(**FILINGS)
    def get(self, request: Request) -> Response:
        rows = filings_for(self.person, self.at).select_related("ticket")
        found = filtered(request, rows, FilingFilter, world=self.world, language=self.language)
        return Response(page_of(request, found, NEWEST_SENT, lambda one: filing_dict(one, self.world)))
