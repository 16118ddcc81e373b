"""Quality inspection: samples drawn by rule, test calls, and reviews of refusals (row P02)."""

from django.db import models

from tickets.models import Organisation, Person, Ticket, Unit


class SampleRule(models.Model):
    """How many tickets of a month are looked at, of each unit, channel or handler: a share, a number, or the larger."""

    class Per(models.TextChoices):
        UNIT = "unit"
        CHANNEL = "channel"
        HANDLER = "handler"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="sample_rules")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)  # with those below it
    per = models.CharField(max_length=10, choices=Per)
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    number = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="samplerule_draws_some", condition=models.Q(percent__gt=0) | models.Q(number__gt=0)
            ),
            models.CheckConstraint(name="samplerule_share", condition=models.Q(percent__gte=0, percent__lte=100)),
        ]


class SampleDraw(models.Model):
    """One drawing: the same seed over the same tickets draws the same ones again."""

    rule = models.ForeignKey(SampleRule, on_delete=models.PROTECT, related_name="draws")
    month = models.DateField()  # its first day, in the organisation's zone
    seed = models.PositiveIntegerField()
    population = models.PositiveIntegerField()
    drawn_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "month"], name="sampledraw_once"),
            models.CheckConstraint(name="sampledraw_first_of_month", condition=models.Q(month__day=1)),
        ]


class SampledTicket(models.Model):
    """A ticket of a drawing. What was judged of it is its `SampleVerdict`."""

    draw = models.ForeignKey(SampleDraw, on_delete=models.CASCADE, related_name="tickets")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    stratum = models.CharField(max_length=60, blank=True)  # the unit's code, the channel, the handler's user name

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "ticket"], name="sampledticket_once")]


class TestCall(models.Model):
    """拨测: somebody calls as a customer would, and says what they found (ruling TESTCALL)."""

    __test__ = False  # the word is doc 3's; it is nothing for pytest to collect

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="test_calls")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    topic = models.CharField(max_length=200)
    planned_on = models.DateField()
    planned_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    planned_at = models.DateTimeField()
    connected = models.BooleanField(null=True)
    wait_seconds = models.PositiveIntegerField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    findings = models.TextField(blank=True)
    called_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    called_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="testcall_score", condition=models.Q(score=None) | models.Q(score__lte=100)),
        ]
        indexes = [
            # the plan, and what was found lately
            models.Index(fields=["organisation", "-planned_on"], name="testcall_by_day"),
        ]


class RefusalReview(models.Model):
    """The leader's review of a complaint that was not taken up (doc 13 §3 c, ruling REFUSEREV)."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="refusal_review")
    justified = models.BooleanField()
    reason = models.TextField()
    refused_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")  # it counts for them
    reopened = models.BooleanField(default=False)
    reviewed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_at = models.DateTimeField()
