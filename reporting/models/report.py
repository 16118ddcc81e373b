"""Scheduled reports: what is made how often for whom, each making of it, and the copy that each receiver got (K04)."""

from __future__ import annotations

from datetime import time

from django.db import models

from tickets.models import Organisation, Person, Unit
from tickets.models.attachment import random_place
from tickets.models.fields import EncryptedText


class ReportSchedule(models.Model):
    """A report that is made after every period. `source` names the duty of a rulebook that asked for it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="report_schedules")
    source = models.CharField(max_length=120, blank=True)  # "bank-rules:yearly"; empty = made by a person
    definition = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    every = models.CharField(max_length=20)  # a cycle of reporting.periods
    due = models.CharField(max_length=20, blank=True)  # "day 30", or a limit after the period's end
    time_of_day = models.TimeField(default=time(8))  # local
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)  # with those below it
    people = models.ManyToManyField(Person, related_name="+")
    roles = models.JSONField(default=list)  # whoever holds one of them at the unit or above it
    regulator = models.CharField(max_length=200, blank=True)  # an authority that gets a copy; kept as filed
    regulator_address = EncryptedText(blank=True)
    language = models.CharField(max_length=10, default="zh")
    is_active = models.BooleanField(default=True)
    next_at = models.DateTimeField()  # when the sweep makes it next
    created_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "source"],
                name="reportschedule_once_per_duty",
                condition=~models.Q(source=""),
            ),
        ]
        indexes = [
            # the sweep
            models.Index(fields=["next_at"], name="reportschedule_due", condition=models.Q(is_active=True)),
        ]

    def title_in(self, language: str) -> str:
        return self.title_en if language.startswith("en") and self.title_en else self.title


class ReportRun(models.Model):
    """One making of a report. Made again it is a further edition; none is ever overwritten."""

    class State(models.TextChoices):
        WAITING = "waiting"
        MAKING = "making"  # leased until `lease_until`
        MADE = "made"
        FAILED = "failed"

    UNFINISHED = (State.WAITING, State.MAKING)

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.PROTECT, related_name="runs")
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    due_on = models.DateField(null=True)  # when the rulebook wants it at the latest
    edition = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    copies_done = models.PositiveIntegerField(default=0)
    copies_all = models.PositiveIntegerField(default=0)
    versions = models.JSONField(default=dict)  # of the report and of every indicator in it, as they were used
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "period_start", "edition"], name="reportrun_once"),
        ]
        indexes = [
            # the sweep: what is not made yet
            models.Index(
                fields=["asked_at"], name="reportrun_unfinished", condition=models.Q(state__in=["waiting", "making"])
            ),
        ]


class ReportCopy(models.Model):
    """What one receiver got: figures over their own tickets only. Without a person: the authority's, as filed."""

    run = models.ForeignKey(ReportRun, on_delete=models.CASCADE, related_name="copies")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="report_copies")
    content = models.JSONField()
    workbook = models.FileField(upload_to=random_place)
    document = models.FileField(upload_to=random_place, blank=True)
    no_document = models.CharField(max_length=300, blank=True)  # why there is no PDF

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "person"], name="reportcopy_once"),
            models.UniqueConstraint(
                fields=["run"], name="reportcopy_once_for_authority", condition=models.Q(person=None)
            ),
        ]
