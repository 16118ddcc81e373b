"""Signs of life of the watch, and clocks that it couldn't handle."""

from django.db import models

from tickets.models import Clock


class Pulse(models.Model):
    """When a sweep last ended: health is red when that is long ago (rule 7)."""

    name = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()


class SetAside(models.Model):
    """A clock whose moment raised an error: kept where a person sees it, while the rest goes on (rule 5)."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="set_aside")
    due_moment_at = models.DateTimeField()  # the `next_at` it had; given back when it is tried again
    error = models.TextField()
    at = models.DateTimeField()
    tried_again_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=models.Q(tried_again_at=None), name="set_aside_once_at_a_time"
            )
        ]
