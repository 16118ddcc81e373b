"""What is drafted from figures, edited by a person and published: analysis reports (K08) and bulletins (P04)."""

from django.db import models

from tickets.models import Organisation, Person, Unit


class Writing(models.Model):
    class Kind(models.TextChoices):
        ANALYSIS = "analysis"
        BULLETIN = "bulletin"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="writings")
    kind = models.CharField(max_length=10, choices=Kind)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)  # what it is about
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    title = models.CharField(max_length=200)
    sections = models.JSONField()  # [{title, text, tables: [{head, rows}]}]; the texts are edited
    versions = models.JSONField()  # of the indicators that its figures came from
    language = models.CharField(max_length=10, default="zh")
    to = models.ManyToManyField(Unit, related_name="+")
    version = models.PositiveIntegerField(default=1)  # raised by every edit: two editors don't overwrite each other
    written_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField()
    published_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # the list, newest first
            models.Index(fields=["organisation", "-written_at"], name="writing_newest"),
        ]
