"""The ticks of the engine: outbox, provisional deadlines, finished days, rectifications. Each may run twice."""

from celery import shared_task
from django.utils import timezone

from .actions.retime import provisional_recount
from .delivery import drain
from .holding import is_held
from .rectification_watch import watch_rectifications as watch_rectifications_at
from .verify import seal_days


@shared_task(ignore_result=True)
def deliver() -> int:
    return 0 if is_held() else drain(now=timezone.now)


@shared_task(ignore_result=True)
def recount_provisional() -> int:
    return provisional_recount(at=timezone.now())


@shared_task(ignore_result=True)
def seal_finished_days() -> int:
    return seal_days(at=timezone.now())


@shared_task(ignore_result=True)
def watch_rectifications() -> int:
    return watch_rectifications_at(at=timezone.now())
