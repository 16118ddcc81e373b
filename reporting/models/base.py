"""How many customers use a business: the denominators of rates per 10,000 (row O06)."""

from django.db import models

from tickets.models import Organisation


class CustomerBase(models.Model):
    """Customers of a business, in a region, in a month. An empty word means all of them.

    `level` and `brand` are for rates of a part of the customers (省级 VIP 客户, doc 3 §2.6.3 a).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="customer_bases")
    month = models.DateField()  # its first day, in the organisation's zone
    business_type = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=12, blank=True)
    level = models.CharField(max_length=60, blank=True)
    brand = models.CharField(max_length=60, blank=True)
    customers = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "month", "business_type", "region", "level", "brand"], name="customerbase_once"
            ),
            models.CheckConstraint(name="customerbase_first_of_month", condition=models.Q(month__day=1)),
        ]
