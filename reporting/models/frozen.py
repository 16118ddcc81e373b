"""Months whose figures are settled: the values as they were told, and every correction with its reason (row N09)."""

from django.db import models

from tickets.models import Organisation, Person, Unit


class FrozenMonth(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="frozen_months")
    month = models.DateField()  # its first day, in the organisation's zone
    frozen_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "month"], name="frozenmonth_once")]


class FrozenFigure(models.Model):
    """One indicator in that month: of a branch with all below it, or of the whole organisation (`branch` is null)."""

    month = models.ForeignKey(FrozenMonth, on_delete=models.CASCADE, related_name="figures")
    indicator = models.CharField(max_length=60)
    version = models.PositiveIntegerField()  # of the indicator's declaration
    branch = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    numerator = models.FloatField()
    denominator = models.BigIntegerField(null=True)
    pending = models.PositiveBigIntegerField()
    value = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "indicator", "branch"], name="frozenfigure_once"),
            models.UniqueConstraint(
                fields=["month", "indicator"], name="frozenfigure_once_in_all", condition=models.Q(branch=None)
            ),
        ]


class Restatement(models.Model):
    """A frozen figure corrected: what it was, what it is from now on, why, and who said so."""

    figure = models.ForeignKey(FrozenFigure, on_delete=models.CASCADE, related_name="restatements")
    old = models.JSONField()  # numerator, denominator, pending, value, version
    new = models.JSONField()
    reason = models.CharField(max_length=500)
    restated_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    restated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="restatement_has_a_reason", condition=~models.Q(reason="")),
        ]
