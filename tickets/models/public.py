"""What an organisation offers to the public, and letters that no ticket could be made of (row I07)."""

from django.db import models

from .attachment import random_place
from .fields import EncryptedText
from .organisation import Organisation
from .person import Person
from .ticket import Ticket
from .unit import Unit


class PublicDesk(models.Model):
    """The public page: what it says, and how complaints come in by it. A program of its own registers them."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.CASCADE, related_name="desk")
    is_open = models.BooleanField(default=False)  # the page, and asking for progress
    takes_forms = models.BooleanField(default=False)
    takes_mail = models.BooleanField(default=False)
    book = models.CharField(max_length=60)  # a rulebook's id; the version in force is used
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # receives what comes in
    actor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")  # the program that registers
    form_channel = models.CharField(max_length=60, blank=True)  # values of the rulebook's field `channel`
    mail_channel = models.CharField(max_length=60, blank=True)
    asked = models.JSONField(default=list, blank=True)  # fields of `register` that the form asks beside the required
    given = models.JSONField(default=dict, blank=True)  # values of `register` that the public isn't asked for
    words = models.TextField(blank=True)  # how to complain: phone, hours, address
    words_en = models.TextField(blank=True)


class SetAsideMail(models.Model):
    """A letter that became no ticket, or lost a file on the way: a person of the receiving unit looks at it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=120)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="+")
    sender = EncryptedText(blank=True)
    subject = EncryptedText(blank=True)
    text = EncryptedText(blank=True)
    file = models.FileField(upload_to=random_place, blank=True)  # as it came, until somebody has dealt with it
    reason = models.CharField(max_length=300)
    arrived_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "message_id"], name="setasidemail_once"),
        ]
        indexes = [
            # the page of what waits for a look, oldest first
            models.Index(fields=["unit", "id"], name="setasidemail_waiting", condition=models.Q(handled_at=None)),
        ]
