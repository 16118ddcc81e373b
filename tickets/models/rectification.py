"""整改: check rounds, their numbered items, and who verified what (row P03, rulings RECT and EVAL).

An item is opened by a complaint (the effect `rectify`, a call-back's suggestion included) or stands in a round of an
inspection or of a superior's circular. It has no `Clock`: that one belongs to a ticket, and an item outlives its own.
"""

from django.db import models

from .organisation import Organisation
from .person import Person
from .ticket import Ticket
from .unit import Unit


class CheckRound(models.Model):
    """One look at a unit: an inspection, or what a superior's circular found (doc 16, doc 17)."""

    class Source(models.TextChoices):
        INSPECTION = "inspection"
        CIRCULAR = "circular"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="check_rounds")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # the one inspected
    source = models.CharField(max_length=12, choices=Source)
    title = models.CharField(max_length=200)
    reference = models.CharField(max_length=200, blank=True)  # the circular: who sent it, its number
    held_on = models.DateField()
    opened_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField()


class Rectification(models.Model):
    """One thing that was not as it should be, what is done about it at once and for good, and by whom until when."""

    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="rectifications")
    round = models.ForeignKey(CheckRound, null=True, on_delete=models.PROTECT, related_name="items")
    number = models.PositiveIntegerField(default=1)  # in its round
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rectifications")  # may not be the inspected
    action = models.CharField(max_length=60, blank=True)  # the one that opened it
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    # ── what was found (doc 17) ──
    item = models.CharField(max_length=200, blank=True)  # 检查项目
    standard = models.TextField(blank=True)  # 检查标准
    fact = models.TextField(blank=True)  # 不合格事实
    cause_word = models.CharField(max_length=60, blank=True)  # the ticket's, in the rulebook's word

    # ── what is done ──
    cause = models.TextField(blank=True)
    immediate = models.TextField(blank=True)  # 纠正措施（临时）
    lasting = models.TextField(blank=True)  # 预防措施（长效）
    depends_on = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    planned_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    planned_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)

    # ── until when ──
    due_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)  # when the watch comes by next: warning, due, then every day
    moment = models.PositiveSmallIntegerField(default=0)

    # ── 异议: the unit says that nothing was wrong ──
    dispute = models.TextField(blank=True)
    disputed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    disputed_at = models.DateTimeField(null=True)
    dispute_upheld = models.BooleanField(null=True)
    dispute_answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "unit"], condition=models.Q(closed_at=None), name="rectification_one_open"
            ),
            models.UniqueConstraint(
                fields=["round", "number"],
                condition=models.Q(round__isnull=False),
                name="rectification_number_once",
            ),
            models.CheckConstraint(
                name="rectification_has_source",
                condition=models.Q(ticket__isnull=False) | models.Q(round__isnull=False),
            ),
            models.CheckConstraint(
                name="rectification_closed_is_silent", condition=models.Q(closed_at=None) | models.Q(next_at=None)
            ),
        ]
        indexes = [
            # the watch: what is due now
            models.Index(fields=["next_at"], name="rectification_next", condition=models.Q(next_at__isnull=False)),
            # the board: open ones of a unit
            models.Index(fields=["unit", "due_at"], name="rectification_open", condition=models.Q(closed_at=None)),
        ]


class RectificationCheck(models.Model):
    """One verification, by somebody else than who did it; before, during (as often as wanted) or after (doc 16)."""

    class Stage(models.TextChoices):
        BEFORE = "before"
        DURING = "during"
        AFTER = "after"

    rectification = models.ForeignKey(Rectification, on_delete=models.CASCADE, related_name="checks")
    stage = models.CharField(max_length=10, choices=Stage)
    passed = models.BooleanField()
    note = models.TextField()
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
