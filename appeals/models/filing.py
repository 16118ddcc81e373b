"""报备: material of an appeal sent to the superior department or to the regulator (ruling FILING, row A05)."""

from django.db import models

from tickets.models import Attachment, Person, Ticket


class Filing(models.Model):
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="filings")
    sent_to = models.CharField(max_length=200)
    receiver = models.CharField(max_length=200, blank=True)  # who took it there
    sent_at = models.DateTimeField()
    receipt = models.ForeignKey(Attachment, null=True, on_delete=models.SET_NULL, related_name="+")
    officer = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-sent_at"], name="filing_by_day")]  # the list, newest first
