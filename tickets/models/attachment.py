"""A file on a ticket: stored outside the web root under a random name (rule 15, row S06)."""

import uuid

from django.db import models

from .organisation import Organisation
from .person import Person
from .ticket import Ticket


def random_place(instance: models.Model, filename: str) -> str:
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


class Attachment(models.Model):
    """`field` names the rulebook's field it was given for; `internal` files never reach the customer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # not guessable
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="attachments")
    field = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=random_place)
    internal = models.BooleanField(default=True)
    uploaded_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField()
