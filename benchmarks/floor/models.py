"""A ticket, a step and an event with the columns that any ticket system has."""

from django.db import models


class Ticket(models.Model):
    number = models.CharField(max_length=40, unique=True)
    subject = models.CharField(max_length=200)
    content = models.TextField()
    channel = models.CharField(max_length=60)
    state = models.CharField(max_length=30)
    received_at = models.DateTimeField(db_index=True)


class Step(models.Model):
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE)
    kind = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)


class Event(models.Model):
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE)
    at = models.DateTimeField()
    name = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
