"""What an appeal came to for one unit, and that unit's dispute of it (rows A04, N10; rulings FINDING, STEPFAULT)."""

from django.db import models

from tickets.models import Attachment, Person, Step, Ticket, Unit


class Finding(models.Model):
    """A finding is never changed: another one takes its place, so that its history stays."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="findings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=60)  # a word of the rulebook
    ground = models.TextField(blank=True)  # a word of the rulebook, or a text
    responsibility = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    step_kind = models.CharField(max_length=60, blank=True)  # where the fault was made
    step = models.ForeignKey(Step, null=True, on_delete=models.SET_NULL, related_name="+")
    holder = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")  # of that step
    share_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    found_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    found_at = models.DateTimeField()
    replaces = models.OneToOneField("self", null=True, on_delete=models.CASCADE, related_name="replaced_by")
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "unit"], condition=models.Q(replaced_at=None), name="finding_one_of_unit"
            ),
            models.CheckConstraint(
                name="finding_share_in_percent",
                condition=models.Q(share_percent=None) | models.Q(share_percent__gte=0, share_percent__lte=100),
            ),
        ]
        indexes = [
            # counts by unit, the newest first
            models.Index(fields=["unit", "-found_at"], name="finding_of_unit", condition=models.Q(replaced_at=None)),
        ]


class Dispute(models.Model):
    """A unit's objection to its finding: once, with a reason; decided by somebody who did not make the finding."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld"
        CHANGED = "changed"

    finding = models.OneToOneField(Finding, on_delete=models.CASCADE, related_name="dispute")
    reason = models.TextField()
    file = models.ForeignKey(Attachment, null=True, on_delete=models.SET_NULL, related_name="+")
    raised_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    raised_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)  # empty: not decided yet
    decision_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dispute_decided_has_outcome",
                condition=models.Q(outcome="", decided_at=None) | models.Q(outcome__gt="", decided_at__isnull=False),
            ),
        ]
