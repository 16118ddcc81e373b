"""A loaded version of a rulebook: never changed, kept as long as a ticket names it (row R02)."""

from django.db import models

from .organisation import Organisation


class RulebookVersion(models.Model):
    book = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64)
    source = models.JSONField()  # flattened: what was included stands in it
    # None = every organisation of this installation may use it
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    loaded_by = models.ForeignKey("tickets.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    loaded_at = models.DateTimeField()
    effective_from = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "version"], name="rulebook_version_once")]

    def __str__(self) -> str:
        return f"{self.book} {self.version}"
