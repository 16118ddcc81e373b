"""What belongs to a person's desk and not to a ticket: drafts, kept views, the log of looks at personal data."""

import uuid

from django.db import models

from .fields import EncryptedJSON
from .person import Person
from .ticket import Ticket


class Draft(models.Model):
    """An intake form that isn't submitted yet (row C01)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    book = models.CharField(max_length=60)
    data = EncryptedJSON(default=dict)
    saved_at = models.DateTimeField()


class SavedView(models.Model):
    """The queue as a person wants to find it again: conditions, order and columns, as its address has them (U02)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="savedview_once")]


class Glass(models.Model):
    """A ticket opened by somebody whose it isn't, for a reason, until a moment (row N06). Never changed."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField()


class AccessLog(models.Model):
    """Who looked at personal data, at what, and why (row S05).

    Of a ticket about somebody, or one that is confidential, every way of reading it is here, once an hour each.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="access_log")
    what = models.CharField(max_length=60)
    purpose = models.CharField(max_length=200)
    at = models.DateTimeField()
