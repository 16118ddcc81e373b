"""The tick that empties the outbox."""

from celery import shared_task
from django.utils import timezone

from .delivery import deliver_batch


@shared_task(ignore_result=True)
def deliver() -> int:
    total = 0
    while handled := deliver_batch(at=timezone.now()):
        total += handled
    return total
