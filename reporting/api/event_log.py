"""The event log over REST: a file that is written while it is read (row I05)."""

from __future__ import annotations

from django.http import Http404, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from reporting.event_log import FORMATS
from reporting.event_log.answer import log_answer
from reporting.event_log.asking import NAMES, PERSONS, event_log_export
from tickets.api import schema
from tickets.api.endpoint import Endpoint


class XesRenderer(JSONRenderer):
    """Lets a client ask for XML; the file writes itself, and a refusal stays problem+json."""

    media_type = FORMATS["xes"].content_type
    charset = None


class TableRenderer(JSONRenderer):
    media_type = FORMATS["csv"].content_type
    charset = None


EVENT_LOG = schema.described(
    "event_log",
    _("流程挖掘用的事件日志：XES、OCEL 2.0 或 CSV，只含您看得到的工单"),
    answers={(200, format.content_type): OpenApiTypes.STR for format in FORMATS.values()},
    refusals=(404, *schema.ALWAYS),
    parameters=[
        OpenApiParameter("form", str, OpenApiParameter.PATH, enum=list(FORMATS)),
        schema.query("from", required=True, help_text=schema.MOMENT),
        schema.query("to", required=True, help_text=schema.MOMENT),
        schema.query("persons", enum=PERSONS, help_text=_("pseudonyms：代号（默认）；names：姓名，只给审计员")),
        schema.query("purpose", help_text=_("带姓名时必填：用途")),
    ],
)


class EventLog(Endpoint):
    renderer_classes = [JSONRenderer, XesRenderer, TableRenderer]

    @extend_schema(**EVENT_LOG)
    def get(self, request: Request, form: str) -> StreamingHttpResponse:
        if form not in FORMATS:
            raise Http404
        self.refuse_unknown(request.query_params, NAMES)
        given = request.query_params.dict()
        log = event_log_export(form, given, actor=self.person, at=self.at, language=self.language)
        return log_answer(log, form)
