"""One piece of work on a ticket, at one holder, with one limit."""

from django.db import models

from .person import Person
from .ticket import Ticket
from .unit import Unit


class Step(models.Model):
    """Main steps follow each other; side steps stand beside the main step they belong to.

    `sent_by` is who asked for it: the answer goes there, through any depth (doc 3 §2.4.4).
    """

    # index: step_ordinal_once
    ticket = models.ForeignKey(Ticket, db_index=False, on_delete=models.CASCADE, related_name="steps")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    side = models.BooleanField(default=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_by = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="sent")
    beside = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="+")
    blocks = models.BooleanField(default=False)  # asked for by a step, which waits for it (law 2)
    opened_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)  # first act of the holder: receipt 签收
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    result = models.CharField(max_length=60, blank=True)  # the action that closed it, or overtaken, recalled, ended
    version = models.PositiveIntegerField(default=1)
    data = models.JSONField(default=dict)  # fields of the step; an approval's request

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "ordinal"], name="step_ordinal_once"),
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(side=False, closed_at=None), name="step_one_main_open"
            ),
            models.CheckConstraint(
                name="step_closed_has_result",
                condition=models.Q(closed_at=None, result="") | models.Q(closed_at__isnull=False, result__gt=""),
            ),
            models.CheckConstraint(
                name="step_side_has_main",
                condition=models.Q(side=True, beside__isnull=False) | models.Q(side=False, beside=None),
            ),
        ]
        indexes = [
            # queue of a unit: side steps too
            models.Index(fields=["unit", "kind"], name="step_open_of_unit", condition=models.Q(closed_at=None)),
            models.Index(fields=["assignee"], name="step_open_of_person", condition=models.Q(closed_at=None)),
        ]
