"""What a figure may be split by and filtered on (indicator page §2.1). Dimensions combine freely.

A dimension is a column of the facts of tickets or of steps, of calls, alerts or contacts. Units take those below them
along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tickets.rulebook.compiled import Title


@dataclass(frozen=True, slots=True)
class Dimension:
    """`kind` says what a value is: a word of a rulebook's vocabulary, a unit, a branch, a person, a kind of step."""

    name: str
    title: Title
    kind: str = "word"  # word step unit branch person


DIMENSIONS: Mapping[str, Dimension] = {
    one.name: one
    for one in (
        Dimension("business_type", Title("业务类型", "Business type")),
        Dimension("complaint_type", Title("投诉类型", "Complaint type")),
        Dimension("grade", Title("投诉分级", "Grade")),
        Dimension("severity", Title("严重程度", "Severity")),
        Dimension("channel", Title("受理渠道", "Channel")),
        Dimension("level", Title("客户级别", "Customer level")),
        Dimension("brand", Title("客户品牌", "Customer brand")),
        Dimension("branch", Title("分公司", "Branch"), "branch"),
        Dimension("unit", Title("单位", "Unit"), "unit"),
        Dimension("responsible_unit", Title("责任单位", "Responsible unit"), "unit"),
        Dimension("step", Title("环节", "Step"), "step"),
        Dimension("stage", Title("阶段", "Stage")),
        Dimension("region", Title("地区", "Region")),
        Dimension("phenomenon", Title("投诉表象", "Phenomenon")),
        Dimension("cause", Title("投诉原因", "Cause")),
        Dimension("finding", Title("申诉结论", "Finding")),
        Dimension("satisfaction", Title("满意度", "Satisfaction")),
        Dimension("handler", Title("处理人", "Handler"), "person"),
        Dimension("reply_author", Title("答复人", "Author of the reply"), "person"),
        Dimension("hot_issue", Title("热点问题", "Hot issue")),
        Dimension("end", Title("结局", "End")),
        Dimension("kind", Title("工单种类", "Kind of ticket")),
        Dimension("rulebook", Title("规则手册", "Rulebook")),
        Dimension("queue", Title("排队组", "Queue")),
        Dimension("alert_kind", Title("预警种类", "Kind of alert")),
        Dimension("clock", Title("时钟", "Clock")),
    )
}
# The column behind a dimension, by population.
OF_TICKETS: Mapping[str, str] = {
    **{
        name: name
        for name in (
            *("business_type", "complaint_type", "grade", "severity", "channel", "level", "brand", "region"),
            *("phenomenon", "cause", "finding", "satisfaction", "hot_issue", "end", "kind", "responsible_unit"),
            *("handler", "reply_author"),
        )
    },
    "rulebook": "book",
    "unit": "received_unit",
    "branch": "received_unit",
}
STEP_ONLY: Mapping[str, str] = {"step": "kind", "stage": "stage"}
OF_STEPS: Mapping[str, str] = {
    **{name: f"fact__{column}" for name, column in OF_TICKETS.items()},
    **STEP_ONLY,
    "unit": "unit",
    "branch": "unit",
    "handler": "handler",
}
OF_CALLS: Mapping[str, str] = {"queue": "queue", "unit": "unit", "branch": "unit"}
OF_CONTACTS: Mapping[str, str] = {"unit": "unit", "branch": "unit"}
OF_ALERTS: Mapping[str, str] = {"alert_kind": "kind", "clock": "clock_name", "unit": "unit", "branch": "unit"}
