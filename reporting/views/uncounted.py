"""On the system page: tickets whose counting raised an error, which no figure has therefore."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints_site.lib import format as fmt
from reporting.models import Uncounted
from tickets.access import not_about
from tickets.views.reader import Reader
from tickets.views.system_figures import SystemFigure


def uncounted(reader: Reader) -> SystemFigure:
    """Only how many: an administrator sees no ticket. Which ones and why is in the log."""
    number = Uncounted.objects.filter(ticket__in=not_about(reader.person, reader.at)).count()
    note = _("统计时出错，不在任何指标里，原因见日志")
    return SystemFigure(_("没有计入指标的工单"), fmt.count(number), note, is_bad=number > 0)
