"""A major matter reported at once, with or without a ticket: who was told, and who has read it (ruling MAJORREP)."""

from django.db import models

from tickets.models import Organisation, Person, Unit


class MajorReport(models.Model):
    """Written once and never changed; what is known later is another report."""

    organisation = models.ForeignKey(Organisation, db_index=False, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # where it is, or is expected
    text = models.TextField()
    expected_at = models.DateTimeField(null=True)  # when it is foreseen to break out; nothing once it has
    reported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        indexes = [
            # the list, newest first
            models.Index(fields=["organisation", "-reported_at"], name="major_newest"),
        ]


class MajorReceipt(models.Model):
    """One receiver of a report, and when they confirmed that they have read it."""

    class Told(models.TextChoices):
        HEAD = "head"
        SERVICE = "service"  # the service department of the unit's tier
        CENTRE = "centre"  # the centre of headquarters

    report = models.ForeignKey(MajorReport, db_index=False, on_delete=models.CASCADE, related_name="receipts")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    told = models.CharField(max_length=10, choices=Told)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "person"], name="major_told_once")]
