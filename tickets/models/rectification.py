"""Corrective and preventive measure opened by a ticket (row P03); filled in by a later loop of its own."""

from django.db import models

from .ticket import Ticket
from .unit import Unit


class Rectification(models.Model):
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="rectifications")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rectifications")
    action = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "unit"], condition=models.Q(closed_at=None), name="rectification_one_open"
            )
        ]
