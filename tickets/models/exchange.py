"""Bookkeeping of what programs send us: idempotency keys, numbers, import runs."""

from django.db import models

from .person import Person
from .ticket import Ticket


class IdempotencyKey(models.Model):
    """The first answer to a request, kept in that request's own transaction (rule 9)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="+")
    answer = models.BinaryField(null=True)  # JSON, compressed: a client asks for it once in a thousand
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="idempotency_once")]


class NumberBlock(models.Model):
    """The next free ticket number of a day. A process takes a block at a time, so creates don't queue for it."""

    day = models.CharField(max_length=8, unique=True)
    next = models.PositiveIntegerField(default=1)


class ImportRun(models.Model):
    """One run of `import_tickets`: where it stands, so that it can go on after a stop (row I04)."""

    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    mapping_sha256 = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rows_done = models.PositiveBigIntegerField(default=0)
    imported = models.PositiveBigIntegerField(default=0)
    repeated = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    errors_file = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file_sha256", "mapping_sha256"], name="import_run_once"),
        ]
