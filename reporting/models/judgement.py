"""What people judge about tickets from outside the loop: quality samples and survey answers.

Whoever writes one also marks the ticket as not yet counted (`reporting.refresh.count_again`).
"""

from django.db import models

from tickets.models import Person, Ticket


class SampleVerdict(models.Model):
    """工单抽查: is the form filled in right, and was the ticket routed right? (row P02, ruling VALIDK)"""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="sample_verdict")
    content_right = models.BooleanField()
    routing_right = models.BooleanField()
    note = models.TextField(blank=True)
    judged_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    judged_at = models.DateTimeField()


class SurveyAnswer(models.Model):
    """A customer's answer in a satisfaction survey of a third party (row K07, ruling SURVEY); the latest counts."""

    class Mode(models.TextChoices):
        PHONE = "phone"
        VISIT = "visit"
        MAIL = "mail"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="survey_answers")
    survey = models.CharField(max_length=60)
    mode = models.CharField(max_length=10, choices=Mode)
    satisfied = models.BooleanField()
    process_score = models.PositiveSmallIntegerField(null=True)
    result_score = models.PositiveSmallIntegerField(null=True)
    staff_score = models.PositiveSmallIntegerField(null=True)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "survey"], name="surveyanswer_once")]
