"""Customer numbers: what is there by month, and a file to bring in more (row O06)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from reporting.customers import COLUMNS, customers_import, may_import
from reporting.models import CustomerBase
from tickets.views.admin_pages import organisation_tabs
from tickets.views.reader import reader_of

from .report_pages import headings, imported, tabs

MOST_MONTHS = 36
MOST_ROWS = 300


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def customers(request: HttpRequest) -> HttpResponse:
    """Numbers of customers, no complaint: the administrator may open it too."""
    reader = reader_of(request)
    organisation = reader.person.organisation
    if organisation is None or not (reader.sees_tickets or may_import(reader.person, reader.at)):
        return render(request, "403.html", status=403)
    outcome: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        by = {"actor": reader.person, "at": reader.at}
        work = lambda path, dry_run: customers_import(path, organisation, **by, dry_run=dry_run)  # type: ignore[arg-type]  # noqa: E731
        outcome, status = imported(request, work)
    rows = CustomerBase.objects.filter(organisation=organisation)
    months = rows.values("month").annotate(rows=Count("pk"), greatest=Max("customers")).order_by("-month")[:MOST_MONTHS]
    newest = rows.aggregate(month=Max("month"))["month"]
    latest = rows.filter(month=newest).order_by("business_type", "region", "level")[:MOST_ROWS]
    context = {
        "at": reader.at,
        "current": "reports" if reader.sees_tickets else "organisation",
        "tabs": tabs("customers") if reader.sees_tickets else organisation_tabs("customers"),
        "months": months,
        "latest": latest,
        "columns": headings(COLUMNS),
        "may_import": may_import(reader.person, reader.at),
        **outcome,
    }
    return render(request, "reports/customers.html", context, status=status)
