"""Findings counted (doc 3 §4.5): by unit, by conclusion, by ground, by month. Only those in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncMonth

from appeals.models import Finding

UNIT, FINDING, GROUND, STEP, MONTH = "unit", "finding", "ground", "step", "month"
DIMENSIONS = {UNIT: "unit__code", FINDING: "finding", GROUND: "ground", STEP: "step_kind"}


def finding_counts(findings: QuerySet[Finding], by: str, zone: Any) -> list[dict[str, Any]]:
    """`{value, findings, disputed, decided_anew}`, the most first; `by` is one of DIMENSIONS or `month` (in `zone`)."""
    column: Any = TruncMonth("found_at", tzinfo=zone) if by == MONTH else F(DIMENSIONS[by])
    rows = findings.filter(replaced_at=None).order_by().values(value=column)
    counted = rows.annotate(findings=Count("pk"), disputed=Count("dispute"), decided_anew=Count("replaces__dispute"))
    found: list[dict[str, Any]] = [{**row, "value": _written(row["value"])} for row in counted]
    return sorted(found, key=lambda row: (-row["findings"], row["value"]))


def _written(value: object) -> str:
    return f"{value:%Y-%m}" if isinstance(value, datetime) else str(value or "")
