"""What customers are told: the library of wordings (row C23), and the warnings about words that were overruled."""

from django.db import models

from .organisation import Organisation
from .person import Person
from .ticket import Ticket
from .unit import Unit


class LibraryEntry(models.Model):
    """An explanation wording, a script for a call, or a one-stop rule card. What it says are its versions.

    `newest` is the number of the latest version: the claim of whoever writes the next one.
    """

    class Kind(models.TextChoices):
        WORDING = "wording"
        SCRIPT = "script"
        CARD = "card"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    topic = models.CharField(max_length=120, blank=True)  # a path, "宽带/断网": the tree of the library
    newest = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()


class LibraryVersion(models.Model):
    """What an entry says from one day to another. Never changed: an edit writes the next one.

    `parts` are the parts of a rule card, [label, text] each; `text` the words themselves.
    """

    entry = models.ForeignKey(LibraryEntry, db_index=False, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    parts = models.JSONField(default=list)
    owner = models.ForeignKey(Unit, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # the last day
    note = models.CharField(max_length=200, blank=True)  # what was changed, and why
    author = models.ForeignKey(Person, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "version"], name="library_version_once"),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gte=models.F("valid_from")),
                name="library_ends_after_it_begins",
            ),
        ]
        ordering = ["entry", "version"]


class WordingOverruled(models.Model):
    """A text went to a customer with words that should not stand in it, and why (ruling PHRASES): for training."""

    ticket = models.ForeignKey(Ticket, db_index=False, on_delete=models.CASCADE, related_name="+")
    event_seq = models.PositiveIntegerField()
    what = models.CharField(max_length=60)  # the action, or the document
    phrases = models.JSONField(default=list)
    reason = models.TextField()
    person = models.ForeignKey(Person, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+")
    unit = models.ForeignKey(Unit, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "event_seq"], name="wording_overruled_once")]
        indexes = [models.Index(fields=["at"], name="wording_overruled_at")]  # the training page looks at a period
