"""The ticks of the engine: empty the outbox, seal the days that are over. Each may run twice."""

from celery import shared_task
from django.utils import timezone

from .delivery import deliver_batch
from .verify import seal_days


@shared_task(ignore_result=True)
def deliver() -> int:
    total = 0
    while handled := deliver_batch(at=timezone.now()):
        total += handled
    return total


@shared_task(ignore_result=True)
def seal_finished_days() -> int:
    return seal_days(at=timezone.now())
