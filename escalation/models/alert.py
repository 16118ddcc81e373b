"""An alert: a clock reached a moment of its chain. Raised exactly once (row W01, N01)."""

from django.db import models

from tickets.models import Clock, Person, Step, Ticket, Unit


class Alert(models.Model):
    """The claim of the clock, this row and its messages commit together; the unique constraint is the last word."""

    class Kind(models.TextChoices):
        WARNING = "warning"
        OVERRUN = "overrun"
        REMINDER = "reminder"
        CHASE = "chase"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="alerts")
    step = models.ForeignKey(Step, null=True, on_delete=models.CASCADE, related_name="alerts")
    # index: alert_once
    clock = models.ForeignKey(Clock, db_index=False, on_delete=models.CASCADE, related_name="alerts")
    clock_name = models.CharField(max_length=60)
    moment = models.CharField(max_length=30)  # the chain's key: 90%, due, due+24h
    kind = models.CharField(max_length=10, choices=Kind)
    generation = models.PositiveIntegerField()
    instant = models.DateTimeField()  # when the moment was to fire
    due_at = models.DateTimeField(null=True)
    raised_at = models.DateTimeField()
    # index: alert_of_unit
    unit = models.ForeignKey(Unit, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    told_units = models.JSONField(default=list)  # ids of the units told, the holder's included
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clock", "generation", "moment", "instant"], name="alert_once"),
        ]
        indexes = [
            # alerts page and API list of a unit, newest first
            models.Index(fields=["unit", "-raised_at"], name="alert_of_unit"),
            # counters of the rail: what nobody acknowledged yet
            models.Index(fields=["unit"], name="alert_open", condition=models.Q(acknowledged_at=None)),
        ]

    @property
    def late_seconds(self) -> float:
        """How long after its instant the alert was raised, in seconds (N01: lateness is an indicator)."""
        return (self.raised_at - self.instant).total_seconds()
