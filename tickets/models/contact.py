"""A call or letter of the customer about a ticket that is there: what was said, and where the recording lies."""

from django.db import models

from .fields import EncryptedText
from .person import Person
from .ticket import Ticket


class Contact(models.Model):
    """Append-only like the event that it belongs to (VERBATIM, migration): nobody corrects what a customer said.

    `seq` is the event's. The first contact of all is the registration itself (seq 1, no content of its own): it only
    has a row where a program told the call's number or its recording.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="contacts")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    channel = models.CharField(max_length=60, blank=True)
    content = models.TextField(blank=True)
    urge = models.BooleanField(default=False)
    phone = EncryptedText(blank=True)  # where the call came from
    call_id = models.CharField(max_length=120, blank=True)
    recording = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="contact_once"),
            # a call of a source system is one contact for ever, whatever key it comes with (rule 9)
            models.UniqueConstraint(fields=["by", "call_id"], condition=~models.Q(call_id=""), name="contact_of_call"),
        ]
