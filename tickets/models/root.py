"""A seal over a day: what every ticket's chain had come to (rule 11)."""

from django.db import models


class DayRoot(models.Model):
    """Made once a day is over. Cutting the newest events off a ticket's chain would go unseen without it."""

    day = models.DateField(unique=True)  # UTC
    tickets = models.PositiveIntegerField()
    events = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    made_at = models.DateTimeField()
