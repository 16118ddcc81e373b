"""Calls that a hotline reports: the share answered by a person within 15 seconds (doc 3 §3.5.3 h)."""

from django.db import models

from tickets.models import Organisation, Ticket, Unit


class Call(models.Model):
    """A call that asked for a person. The same `call_id` of the same system is the same call."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="calls")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)  # the hotline's
    source = models.CharField(max_length=60)  # the token's name
    call_id = models.CharField(max_length=120)
    queue = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.SET_NULL, related_name="calls")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "call_id"], name="call_once"),
            models.CheckConstraint(
                name="call_answered_after_asked",
                condition=models.Q(answered_at=None) | models.Q(answered_at__gte=models.F("asked_at")),
            ),
        ]
        indexes = [
            # service level of a period
            models.Index(fields=["organisation", "asked_at"], name="call_by_time"),
        ]
