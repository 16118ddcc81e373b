"""What the OpenAPI document says of each address: parameters, bodies, answers, refusals, examples."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from . import shapes
from .filters import ORDERINGS
from .pages import MOST

PROBLEM = "application/problem+json"
REASONS = {
    400: "The request can't be read, e.g. malformed JSON.",
    401: "No valid token.",
    403: "Not this role.",
    404: "There is no such thing, or it is not yours to see.",
    405: "The address doesn't know this method.",
    406: "Only JSON is served.",
    409: "Not possible in this state; `code` says why, `ticket` is how it is now.",
    413: "Larger than allowed.",
    415: "Another content type.",
    422: "Values that can't be taken, by field in `errors`.",
    429: "Too many requests.",
    500: "Something went wrong; no details.",
    503: "The database can't be reached for the moment.",
}
READING = (401, 403, 406, 422, 429, 500, 503)
ONE = (404, *READING)
WRITING = (400, *READING, 413, 415)


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "tickets.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "tickets.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def described(
    operation: str, summary: str, *, answers: dict[Any, Any], refusals: tuple[int, ...], **more: Any
) -> dict[str, Any]:
    """Arguments for `extend_schema`; every refusal is problem+json."""
    responses: dict[Any, Any] = dict(answers)
    for status in sorted(set(refusals)):
        responses[status, PROBLEM] = OpenApiResponse(shapes.ProblemShape, REASONS[status])
    return {"operation_id": operation, "summary": summary, "responses": responses, **more}


def paged(name: str, shape: Any) -> Any:
    """A cursor page of a shape."""
    return inline_serializer(
        f"{name}Page",
        {
            "next": serializers.CharField(allow_null=True),
            "previous": serializers.CharField(allow_null=True),
            "results": shape(many=True),
        },
    )


def query(name: str, kind: Any = str, help_text: str = "", **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=help_text, **more)


PAGING = [
    query("cursor", help_text="from `next` or `previous`"),
    query("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, f"rows of a page, at most {MOST}"),
]
NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="T20261124000001")
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="The same key and body give the first answer again.",
)
FLAG = {"type": "boolean"}
MOMENT = "a time with its offset, or a date"
TICKET_FILTERS = [
    query("rulebook"),
    query("kind", help_text="several with commas between"),
    query("state", help_text="several with commas between"),
    query("channel"),
    query("business_type", help_text="`mobile` also finds `mobile.gsm`"),
    query("complaint_type"),
    query("grade"),
    query("unit", help_text="code; the units below it too"),
    query("phone"),
    query("q", help_text="words of subject or content, or a number"),
    query("received_after", help_text=MOMENT),
    query("received_before", help_text=MOMENT),
    query("overdue", FLAG),
    query("warned", FLAG),
    query("assigned_to_me", FLAG),
    query("ordering", enum=sorted(ORDERINGS)),
]
EXAMPLE_TICKET = {
    "rulebook": "unicom-complaint",
    "channel": "hotline",
    "external_id": "CC-20261124-77",
    "customer": {"name": "王某", "phone": "13800000000", "level": "vip", "region": "410100"},
    "business_type": "mobile.gsm",
    "complaint_type": "network_quality",
    "grade": "provincial",
    "content": "家里没有信号，已经三天。",
    "confidential": False,
    "data": {},
}

EXAMPLE_ACTION = {"action": "feedback", "step": 7, "data": {"solution": "已修复"}}

TICKET_LIST = described(
    "tickets_list",
    "Tickets that you may see",
    answers={200: paged("Ticket", shapes.TicketRowShape)},
    refusals=READING,
    parameters=[*TICKET_FILTERS, *PAGING],
)
TICKET_CREATE = described(
    "tickets_create",
    "Register a ticket",
    answers={201: OpenApiResponse(shapes.TicketShape, "The ticket; a repeated request gives the first answer again.")},
    refusals=(*WRITING, 409),
    request=shapes.NewTicketShape,
    parameters=[KEY],
    examples=[OpenApiExample("A call at the hotline", EXAMPLE_TICKET, request_only=True)],
)
TICKET_ONE = described(
    "tickets_retrieve",
    "One ticket, with what you can do now",
    answers={200: shapes.TicketShape},
    refusals=ONE,
    parameters=[NUMBER],
)
TICKET_ACT = described(
    "tickets_act",
    "Do an action",
    answers={200: shapes.TicketShape},
    refusals=(*WRITING, 404, 409),
    request=shapes.ActShape,
    parameters=[NUMBER],
    examples=[
        OpenApiExample(
            "An answer", {"action": "feedback", "step": 7, "data": {"solution": "已修复"}}, request_only=True
        )
    ],
)
TICKET_EVENTS = described(
    "tickets_events",
    "The history of a ticket",
    answers={200: paged("Event", shapes.EventShape)},
    refusals=ONE,
    parameters=[NUMBER, *PAGING],
)
TICKET_CONTACTS = described(
    "tickets_contacts",
    "What the customer said since",
    answers={200: paged("Contact", shapes.ContactShape)},
    refusals=ONE,
    parameters=[NUMBER, *PAGING],
)
EXAMPLE_CONTACT = {
    "content": "又断线了，请快点派人来。",
    "urge": True,
    "call_id": "CC-88",
    "recording": "rec/CC-88.wav",
}
TICKET_CONTACT = described(
    "tickets_contact",
    "The customer called again: append what was said, urge if they urge",
    answers={201: OpenApiResponse(shapes.CallerTicketShape, "The ticket, with what to tell the caller.")},
    refusals=(*WRITING, 404, 409),
    request=shapes.NewContactShape,
    parameters=[NUMBER, KEY],
    examples=[OpenApiExample("A caller who urges", EXAMPLE_CONTACT, request_only=True)],
)
TICKET_PROGRESS = described(
    "tickets_progress",
    "How far it is, in words for the caller",
    answers={200: shapes.CallerTicketShape},
    refusals=ONE,
    parameters=[NUMBER],
)
UPLOAD_BODY = {"multipart/form-data": shapes.UploadShape}
TICKET_ATTACHMENTS = described(
    "tickets_attachments",
    "The files of a ticket",
    answers={200: paged("Attachment", shapes.AttachmentShape)},
    refusals=ONE,
    parameters=[NUMBER, *PAGING],
)
TICKET_ATTACH = described(
    "tickets_attach",
    "Add a file to a ticket",
    answers={201: shapes.AttachmentShape},
    refusals=(*WRITING, 404),
    request=UPLOAD_BODY,
    parameters=[NUMBER],
)
UPLOAD = described(
    "attachments_create",
    "Upload a file before its ticket exists",
    answers={201: shapes.AttachmentShape},
    refusals=WRITING,
    request=UPLOAD_BODY,
)
DOWNLOAD = described(
    "attachments_retrieve",
    "The content of a file",
    answers={(200, "application/octet-stream"): bytes},
    refusals=ONE,
)
LOOKUP = described(
    "customers_lookup",
    "Who is calling: customer, open tickets, history",
    answers={200: shapes.LookupShape},
    refusals=READING,
    parameters=[query("phone", required=True)],
)
BOOKS = described(
    "rulebooks_list",
    "The rulebooks in force",
    answers={200: paged("Rulebook", shapes.BookRowShape)},
    refusals=READING,
)
BOOK = described(
    "rulebooks_retrieve",
    "One rulebook: vocabulary, steps, actions",
    answers={200: shapes.BookShape},
    refusals=ONE,
    parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH, description="unicom-complaint")],
)
