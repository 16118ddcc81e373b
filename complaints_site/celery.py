"""The Celery application: a tick that looks for what is due, and little else.

A task carries ids or nothing, is about three lines, and may run twice (rule 8 of the reliability page).
"""

import os
from pathlib import Path

from celery import Celery
from celery.signals import setup_logging, task_prerun
from django.conf import settings

from complaints_site.lib.request_log import begin_about

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "complaints_site.settings")

app = Celery("complaints_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

if not settings.REDIS_URL:
    for folder in ("queue", "processed", "control"):
        Path(settings.BROKER_DIR, folder).mkdir(parents=True, exist_ok=True)

# An unserved tick is worth nothing once the next one comes: `expires` keeps a stopped worker from drowning later.
app.conf.beat_schedule = {
    "watch": {
        "task": "escalation.tasks.watch",
        "schedule": settings.WATCH_SECONDS,
        "options": {"expires": 10 * settings.WATCH_SECONDS},
    },
    "deliver": {
        "task": "tickets.tasks.deliver",
        "schedule": settings.DELIVERY_SECONDS,
        "options": {"expires": 10 * settings.DELIVERY_SECONDS},
    },
    "recount-provisional": {
        "task": "tickets.tasks.recount_provisional",
        "schedule": 600.0,
        "options": {"expires": 600.0},
    },
    "count-facts": {
        "task": "reporting.tasks.count_facts",
        "schedule": settings.COUNT_SECONDS,
        "options": {"expires": 10 * settings.COUNT_SECONDS},
    },
    "make-reports": {"task": "reporting.tasks.make_reports", "schedule": 10.0, "options": {"expires": 100.0}},
    "reports-of-rulebooks": {
        "task": "reporting.tasks.schedule_reports_of_rulebooks",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "group-hot-issues": {
        "task": "reporting.tasks.group_hot_issues",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "simulate": {"task": "reporting.tasks.simulate_waiting", "schedule": 10.0, "options": {"expires": 10.0}},
    "watch-accountability": {
        "task": "reporting.tasks.watch_accountability",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "watch-rectifications": {
        "task": "tickets.tasks.watch_rectifications",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "seal-days": {"task": "tickets.tasks.seal_finished_days", "schedule": 3600.0, "options": {"expires": 3600.0}},
}


@setup_logging.connect
def _keep_django_logging(**kwargs: object) -> None:
    """Celery would replace the handlers that settings.LOGGING names."""


@task_prerun.connect
def _name_the_task(task_id: str = "", **kwargs: object) -> None:
    """Lines of a task carry its id, as those of a request carry the request's."""
    begin_about(task_id)
