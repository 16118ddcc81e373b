"""One complaint, escalation or appeal. Its steps, clocks and events are rows of their own.

Only `tickets.actions` changes a ticket. What a rulebook decides over is data: the vocabulary that every organisation
shares has columns (queues filter on it), the rest lies in `fields`, personal values encrypted in `private`.
"""

from django.db import models

from .customer import Customer
from .fields import EncryptedJSON
from .organisation import Organisation
from .person import Person
from .rulebook import RulebookVersion
from .unit import Unit

# Facts of a rulebook that are columns of the ticket: lists filter and indicators group by them.
FACT_COLUMNS = ("channel", "business_type", "complaint_type", "grade", "severity", "level", "brand", "region")


class Ticket(models.Model):
    number = models.CharField(max_length=20, unique=True)
    organisation = models.ForeignKey(Organisation, db_index=False, on_delete=models.PROTECT, related_name="tickets")
    rulebook = models.ForeignKey(RulebookVersion, on_delete=models.PROTECT, related_name="tickets")
    kind = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1)  # raised by every action: the claim of a change

    # ── what it is about ──
    subject = models.CharField(max_length=200, blank=True)
    content = models.TextField()  # the customer's own words: immutable once submitted (ruling VERBATIM)
    customer = models.ForeignKey(Customer, null=True, db_index=False, on_delete=models.PROTECT, related_name="tickets")
    anonymous = models.BooleanField(default=False)
    confidential = models.BooleanField(default=False)
    respondent_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    respondent_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=60, blank=True)
    business_type = models.CharField(max_length=60, blank=True)
    complaint_type = models.CharField(max_length=60, blank=True)
    grade = models.CharField(max_length=60, blank=True)
    severity = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=60, blank=True)
    brand = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=12, blank=True)
    fields = models.JSONField(default=dict)
    private = EncryptedJSON(default=dict)

    # ── where it stands ──
    state = models.CharField(max_length=30)  # the stage of its main step, or its end
    step_kind = models.CharField(max_length=60, blank=True)
    # the holder of the main step
    unit = models.ForeignKey(Unit, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    step_opened_at = models.DateTimeField(null=True)  # of the main step, so that a queue reads one table
    step_warn_at = models.DateTimeField(null=True)
    step_due_at = models.DateTimeField(null=True)
    priority = models.IntegerField(default=0)
    marks = models.JSONField(default=list)  # why: [{"mark": "大", "short": ..., "because": ...}]
    memory = models.JSONField(default=dict)  # done: counts, acted: who, held: units (core.picture.Memory)

    # ── when ──
    received_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    promised_at = models.DateTimeField(null=True)  # the promise in force
    settled_at = models.DateTimeField(null=True)  # 结办: the customer has the answer
    ended_at = models.DateTimeField(null=True)  # 结案 and every other end

    # ── where it came from ──
    source = models.CharField(max_length=60, blank=True)  # source system: a token's name or a mapping's `source`
    external_id = models.CharField(max_length=120, blank=True)
    imported = models.BooleanField(default=False)
    verdict = models.BooleanField(null=True)  # in time or not, where a source holds only the verdict

    # ── its chain of events ──
    event_count = models.PositiveIntegerField(default=0)
    chain_head = models.CharField(max_length=64, blank=True)

    # ── whether the indicators know it as it is ──
    counted = models.BooleanField(default=False, db_default=False)  # every change takes it back, in its own UPDATE

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="ticket_external_once",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(
                name="ticket_open_has_step",
                condition=models.Q(ended_at=None, step_kind__gt="") | models.Q(ended_at__isnull=False, step_kind=""),
            ),
        ]
        indexes = [  # an index that begins with a key serves the key as well: that one has no index of its own
            # work queue of a unit, in order of work
            models.Index(fields=["unit", "-priority", "id"], name="ticket_queue", condition=models.Q(ended_at=None)),
            # lists and search by time of receipt, newest first
            models.Index(fields=["organisation", "-received_at", "-id"], name="ticket_by_receipt"),
            # the same of one unit
            models.Index(fields=["unit", "-received_at", "-id"], name="ticket_of_unit"),
            # history of a customer: screen pop
            models.Index(fields=["customer", "-received_at"], name="ticket_of_customer"),
            # indicators: what changed since it was counted
            models.Index(fields=["id"], name="ticket_uncounted", condition=models.Q(counted=False)),
            # "mine" in the queue
            models.Index(fields=["assignee", "-priority"], name="ticket_mine", condition=models.Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class TicketText(models.Model):
    """What search looks at: the pairs of neighbouring characters of subject, content and number, space between.

    PostgreSQL has a GIN index over the pairs, SQLite an FTS5 table (see migration 0002).
    """

    ticket = models.OneToOneField(Ticket, primary_key=True, on_delete=models.CASCADE, related_name="text")
    pairs = models.TextField()


class TicketLink(models.Model):
    """Two tickets that have to do with each other (row C20)."""

    class Kind(models.TextChoices):
        DUPLICATE = "duplicate"
        INCIDENT = "incident"
        FOLLOW_UP = "follow_up"
        REPEATED = "repeated"
        GREW_FROM = "grew_from"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=20, choices=Kind)
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "other", "kind"], name="link_once")]
