"""The ticks of the watch. A tick carries nothing and may run twice: the truth is in the rows."""

from celery import shared_task
from django.utils import timezone

from tickets.holding import is_held

from .sweep import sweep


@shared_task(ignore_result=True)
def watch() -> int:
    return 0 if is_held() else sweep(now=timezone.now)
