"""Supervision over REST: the board of the provinces, chase orders, reports of major matters (rows W04, W06, W07)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalation.board import board_of, province_of
from escalation.majors import major_read, major_report, majors_for
from escalation.models import MajorReport
from escalation.orders import MOST, chased, order_counts, orders_at, orders_put
from tickets.access import sight_of, visible_to
from tickets.api import schema, shapes
from tickets.api.endpoint import Endpoint
from tickets.api.pages import PAGE_NAMES, Order, page_of
from tickets.api.problems import BadValues
from tickets.api.represent import times_of
from tickets.core.given import EARLIEST, LATEST
from tickets.core.rules import Actor
from tickets.core.sentences import Invalid, Say
from tickets.models import Step
from tickets.views.reader import Reader

OPENED = Order("opened_at", descending=True, is_time=True)
REPORTED = Order("reported_at", descending=True, is_time=True)
NUMBERS = Say(f"要工单编号的列表，1 到 {MOST} 个", f"Must be a list of 1 to {MOST} ticket numbers")
NOT_A_TIME = Say("时间写成 2026-11-24T09:00:00+08:00", "Write a time like 2026-11-24T09:00:00+08:00")
TEXT = Say("要填文字", "Must be text")
OBJECT = Say("要一个 JSON 对象", "Must be a JSON object")


class CellShape(serializers.Serializer[Any]):
    province = shapes.text()
    stage = shapes.text()
    open = shapes.whole()
    warned = shapes.whole()
    overdue = shapes.whole()


class BoardShape(serializers.Serializer[Any]):
    results = CellShape(many=True)


class OrderShape(serializers.Serializer[Any]):
    id = shapes.whole()
    ticket = shapes.text()
    kind = shapes.text()
    unit = shapes.text(null=True)
    opened_at = shapes.time(null=False)
    due_at = shapes.time()
    answered_at = shapes.time()


class OrderCountShape(serializers.Serializer[Any]):
    unit = shapes.text(null=True)
    open = shapes.whole()
    overdue = shapes.whole()
    put = shapes.whole()
    answered = shapes.whole()
    late = shapes.whole()


class OrderCountsShape(serializers.Serializer[Any]):
    results = OrderCountShape(many=True)


class NewOrdersShape(serializers.Serializer[Any]):
    tickets = serializers.ListField(child=shapes.text(), max_length=MOST)
    given = serializers.DictField(help_text="as the action of each ticket asks")


class PutShape(serializers.Serializer[Any]):
    ticket = shapes.text()
    done = serializers.BooleanField()
    detail = shapes.text(null=True)
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=shapes.text())
    )


class PutsShape(serializers.Serializer[Any]):
    results = PutShape(many=True)


class ReceiptShape(serializers.Serializer[Any]):
    person = shapes.text(null=True)
    unit = shapes.text(null=True)
    told = shapes.text()
    read_at = shapes.time()


class MajorShape(serializers.Serializer[Any]):
    id = shapes.whole()
    unit = shapes.text(null=True)
    text = shapes.text()
    expected_at = shapes.time()
    reported_by = shapes.text(null=True)
    reported_at = shapes.time(null=False)
    receipts = ReceiptShape(many=True)


class NewMajorShape(serializers.Serializer[Any]):
    text = shapes.text()
    unit = shapes.text()
    expected_at = shapes.time(required=False)


BOARD = schema.described(
    "supervision_board",
    "Open steps by province and stage, with those warned and overdue",
    answers={200: BoardShape},
    refusals=schema.READING,
    parameters=[schema.query("book", help_text="id of a rulebook")],
)
ORDERS = schema.described(
    "orders_list",
    "Chase orders at your units, newest first",
    answers={200: schema.paged("ChaseOrder", OrderShape)},
    refusals=schema.READING,
    parameters=[schema.query("open", schema.FLAG), schema.query("unit", help_text="code"), *schema.PAGING],
)
ORDER_COUNTS = schema.described(
    "orders_counts",
    "Chase orders by unit: open now, and put, answered and answered late in the last 30 days",
    answers={200: OrderCountsShape},
    refusals=schema.READING,
)
PUT_ORDERS = schema.described(
    "orders_put",
    "The same chase order on several tickets, each a change of its own",
    answers={200: PutsShape},
    refusals=schema.WRITING,
    request=NewOrdersShape,
)
MAJORS = schema.described(
    "major_reports_list",
    "Reports of major matters that concern you, newest first",
    answers={200: schema.paged("MajorReport", MajorShape)},
    refusals=schema.READING,
    parameters=[*schema.PAGING],
)
REPORT = schema.described(
    "major_reports_create",
    "Report a major or foreseen matter: head, service department and headquarters' centre are told at once",
    answers={201: MajorShape},
    refusals=schema.WRITING,
    request=NewMajorShape,
)
READ = schema.described(
    "major_reports_read",
    "Confirm that you have read it",
    answers={200: MajorShape},
    refusals=(404, *schema.ALWAYS),
    request=None,
)


class Supervision(Endpoint):
    @extend_schema(**BOARD)
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, frozenset({"book"}))
        world = self.world
        board = board_of(Reader(self.person, self.at), request.query_params.get("book", ""))
        found = [
            {
                "province": world.units[province].code,
                "stage": stage,
                "open": cell.count,
                "warned": cell.warned,
                "overdue": cell.overdue,
            }
            for (province, stage), cell in sorted(board.cells.items())
            if province_of(world, province) == province
        ]
        return Response({"results": found})


class Orders(Endpoint):
    @extend_schema(**ORDERS)
    def get(self, request: Request) -> Response:
        return Response(page_of(request, self._wanted(request), OPENED, self._order))

    def _wanted(self, request: Request) -> QuerySet[Step]:
        given = request.query_params
        self.refuse_unknown(given, frozenset({"open", "unit"}) | PAGE_NAMES)
        sight = sight_of(self.person, self.at)
        steps = orders_at(sight) if sight is not None else Step.objects.none()
        flag = given["open"].lower() if "open" in given else None
        if flag not in (None, "true", "false", "1", "0"):
            raise BadValues({"open": [self.say(Say("只能填 true 或 false", "Must be true or false"))]})
        if flag:
            steps = steps.filter(closed_at__isnull=flag in ("true", "1"))
        if code := given.get("unit", ""):
            unit = self.world.by_code.get(code)
            if unit is None:
                raise BadValues({"unit": [self.say(Say(f"没有单位“{code}”", f'There is no unit "{code}"'))]})
            steps = steps.filter(unit_id=unit.id)
        return steps.select_related("ticket", "unit").prefetch_related("clocks")

    def _order(self, step: Step) -> dict[str, Any]:
        times = times_of(self.world)
        clock = next(iter(step.clocks.all()), None)
        return {
            "id": step.pk,
            "ticket": step.ticket.number,
            "kind": step.kind,
            "unit": step.unit.code,
            "opened_at": times(step.opened_at),
            "due_at": times(clock.due_at if clock else None),
            "answered_at": times(step.closed_at),
        }

    @extend_schema(**PUT_ORDERS)
    def post(self, request: Request) -> Response:
        numbers, given = self._read()
        seen = visible_to(self.person, self.at)
        units = dict.fromkeys(seen.filter(number__in=numbers).values_list("pk", flat=True), "")
        chosen = chased(seen, units, actor=Actor(self.person.pk), world=self.world, at=self.at)
        orders_put(chosen, given, actor=self.person, at=self.at)
        done = {one.ticket.number: one for one in chosen}
        return Response({"results": [self._came_of(number, done.get(number)) for number in numbers]})

    def _read(self) -> tuple[list[str], dict[str, Any]]:
        body = self.body(frozenset({"tickets", "given"}))
        numbers, given = body.get("tickets"), body.get("given", {})
        errors = {}
        if (
            not isinstance(numbers, list)
            or not 0 < len(numbers) <= MOST
            or not all(isinstance(n, str) for n in numbers)
        ):
            errors["tickets"] = [self.say(NUMBERS)]
        if not isinstance(given, dict):
            errors["given"] = [self.say(OBJECT)]
        if errors:
            raise BadValues(errors)
        return list(dict.fromkeys(numbers or ())), given

    def _came_of(self, number: str, one: Any) -> dict[str, Any]:
        """What is not there and what may not be seen are the same."""
        if one is None:
            missing = self.say(Say("没有这件工单", "There is no such ticket"))
            return {"ticket": number, "done": False, "detail": missing, "errors": {}}
        errors = {name: [self.say(say) for say in says] for name, says in one.errors.items()}
        detail = self.say(one.refused) if one.refused and not one.done else None
        return {"ticket": number, "done": one.done, "detail": detail, "errors": errors}


class OrderCounts(Endpoint):
    @extend_schema(**ORDER_COUNTS)
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, frozenset())
        sight, units = sight_of(self.person, self.at), self.world.units
        rows = order_counts(sight, self.at) if sight is not None else []
        return Response({"results": [{"unit": units[row.pop("unit_id")].code, **row} for row in rows]})


class Majors(Endpoint):
    @extend_schema(**MAJORS)
    def get(self, request: Request) -> Response:
        self.refuse_unknown(request.query_params, PAGE_NAMES)
        rows = majors_for(self.person, self.at).prefetch_related("receipts")
        return Response(page_of(request, rows, REPORTED, self.major))

    @extend_schema(**REPORT)
    def post(self, request: Request) -> Response:
        body = self.body(frozenset({"text", "unit", "expected_at"}))
        errors = Invalid()
        for name in ("text", "unit"):
            if not isinstance(body.get(name, ""), str):
                errors.errors[name] = [TEXT]
        expected_at = _moment(body.get("expected_at"), errors)
        errors.raise_if_any()
        text, unit = body.get("text", ""), body.get("unit", "")
        report = major_report(text=text, unit=unit, expected_at=expected_at, actor=self.person, at=self.at)
        return Response(self.major(report), status=201)

    def major(self, report: MajorReport) -> dict[str, Any]:
        world = self.world
        times, people, units = times_of(world), world.people, world.units
        reporter = people.get(report.reported_by_id)
        return {
            "id": report.pk,
            "unit": units[report.unit_id].code,
            "text": report.text,
            "expected_at": times(report.expected_at),
            "reported_by": reporter.username if reporter else None,
            "reported_at": times(report.reported_at),
            "receipts": [
                {
                    "person": people[one.person_id].username if one.person_id in people else None,
                    "unit": units[one.unit_id].code,
                    "told": one.told,
                    "read_at": times(one.read_at),
                }
                for one in report.receipts.all()
            ],
        }


class MajorRead(Majors):
    http_method_names = ["post", "options"]

    @extend_schema(**READ)
    def post(self, request: Request, id: int) -> Response:  # type: ignore[override]
        report = majors_for(self.person, self.at).filter(pk=id).first()
        if report is None:
            raise Http404
        major_read(report=report, actor=self.person, at=self.at)
        return Response(self.major(report))


def _moment(raw: object, errors: Invalid) -> datetime | None:
    """A time with its offset."""
    if raw is None:
        return None
    try:
        found = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not EARLIEST <= found.year <= LATEST:
        errors.errors["expected_at"] = [NOT_A_TIME]
        return None
    return found
