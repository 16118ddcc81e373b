"""What a dashboard has counted before: the figures of a day, as long as nothing of that day changes."""

from django.db import models

from tickets.models import Organisation


class DayStamp(models.Model):
    """Raised whenever a fact of a ticket received on that day is written."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()  # in the organisation's zone
    stamp = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "day"], name="daystamp_once")]


class DayCount(models.Model):
    """The counts of a day for one question, true while the day's stamp is the same and no instant of it comes.

    What turns within the spell from `since` on is left out of them; `until` is the first instant of the day after
    `since`, None where nothing is left for time to change.
    """

    question = models.CharField(max_length=64)  # SHA-256 of the statement: who sees it, what is counted, split by what
    day = models.DateField()
    stamp = models.PositiveBigIntegerField()
    counts = models.JSONField()  # [[dimension values, counts in the statement's order], ...]
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    made_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "day"], name="daycount_once")]
        indexes = [
            # forgetting what nobody asks for any more
            models.Index(fields=["made_on"], name="daycount_by_age"),
        ]
