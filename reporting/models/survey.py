"""Samples of customers for a satisfaction survey by a third party (row K07, ruling SURVEY)."""

from django.db import models

from tickets.models import Organisation, Person, Ticket, Unit

from .judgement import SurveyAnswer


class SurveySample(models.Model):
    """Which tickets' customers are asked, and by which method. The same seed draws the same tickets again."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="survey_samples")
    name = models.CharField(max_length=60)
    mode = models.CharField(max_length=10, choices=SurveyAnswer.Mode)  # the method of the sample
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    settled_from = models.DateTimeField()
    settled_before = models.DateTimeField()
    seed = models.PositiveIntegerField()
    drawn_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    drawn_at = models.DateTimeField()
    tickets = models.ManyToManyField(Ticket, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="surveysample_once")]
