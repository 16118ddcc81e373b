"""What the indicators know of a ticket and of its steps: narrow rows, computed from the ticket and never edited.

A row says nothing about now. What time alone changes (a promise lapses, a step becomes late) is kept as the instant
at which it does, and a query compares it with its own now. `reporting.counting` is the only code that makes a row,
`reporting.refresh` the only code that writes one.
"""

from django.db import models

from tickets.models import Organisation, Person, RulebookVersion, Step, Ticket, Unit

from .seen import UnitSet

WORD = 60


def word() -> "models.CharField[str, str]":
    return models.CharField(max_length=WORD, blank=True)


def unit() -> "models.ForeignKey[Unit | None, Unit | None]":
    return models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)


def person() -> "models.ForeignKey[Person | None, Person | None]":
    return models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)


class TicketFact(models.Model):
    """One ticket as the indicators see it."""

    ticket = models.OneToOneField(Ticket, primary_key=True, on_delete=models.CASCADE, related_name="fact")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    rulebook = models.ForeignKey(RulebookVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    # ── whose eyes it is for ──
    seen_by = models.ForeignKey(UnitSet, on_delete=models.PROTECT, related_name="+", db_index=False)
    respondent_unit = unit()
    respondent_person = person()

    # ── what it may be split by ──
    book = word()
    kind = models.CharField(max_length=20)
    channel = word()
    business_type = word()
    complaint_type = word()
    grade = word()
    severity = word()
    level = word()
    brand = word()
    region = models.CharField(max_length=12, blank=True)
    phenomenon = word()  # 投诉表象
    cause = word()
    finding = word()
    satisfaction = word()  # the customer's latest answer, in the rulebook's words
    received_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    responsible_unit = unit()  # at fault where a finding says so, else who handled it last
    handler = person()
    reply_author = person()
    hot_issue = models.CharField(max_length=40, blank=True)
    path = models.TextField(blank=True)  # kinds of its own steps in the order they were opened, with dots between

    # ── when ──
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)  # settled, or the promise lapses unsettled
    end_decided_at = models.DateTimeField(null=True)  # ended, or the promise lapses before the end
    step_decided_at = models.DateTimeField(null=True)  # the first of its steps ends, or runs out of time
    step_late_at = models.DateTimeField(null=True)  # the first of its steps is late
    step_late_first_at = models.DateTimeField(null=True)  # the same by the limits as first given (row N03)
    lapsed_at = models.DateTimeField(null=True)  # the promise ran out before it was kept
    branch_decided_at = models.DateTimeField(null=True)  # the branch reported, or its time ran out
    branch_late_at = models.DateTimeField(null=True)

    # ── what became of it ──
    end = models.CharField(max_length=20, blank=True)  # closed declined withdrawn merged transferred
    imported = models.BooleanField(default=False)
    promised = models.BooleanField(default=False)  # there is a deadline, or a source's verdict, to judge it by
    in_time = models.BooleanField(null=True)  # settled within the promise that the customer was told
    in_time_first = models.BooleanField(null=True)  # settled, for the first time, within the first promise (row N03)
    end_in_time = models.BooleanField(null=True)  # ended within the promise
    agreed = models.BooleanField(default=False)  # cured, or an explanation agreed
    dispatched = models.BooleanField(default=False)
    sent_back = models.BooleanField(default=False)  # a step was returned undone: bad form, wrong department
    unsolvable = models.BooleanField(default=False)  # calls for no solution: enquiry, not the company's matter
    unqualified = models.BooleanField(default=False)  # an audit found the ticket badly handled
    about_staff = models.BooleanField(default=False)  # complains about the complaint staff themselves
    upheld = models.BooleanField(default=False)
    company_fault = models.BooleanField(default=False)
    satisfied = models.BooleanField(null=True)  # the latest answer of the customer; null = not asked, or no answer
    satisfied_at_reply = models.BooleanField(null=True)
    satisfied_at_callback = models.BooleanField(null=True)
    satisfied_by_survey = models.BooleanField(null=True)
    sample_right = models.BooleanField(null=True)  # sampled: form content and routing right; null = not sampled
    reopenings = models.PositiveIntegerField(default=0)
    recommitments = models.PositiveIntegerField(default=0)
    returned_reports = models.PositiveIntegerField(default=0)

    # ── how long, in whole seconds ──
    answer_seconds = models.BigIntegerField(null=True)
    handling_seconds = models.BigIntegerField(null=True)
    delay_seconds = models.BigIntegerField(null=True)  # settled so long after the promise
    delay_worked_seconds = models.BigIntegerField(null=True)  # the same on the clock of that limit

    class Meta:
        indexes = [
            # every figure of a period of receipt: nearly all
            models.Index(fields=["organisation", "received_at"], name="fact_by_receipt"),
            # figures of a period of conclusion: handling time
            models.Index(
                fields=["organisation", "ended_at"], name="fact_by_end", condition=models.Q(ended_at__isnull=False)
            ),
        ]


class FactInstant(models.Model):
    """An instant to come at which time alone changes a fact of this ticket or of one of its steps."""

    fact = models.ForeignKey(TicketFact, on_delete=models.CASCADE, related_name="instants")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField()  # the ticket's: the day that will have to be counted anew
    at = models.DateTimeField()

    class Meta:
        indexes = [
            # what turns within ten minutes: counted live beside what a dashboard remembers
            models.Index(fields=["organisation", "at"], name="factinstant_by_time"),
        ]


class StepFact(models.Model):
    """One step as the indicators see it; `received_at` is its ticket's: a period is found without the ticket."""

    step = models.OneToOneField(Step, primary_key=True, on_delete=models.CASCADE, related_name="fact")
    fact = models.ForeignKey(TicketFact, on_delete=models.CASCADE, related_name="steps")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField()
    kind = word()
    stage = word()
    side = models.BooleanField(default=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    handler = person()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)  # it ends, or its binding limit runs out
    late_at = models.DateTimeField(null=True)  # it is late from then on
    late_first_at = models.DateTimeField(null=True)  # the same by the limit as first given (row N03)
    aim_decided_at = models.DateTimeField(null=True)  # the same where the limit is an aim (ruling TARGET)
    aim_missed_at = models.DateTimeField(null=True)
    sent_back = models.BooleanField(default=False)  # what it asked for came back undone: bad form, wrong department
    spent_seconds = models.BigIntegerField(null=True)  # of a closed step, on the wall clock
    spent_worked_seconds = models.BigIntegerField(null=True)  # on the clock of its limit
    delay_seconds = models.BigIntegerField(null=True)  # of a step that ended late
    delay_worked_seconds = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            # steps of tickets received in a period
            models.Index(fields=["organisation", "received_at"], name="stepfact_by_receipt"),
        ]
