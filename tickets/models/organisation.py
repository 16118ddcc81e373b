"""An organisation: a root of the unit tree, and what belongs to it (domain §1.3)."""

from django.db import models


class Organisation(models.Model):
    """Rulebooks, calendars, routing and administrators belong to an organisation; nobody sees across."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    zone = models.CharField(max_length=60, default="Asia/Shanghai")
    hours = models.JSONField(default=list, blank=True)  # [["09:00", "17:30"], ...]; empty = the default hours
    calendar = models.CharField(max_length=20, default="cn")
    # Raised by one with every change to units, people, duties, routes or days: per-process caches look at it.
    stamp = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A day that differs from the State Council's calendar: an own closure, or an own working day."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    worked = models.BooleanField()
    note = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "day"], name="calendarday_once")]


class CalendarYear(models.Model):
    """The State Council's calendar of a year, entered when it is published: {"2027-01-01": false, ...}."""

    year = models.PositiveSmallIntegerField(unique=True)
    days = models.JSONField(default=dict)
    source = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField()
