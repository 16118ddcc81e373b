"""The page of imports: what came in from which file, and the on-time share, with the word what it is counted by."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from reporting.imported import DEADLINE, NEITHER, VERDICT, imported_shares
from tickets.models import ImportRun
from tickets.views.reader import reader_of

READERS = frozenset({"supervisor", "administrator", "auditor"})  # numbers only: no complaint can be read here
MOST = 200


@login_required
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    organisation = reader.person.organisation
    if organisation is None or not reader.roles & READERS:
        return render(request, "403.html", status=403)
    runs = list(ImportRun.objects.order_by("-started_at", "-pk")[:MOST])
    shares = imported_shares(organisation, {run.source for run in runs})
    own = [run for run in runs if run.source in shares]
    sources = [
        {"name": name, **share, "sentence": sentence(share["basis"])}
        for name, share in sorted(shares.items(), key=lambda item: item[0])
    ]
    context = {
        "at": reader.at,
        "current": "imports",
        "runs": [_run(run) for run in own],
        "sources": sources,
        "empty": {
            "title": _("还没有导入过旧工单"),
            "text": _("旧工单由系统管理员用命令导入，导入后这里有行数和按时率。"),
        },
    }
    return render(request, "imports.html", context)


def _run(run: ImportRun) -> dict[str, Any]:
    return {
        "source": run.source,
        "file": run.file_name,
        "started_at": run.started_at,
        "finished": run.finished_at is not None,
        "rows": run.rows_done,
        "imported": run.imported,
        "repeated": run.repeated,
        "rejected": run.rejected,
    }


def sentence(basis: str) -> str:
    """What the on-time share is counted by."""
    words = {
        DEADLINE: _("按时限计算：结办时间不晚于来源给出或映射推算的时限。"),
        VERDICT: _("按来源自己的判定计算：来源只说是否按时，没有时限。"),
        NEITHER: _("来源既没有时限也没有判定，不计按时率。"),
    }
    return words[basis]
