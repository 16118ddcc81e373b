"""The ticks of the reports. Each may run twice: the truth is in the rows."""

from celery import shared_task
from django.utils import timezone

from tickets.models import Organisation

from .accountability.due import climb_overdue
from .accountability.propose import propose_for_late
from .hot.tick import tick as group_tick
from .refresh import tick
from .reports.runs import make_due
from .reports.schedules import schedules_of_rulebooks
from .simulation.asked import simulations_run


@shared_task(ignore_result=True)
def count_facts() -> int:
    return tick()


@shared_task(ignore_result=True)
def make_reports() -> int:
    return make_due(now=timezone.now)


@shared_task(ignore_result=True)
def schedule_reports_of_rulebooks() -> int:
    return sum(schedules_of_rulebooks(one, at=timezone.now()) for one in Organisation.objects.all())


@shared_task(ignore_result=True)
def group_hot_issues() -> int:
    return group_tick(timezone.now())


@shared_task(ignore_result=True)
def simulate_waiting() -> int:
    return simulations_run(now=timezone.now)


@shared_task(ignore_result=True)
def watch_accountability() -> int:
    """What was not decided in time goes up; what is late and still open costs each day."""
    at = timezone.now()
    return climb_overdue(at=at) + propose_for_late(at=at)
