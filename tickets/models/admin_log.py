"""What administrators changed: who, what, when. Append-only like the history of a ticket (rule 13, migration)."""

from django.db import models

from .organisation import Organisation
from .person import Person


class AdminEntry(models.Model):
    """Written in the transaction of the change itself. `data` names what was changed; never a password or a text."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            # the auditor's page, newest first
            models.Index(fields=["organisation", "-id"], name="adminentry_newest"),
        ]
