"""A document of a ticket: a draft that people edit, then what was sent, kept as it was (rows A03, C15, C22)."""

from django.db import models

from .attachment import Attachment
from .fields import EncryptedJSON
from .person import Person
from .ticket import Ticket


class Paper(models.Model):
    """`name` is the rulebook's, `version` the newest of its texts. `word` and `pdf` are what was sent."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SENT = "sent"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="papers")
    name = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)  # raised by every edit: the claim of a change
    author = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    sent_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(null=True)
    word = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            # Two people who press at once write one draft.
            models.UniqueConstraint(
                fields=["ticket", "name"], condition=models.Q(state="draft"), name="paper_one_draft_of_a_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", sent_at=None, word=None)
                | models.Q(state="sent", sent_at__isnull=False, word__isnull=False),
                name="paper_sent_is_kept",
            ),
        ]
        ordering = ["ticket", "created_at", "pk"]


class PaperText(models.Model):
    """One version of a document's text. Never changed: an edit writes the next one."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="texts")
    version = models.PositiveIntegerField()
    body = EncryptedJSON()  # names, numbers and words of the customer stand in it (tickets.papers.body)
    author = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "version"], name="paper_text_once")]
        ordering = ["paper", "version"]
