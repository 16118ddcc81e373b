"""The ticks of the watch. A tick carries nothing and may run twice: the truth is in the rows."""

from celery import shared_task
from django.utils import timezone

from .sweep import sweep


@shared_task(ignore_result=True)
def watch() -> int:
    return sweep(now=timezone.now)
