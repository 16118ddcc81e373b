"""Which units' people see a ticket: a set of units, kept once for all the tickets that went the same way."""

from django.db import models
from django.db.models.functions import Now

from tickets.models import Ticket, Unit


class UnitSet(models.Model):
    """Units that have, had or received a ticket. Tickets are many, the ways that they go are few.

    So whatever a person may count is found by a handful of sets on the fact's own row, not by all the steps that their
    units ever held. A set is never changed; a ticket that reaches another unit gets another set.
    """

    key = models.CharField(max_length=64, unique=True)  # SHA-256 of the ids, so that a long way is a key like any other
    units = models.ManyToManyField(Unit, related_name="+")


class Uncounted(models.Model):
    """A ticket whose counting raised an error: it has no facts, and the others are counted all the same (rule 5).

    Its next change, or `manage.py count_again`, tries again; what succeeds takes this row away.
    """

    ticket = models.OneToOneField(Ticket, primary_key=True, on_delete=models.CASCADE, related_name="uncounted")
    error = models.TextField()
    at = models.DateTimeField(db_default=Now())
