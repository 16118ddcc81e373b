"""责任追究: what the system proposed, what a person decided, what the one concerned said, circulars (P01, P04, P06).

A charge has no `Clock`: that one belongs to a ticket, and the time to decide starts when the ticket may be at its end.
"""

from decimal import Decimal

from django.db import models

from tickets.models import Clock, Organisation, Person, RulebookVersion, Ticket, Unit


def money() -> "models.DecimalField[Decimal | None, Decimal | None]":
    """Yuan, or points."""
    return models.DecimalField(max_digits=12, decimal_places=2, null=True)


class Circular(models.Model):
    """An internal circular (通报) to a unit and those below. It names no customer and no ticket (doc 8 art. 9)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="circulars")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # to whom
    number = models.PositiveIntegerField()  # in its year
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    issued_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "year", "number"], name="circular_number_once")]
        indexes = [
            # the list, newest first
            models.Index(fields=["organisation", "-issued_at"], name="circular_newest"),
        ]


class Charge(models.Model):
    """One measure for one finding (or one lateness): proposed, decided by a person, answered by the one concerned."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        APPLIED = "applied"
        WAIVED = "waived"  # decided: no measure
        WITHDRAWN = "withdrawn"  # the finding is no longer there
        REVOKED = "revoked"  # taken back after a dispute

    DECIDED = (State.APPLIED, State.WAIVED, State.REVOKED)

    organisation = models.ForeignKey(Organisation, db_index=False, on_delete=models.PROTECT, related_name="charges")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="charges")
    rulebook = models.ForeignKey(RulebookVersion, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    penalty = models.CharField(max_length=60)  # the rulebook's name for it
    subject = models.CharField(
        max_length=60, blank=True
    )  # of one ticket's several: the step and its clock's generation
    title = models.CharField(max_length=200)  # as it was called then
    title_en = models.CharField(max_length=200, blank=True)
    # index: charge_of_person, charge_of_unit
    person = models.ForeignKey(Person, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, db_index=False, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    entered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")  # else by the system
    ground = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    version = models.PositiveIntegerField(default=1)

    # ── what may be decided ──
    fine_least = money()
    fine_most = money()
    points = money()
    measures = models.JSONField(default=list)  # pairs of Chinese and English
    circular = models.BooleanField(default=False)
    # ── a measure for each day late (doc 10 §1(4)) ──
    per_day = models.BooleanField(default=False)
    clock = models.ForeignKey(Clock, null=True, on_delete=models.SET_NULL, related_name="+")
    late_from = models.DateTimeField(null=True)  # the deadline
    late_until = models.DateTimeField(null=True)  # done, or a leader gave more time; nothing while it goes on
    excused_from = models.DateField(null=True)  # a leader approved: days from this one on do not count

    # ── who decides, until when (PENCLOCK) ──
    roles = models.JSONField(default=list)
    above = models.JSONField(default=list)
    told_roles = models.JSONField(default=list)
    within = models.CharField(max_length=20, blank=True)
    seat = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(default=0)  # how often it went up
    due_at = models.DateTimeField(null=True)
    story = models.JSONField(default=list)  # [{what, at, from, to}]: why it went up

    # ── the decision ──
    fine = money()
    points_given = money()
    days = models.PositiveIntegerField(null=True)
    loss = money()  # borne by the one concerned (doc 8 art. 9(3))
    loss_ground = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    published = models.ForeignKey(Circular, null=True, on_delete=models.PROTECT, related_name="charges")

    # ── the word of the one concerned ──
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    dispute = models.TextField(blank=True)
    disputed_at = models.DateTimeField(null=True)
    dispute_answer = models.TextField(blank=True)
    dispute_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    dispute_answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "penalty", "subject"],
                condition=~models.Q(state="withdrawn"),
                name="charge_once",
            ),
            models.CheckConstraint(
                name="charge_decided_by_somebody",
                condition=models.Q(state__in=("proposed", "withdrawn"), decided_at=None)
                | models.Q(state__in=("applied", "waived", "revoked"), decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="charge_not_by_the_one_concerned",
                condition=models.Q(person=None) | models.Q(decided_by=None) | ~models.Q(decided_by=models.F("person")),
            ),
            models.CheckConstraint(
                name="charge_dispute_by_somebody_else",
                condition=models.Q(dispute_by=None) | ~models.Q(dispute_by=models.F("decided_by")),
            ),
        ]
        indexes = [
            # one's own line; the statement of a person
            models.Index(fields=["person", "-proposed_at"], name="charge_of_person"),
            # the ledger of a unit
            models.Index(fields=["unit", "-proposed_at"], name="charge_of_unit"),
            # the sweep: not decided in time
            models.Index(fields=["due_at"], name="charge_undecided", condition=models.Q(state="proposed")),
        ]


class GrantReview(models.Model):
    """Somebody looked at a use of authority on the spot: was it proper? (doc 3 §2.5.5, row C21)"""

    event = models.OneToOneField("tickets.Event", on_delete=models.PROTECT, related_name="grant_review")
    proper = models.BooleanField()
    note = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_at = models.DateTimeField()
