"""联系责任人: whom to call at a unit about an appeal, and every change of them (doc 3 §4.1.8, row O03)."""

from django.db import models

from tickets.models import Person, Unit


class NamedContact(models.Model):
    """In office from `since_at` until somebody else is named. Rows are never changed but closed."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appeal_contacts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=60, blank=True)  # of the office
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)  # why them, or why no longer the one before
    set_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=models.Q(until_at=None), name="contact_one_of_unit_in_office"
            ),
            models.CheckConstraint(condition=~models.Q(person=models.F("deputy")), name="contact_deputy_is_other"),
            models.CheckConstraint(
                condition=models.Q(until_at=None) | models.Q(until_at__gte=models.F("since_at")),
                name="contact_ends_after_it_began",
            ),
        ]
