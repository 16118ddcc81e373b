"""A screen on a wall: it shows the live board of a unit to whoever has its address, and nothing else (row K06)."""

from django.db import models

from tickets.models import Person, Unit


class Wall(models.Model):
    """Only the SHA-256 of its token is kept; the address with the token is shown once."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # with everything below it
    name = models.CharField(max_length=60)  # where it hangs
    digest = models.CharField(max_length=64, unique=True)
    beginning = models.CharField(max_length=6)  # to tell one from another; nothing to guess the rest by
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
