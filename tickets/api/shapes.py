"""The shapes of bodies and answers, for the OpenAPI document alone: what is read and written is in the other files."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


def text(
    *, null: bool = False, required: bool = True, longest: int | None = None, help_text: Any = None
) -> serializers.CharField:
    return serializers.CharField(
        allow_null=null, required=required, max_length=longest, allow_blank=True, help_text=help_text
    )


def time(*, null: bool = True, required: bool = True) -> serializers.DateTimeField:
    return serializers.DateTimeField(allow_null=null, required=required)


def whole(
    *, null: bool = False, required: bool = True, least: int | None = None, help_text: Any = None
) -> serializers.IntegerField:
    return serializers.IntegerField(allow_null=null, required=required, min_value=least, help_text=help_text)


class ProblemShape(serializers.Serializer[Any]):
    type = text()
    title = text()
    status = whole()
    detail = text()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=text()), required=False
    )
    code = text(required=False)
    ticket = serializers.DictField(required=False, help_text=_("409：工单现在的样子"))


class ChoiceShape(serializers.Serializer[Any]):
    value = text()
    label = text()  # type: ignore[assignment]


class FieldShape(serializers.Serializer[Any]):
    name = text()
    type = serializers.ChoiceField(
        choices=["text", "choice", "unit", "person", "datetime", "boolean", "number", "file", "list"]
    )
    required = serializers.BooleanField()  # type: ignore[assignment]
    title = text()
    choices = ChoiceShape(many=True, allow_null=True)
    when = serializers.DictField(required=False, help_text=_("在什么条件下必填"))


class AllowedActionShape(serializers.Serializer[Any]):
    action = text()
    step = whole(null=True)
    title = text()
    fields = FieldShape(many=True)  # type: ignore[assignment]


class StepShape(serializers.Serializer[Any]):
    id = whole()
    version = whole()
    side = serializers.BooleanField()
    kind = text()
    title = text()
    unit = text(null=True)
    assignee = text(null=True)
    sent_by = whole(null=True)
    opened_at = time(null=False)
    signed_at = time()
    warn_at = time()
    due_at = time()
    first_due_at = time()
    warned_at = time()
    overdue_at = time()
    closed_at = time()
    result = text(null=True)
    data = serializers.DictField()  # type: ignore[assignment]


class ClockShape(serializers.Serializer[Any]):
    name = text()
    started_at = time(null=False)
    warn_at = time()
    due_at = time()
    first_due_at = time()
    warned_at = time()
    overdue_at = time()
    stopped_at = time()
    state = serializers.ChoiceField(choices=["none", "running", "warned", "overdue", "stopped"])
    generation = whole()
    target = serializers.BooleanField()
    provisional = serializers.BooleanField()


class PriorityShape(serializers.Serializer[Any]):
    score = whole()
    because = serializers.ListField(child=text())


class TicketRowShape(serializers.Serializer[Any]):
    number = text()
    kind = text()
    rulebook = text()
    rulebook_version = whole()
    version = whole()
    state = text()
    subject = text()
    channel = text(null=True)
    business_type = text(null=True)
    complaint_type = text(null=True)
    grade = text(null=True)
    severity = text(null=True)
    priority = PriorityShape()
    anonymous = serializers.BooleanField()
    confidential = serializers.BooleanField()
    received_by = text(null=True)
    received_at = time(null=False)
    promised_at = time()
    settled_at = time()
    closed_at = time()
    outcome = serializers.JSONField(allow_null=True)
    step_kind = text(null=True)
    unit = text(null=True)
    assignee = text(null=True)
    step_opened_at = time()
    warn_at = time()
    due_at = time()


class MaskedCustomerShape(serializers.Serializer[Any]):
    name = text()
    phone = text()
    level = text(null=True)
    brand = text(null=True)
    region = text(null=True)


class RespondentShape(serializers.Serializer[Any]):
    unit = text(null=True)
    person = text(null=True)


class TicketShape(serializers.Serializer[Any]):
    number = text()
    kind = text()
    rulebook = text()
    rulebook_version = whole()
    version = whole()
    state = text()
    subject = text()
    content = text()
    channel = text(null=True)
    business_type = text(null=True)
    complaint_type = text(null=True)
    grade = text(null=True)
    severity = text(null=True)
    visited_region = serializers.JSONField(allow_null=True)
    request = serializers.JSONField(allow_null=True)
    occurred_at = serializers.JSONField(allow_null=True)
    occurred_place = serializers.JSONField(allow_null=True)
    priority = PriorityShape()
    anonymous = serializers.BooleanField()
    confidential = serializers.BooleanField()
    received_by = text(null=True)
    received_at = time(null=False)
    promised_at = time()
    settled_at = time()
    closed_at = time()
    outcome = serializers.JSONField(allow_null=True)
    customer = MaskedCustomerShape(allow_null=True)
    respondent = RespondentShape()
    external_id = text(null=True)
    fields = serializers.DictField()  # type: ignore[assignment]
    steps = StepShape(many=True)
    clocks = ClockShape(many=True)
    allowed_actions = AllowedActionShape(many=True)


class NewCustomerShape(serializers.Serializer[Any]):
    name = text(null=True, required=False, longest=200)
    phone = text(null=True, required=False, longest=200)
    account = text(null=True, required=False, longest=200)
    email = text(null=True, required=False, longest=200)
    address = text(null=True, required=False, longest=200)
    level = text(null=True, required=False, longest=60)
    brand = text(null=True, required=False, longest=60)
    region = text(null=True, required=False, longest=12)
    anonymous = serializers.BooleanField(allow_null=True, required=False)


class NewRespondentShape(serializers.Serializer[Any]):
    unit = text(null=True, required=False)
    person = text(null=True, required=False)


class NewTicketShape(serializers.Serializer[Any]):
    rulebook = text(longest=60)
    channel = text(longest=60)
    content = text(longest=20_000)
    external_id = text(null=True, required=False, longest=120)
    received_at = time(required=False)
    customer = NewCustomerShape(allow_null=True, required=False)
    business_type = text(null=True, required=False)
    complaint_type = text(null=True, required=False)
    grade = text(null=True, required=False)
    severity = text(null=True, required=False)
    visited_region = text(null=True, required=False)
    subject = text(null=True, required=False, longest=200)
    request = text(null=True, required=False)
    occurred_at = time(required=False)
    occurred_place = text(null=True, required=False)
    respondent = NewRespondentShape(allow_null=True, required=False)
    confidential = serializers.BooleanField(allow_null=True, required=False)
    received_by = text(null=True, required=False)
    data = serializers.DictField(allow_null=True, required=False)  # type: ignore[assignment]


class ActShape(serializers.Serializer[Any]):
    action = text()
    step = whole(null=True, required=False, least=0)
    data = serializers.DictField(  # type: ignore[assignment]
        allow_null=True,
        required=False,
        help_text=_(
            "动作的各项；另可有 wording_reason（确需保留服务忌语的理由）和 wordings_used（用了口径库的哪几条，如 12.3）"
        ),
    )
    version = whole(null=True, required=False, least=0)


class EventShape(serializers.Serializer[Any]):
    seq = whole()
    at = time(null=False)
    name = text(help_text=_("动作，或“时钟.due”"))
    title = text()
    actor = text(null=True)
    step = whole(null=True)
    kind = text(null=True)
    unit = text(null=True)
    state = text(null=True)
    given = serializers.DictField()
    opened = serializers.ListField(child=serializers.DictField())
    closed = serializers.ListField(child=serializers.DictField())
    set = serializers.DictField()
    approved_by = text(null=True)


class AttachmentShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    ticket = text(null=True)
    field = text(null=True)
    name = text()
    content_type = text()
    size = whole()
    sha256 = text()
    internal = serializers.BooleanField()
    uploaded_at = time(null=False)
    uploaded_by = text(null=True)
    content = text()


class UploadShape(serializers.Serializer[Any]):
    file = serializers.FileField()
    field = text(required=False, longest=60)
    internal = serializers.BooleanField(required=False)


class CustomerShape(serializers.Serializer[Any]):
    name = text()
    phone = text()
    account = text()
    email = text()
    address = text()
    level = text(null=True)
    brand = text(null=True)
    region = text(null=True)
    masked = serializers.BooleanField()


class CallerTicketShape(serializers.Serializer[Any]):
    number = text()
    kind = text()
    rulebook = text()
    subject = text()
    state = text()
    step = text(null=True)
    unit = text(null=True)
    received_at = time(null=False)
    promised_at = time()
    settled_at = time()
    closed_at = time()
    overdue = serializers.BooleanField()
    said = text(help_text=_("办到哪一步，读给来电人听"))
    next = text(null=True, help_text=_("接下来做什么，读给来电人听"))
    contacts = whole(help_text=_("登记以后又联系了几次"))
    urged = whole(help_text=_("其中催办几次"))
    last_contact_at = time(null=False)


class NewContactShape(serializers.Serializer[Any]):
    content = text(longest=20_000, help_text=_("客户的原话，以后谁也不能改"))
    urge = serializers.BooleanField(allow_null=True, required=False, help_text=_("催办"))
    channel = text(null=True, required=False, longest=60)
    phone = text(null=True, required=False, longest=60)
    call_id = text(null=True, required=False, longest=120, help_text=_("热线系统的通话编号，永远只算一次"))
    recording = text(null=True, required=False, longest=300, help_text=_("录音在哪里"))


class ContactShape(serializers.Serializer[Any]):
    seq = whole(help_text=_("事件的序号；1 是登记本身"))
    at = time(null=False)
    channel = text(null=True)
    content = text()
    urge = serializers.BooleanField()
    call_id = text(null=True)
    recording = text(null=True)
    by = text(null=True)


class HistoryShape(serializers.Serializer[Any]):
    total = whole()
    open = whole()
    ended = whole()
    last_30_days = whole()
    last_received_at = time()
    by_rulebook = serializers.DictField(child=whole())
    by_state = serializers.DictField(child=whole())


class LastContactShape(serializers.Serializer[Any]):
    at = time(null=False)
    ticket = text()
    channel = text(null=True)
    urge = serializers.BooleanField()
    content = text()


class LookupShape(serializers.Serializer[Any]):
    customer = CustomerShape(allow_null=True)
    open_tickets = CallerTicketShape(many=True)
    history = HistoryShape()
    last_contact = LastContactShape(allow_null=True)


class BookRowShape(serializers.Serializer[Any]):
    id = text()
    version = whole()
    kind = text()
    title = text()
    effective_from = time(null=False)


class BookStepShape(serializers.Serializer[Any]):
    title = text()
    stage = text()
    side = serializers.BooleanField()
    by = serializers.ListField(child=text())


class BookActionShape(serializers.Serializer[Any]):
    title = text()
    by = serializers.ListField(child=text())
    fields = FieldShape(many=True)  # type: ignore[assignment]


class BookShape(serializers.Serializer[Any]):
    id = text()
    version = whole()
    kind = text()
    title = text()
    vocabulary = serializers.DictField(child=ChoiceShape(many=True))
    steps = serializers.DictField(child=BookStepShape())
    actions = serializers.DictField(child=BookActionShape())
    ends = serializers.DictField(child=text())


class AliveShape(serializers.Serializer[Any]):
    status = text()


class ReadyShape(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ready", "not ready"])
    checks = serializers.DictField()
