"""Simulations that people asked for on a page: done in the background, the result kept (row N04)."""

from django.db import models

from tickets.models import Organisation, Person


class Simulation(models.Model):
    """A question and, once it is answered, the answer as it was then. Whoever asked sees it, nobody else.

    A worker claims it by `beaten_at` and goes on saying so; one that fell silent is taken over from the beginning.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="simulations")
    asked_at = models.DateTimeField()
    book = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    source = models.JSONField()  # the flattened rulebook (`registry.stored_source`)
    start = models.DateTimeField()
    end = models.DateTimeField()
    beaten_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)  # tickets
    total = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)  # by language, as `simulated_dict` tells it
    failed = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # the worker: what waits
            models.Index(fields=["asked_at"], name="simulation_waiting", condition=models.Q(finished_at=None)),
        ]
