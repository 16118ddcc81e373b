"""What the OpenAPI document says of each address: parameters, bodies, answers, refusals, examples."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from . import shapes
from .filters import ORDERINGS
from .pages import MOST
from .problems import body_of

PROBLEM = "application/problem+json"
NOT_MODIFIED = 304
MORE_OF_EXAMPLES: dict[int, dict[str, Any]] = {
    409: {"detail": "当前环节是“受理”，不能“反馈”", "code": "not_from"},
    412: {"code": "stale"},
    422: {"errors": {"content": ["必填"]}},
}
REASONS = {
    304: _("和 If-None-Match 说的一样，没有变。"),
    400: _("请求读不懂，例如 JSON 格式不对。"),
    401: _("没有有效的令牌。"),
    403: _("没有这个岗位。"),
    404: _("没有这个对象，或者您看不到它。"),
    405: _("这个地址不支持这个方法。"),
    406: _("只提供 JSON。"),
    409: _("现在不能这样办：code 说为什么，ticket 是工单现在的样子。"),
    412: _("If-Match 说的不是现在这一版，ticket 是现在的样子。"),
    413: _("内容太大。"),
    415: _("内容类型不对。"),
    422: _("有几项内容要改正，按字段写在 errors 里。"),
    429: _("请求太频繁，过 Retry-After 秒再来。"),
    500: _("系统出错，已经记录。"),
    503: _("数据库暂时连不上，过 Retry-After 秒再来。"),
}
ALWAYS = (401, 403, 406, 422, 429, 500, 503)
READING = (304, *ALWAYS)  # If-None-Match
ONE = (404, *READING)
WRITING = (400, *ALWAYS, 413, 415)


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
    operation: str, summary: Any, *, answers: dict[Any, Any], refusals: tuple[int, ...], **more: Any
) -> dict[str, Any]:
    """Arguments for `extend_schema`; every refusal is problem+json."""
    responses: dict[Any, Any] = dict(answers)
    for status in sorted(set(refusals)):
        if status == NOT_MODIFIED:
            responses[status] = OpenApiResponse(description=REASONS[status])
        else:
            responses[status, PROBLEM] = OpenApiResponse(shapes.ProblemShape, REASONS[status], [refusal(status)])
    parameters = [*more.pop("parameters", ()), *_headers(set(refusals), answers)]
    said = {"operation_id": operation, "summary": summary, "description": more.pop("description", summary)}
    return {**said, "responses": responses, "parameters": parameters, **more}


def example(name: Any, value: Any) -> OpenApiExample:
    """A body that can be sent as it stands."""
    return OpenApiExample(name, value, request_only=True)


def refusal(status: int) -> OpenApiExample:
    """What a refusal looks like."""
    body = body_of(status, "zh", **MORE_OF_EXAMPLES.get(status, {}))
    return OpenApiExample(str(status), body, response_only=True, status_codes=[str(status)], media_type=PROBLEM)


def _headers(refusals: set[int], answers: dict[Any, Any]) -> list[OpenApiParameter]:
    """The headers of answers. If-None-Match is HTTP's own, as Accept is: the answers that know it have an ETag."""
    done = [status for status in answers if isinstance(status, int)]
    found = [_told("Retry-After", [429, 503], _("几秒后再来"), int)]
    if NOT_MODIFIED in refusals:
        found.append(_told("ETag", [*done, NOT_MODIFIED], _("这份答复的标记；下次放进 If-None-Match，没有变就答 304")))
    return found


def _told(name: str, statuses: list[int], note: Any, kind: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=note, response=statuses)


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


def query(name: str, kind: Any = str, help_text: Any = "", **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=help_text, **more)


