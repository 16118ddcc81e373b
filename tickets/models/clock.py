"""Every deadline of the product is a row of this one kind (architecture page, "Clock")."""

from django.db import models

from .step import Step
from .ticket import Ticket


class Clock(models.Model):
    """A step's limit (`step` is set) or one that spans steps: promise, committed date, approval, call-back, ...

    `moment` is the place in the rulebook's alarm chain that comes next, `next_at` its instant: the watch reads one
    index. A deadline that moves raises `generation`; what the old one fired stays fired.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="clocks")
    step = models.ForeignKey(Step, null=True, on_delete=models.CASCADE, related_name="clocks")
    name = models.CharField(max_length=60)
    generation = models.PositiveIntegerField(default=1)
    limit = models.CharField(max_length=60, blank=True)  # the limit that decided: "3wd", "2026-11-30T18:00+08:00", ""
    started_at = models.DateTimeField()
    first_due_at = models.DateTimeField(null=True)  # as first told; extensions leave it (row N03)
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    ceiling_at = models.DateTimeField(null=True)
    stood_still_seconds = models.FloatField(default=0)  # between stop and resumption, on the limit's own clock
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=60, blank=True)  # the action
    extended = models.BooleanField(default=False)
    fixed = models.BooleanField(default=False)
    target = models.BooleanField(default=False)  # an aim: missed is counted, but is no overrun
    provisional = models.BooleanField(default=False)  # touches a year without a published calendar
    story = models.JSONField(default=list)  # recounts, extensions, pauses: what `explain` tells (row N05)
    chain = models.CharField(max_length=60, blank=True)
    moment = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    silenced = models.CharField(max_length=10, blank=True)  # "", "warning", "overrun": acknowledged up to there

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "name"],
                condition=models.Q(step=None, stopped_at=None),
                name="clock_one_of_ticket_running",
            ),
            models.UniqueConstraint(
                fields=["step", "name"], condition=models.Q(stopped_at=None), name="clock_one_of_step_running"
            ),
            models.CheckConstraint(
                name="clock_due_after_start",
                condition=models.Q(due_at=None) | models.Q(due_at__gte=models.F("started_at")),
            ),
            models.CheckConstraint(
                name="clock_due_below_ceiling",
                condition=models.Q(due_at=None)
                | models.Q(ceiling_at=None)
                | models.Q(due_at__lte=models.F("ceiling_at")),
            ),
            models.CheckConstraint(
                name="clock_stopped_is_silent", condition=models.Q(stopped_at=None) | models.Q(next_at=None)
            ),
        ]
        indexes = [
            # the watch: what is due now
            models.Index(fields=["next_at"], name="clock_next", condition=models.Q(next_at__isnull=False)),
            # queue: time left of open steps
            models.Index(fields=["due_at"], name="clock_due_running", condition=models.Q(stopped_at=None)),
        ]
