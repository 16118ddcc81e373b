"""The append-only, hash-chained history of a ticket (row S02, rule 11)."""

from django.db import models

from .person import Person
from .step import Step
from .ticket import Ticket


class Event(models.Model):
    """What happened, once and for ever. A trigger refuses UPDATE and DELETE (migration 0002)."""

    # index: event_once
    ticket = models.ForeignKey(Ticket, db_index=False, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    name = models.CharField(max_length=80)  # an action's name, or `<clock>.due`
    step = models.ForeignKey(Step, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)  # names of people and units as they were, given values, what changed
    private = models.TextField(blank=True)  # personal values given, encrypted; the chain covers the cipher text
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "seq"], name="event_once")]
        ordering = ["ticket", "seq"]