PAGING = [
    query("cursor", help_text=_("取自 next 或 previous")),
    query("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, _("每页几行，最多 200")),
]
NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="T20261124000001")
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]*[!-~][ -~]*$"},
    OpenApiParameter.HEADER,
    description=_("同样的键和内容得到第一次的答复。"),
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": r'^(\*|"[0-9]{1,9}-[0-9a-f]{24}")$'},
    OpenApiParameter.HEADER,
    description=_("工单的 ETag：只有还是那一版才办，否则 412"),
)
SEVERAL = _("可以填几个，用逗号隔开")
FLAG = {"type": "boolean"}
MOMENT = _("带时区的时间，或一个日期")
TICKET_FILTERS = [
    query("rulebook"),
    query("kind", help_text=SEVERAL),
    query("state", help_text=SEVERAL),
    query("channel"),
    query("business_type", help_text=_("mobile 也找到 mobile.gsm")),
    query("complaint_type"),
    query("grade"),
    query("unit", help_text=_("单位代号，连同下级单位")),
    query("phone"),
    query("q", help_text=_("主题或内容里的词，或工单编号")),
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

TICKET_LIST = described(
    "tickets_list",
    _("您看得到的工单"),
    answers={200: paged("Ticket", shapes.TicketRowShape)},
    refusals=READING,
    parameters=[*TICKET_FILTERS, *PAGING],
)
TICKET_CREATE = described(
    "tickets_create",
    _("登记一件工单"),
    answers={201: OpenApiResponse(shapes.TicketShape, _("工单；重发的请求得到第一次的答复。"))},
    refusals=(*WRITING, 409),
    request=shapes.NewTicketShape,
    parameters=[KEY],
    examples=[example(_("热线来电"), EXAMPLE_TICKET)],
)
TICKET_ONE = described(
    "tickets_retrieve",
    _("一件工单，以及您现在能办的动作"),
    answers={200: shapes.TicketShape},
    refusals=ONE,
    parameters=[NUMBER],
)
TICKET_ACT = described(
    "tickets_act",
    _("办一个动作"),
    answers={200: shapes.TicketShape},
    refusals=(*WRITING, 404, 409, 412),
    request=shapes.ActShape,
    parameters=[NUMBER, IF_MATCH],
    examples=[example(_("反馈"), {"action": "feedback", "step": 7, "data": {"solution": "已修复"}})],
)
TICKET_EVENTS = described(
    "tickets_events",
    _("工单的经过"),
    answers={200: paged("Event", shapes.EventShape)},
    refusals=ONE,
    parameters=[NUMBER, *PAGING],
)
TICKET_CONTACTS = described(
    "tickets_contacts",
    _("客户后来说的话"),
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
    _("客户又来电：追加说的话，催办就标催办"),
    answers={201: OpenApiResponse(shapes.CallerTicketShape, _("工单，以及对来电人说的话。"))},
    refusals=(*WRITING, 404, 409),
    request=shapes.NewContactShape,
    parameters=[NUMBER, KEY],
    examples=[example(_("来电催办"), EXAMPLE_CONTACT)],
)
TICKET_PROGRESS = described(
    "tickets_progress",
    _("办到哪一步，说给来电人听"),
    answers={200: shapes.CallerTicketShape},
    refusals=ONE,
    parameters=[NUMBER],
)
UPLOAD_BODY = {"multipart/form-data": shapes.UploadShape}
TICKET_ATTACHMENTS = described(
    "tickets_attachments",
    _("工单的附件"),
    answers={200: paged("Attachment", shapes.AttachmentShape)},
    refusals=ONE,
    parameters=[NUMBER, *PAGING],
)
TICKET_ATTACH = described(
    "tickets_attach",
    _("给工单加附件"),
    answers={201: shapes.AttachmentShape},
    refusals=(*WRITING, 404),
    request=UPLOAD_BODY,
    parameters=[NUMBER],
)
UPLOAD = described(
    "attachments_create",
    _("工单还没有时先传附件"),
    answers={201: shapes.AttachmentShape},
    refusals=WRITING,
    request=UPLOAD_BODY,
)
DOWNLOAD = described(
    "attachments_retrieve",
    _("附件的内容"),
    answers={(200, "application/octet-stream"): bytes},
    refusals=(404, *ALWAYS),
)
LOOKUP = described(
    "customers_lookup",
    _("来电弹屏：客户、未办结的工单、历史"),
    answers={200: shapes.LookupShape},
    refusals=ALWAYS,
    parameters=[query("phone", required=True)],
)
BOOKS = described(
    "rulebooks_list",
    _("生效的规则手册"),
    answers={200: paged("Rulebook", shapes.BookRowShape)},
    refusals=READING,
)
BOOK = described(
    "rulebooks_retrieve",
    _("一本规则手册：词汇、环节、动作"),
    answers={200: shapes.BookShape},
    refusals=ONE,
    parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH, description="unicom-complaint")],
)
