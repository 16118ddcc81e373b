"""A customer: who complained, and where they can be reached. Everything personal is encrypted."""

from django.db import models

from .fields import EncryptedText
from .organisation import Organisation


class Customer(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="customers")
    name = EncryptedText(blank=True)
    phone = EncryptedText(blank=True)
    phone_index = models.CharField(max_length=40, blank=True)
    account = EncryptedText(blank=True)
    account_index = models.CharField(max_length=40, blank=True)
    email = EncryptedText(blank=True)
    address = EncryptedText(blank=True)
    level = models.CharField(max_length=30, blank=True)
    brand = models.CharField(max_length=30, blank=True)
    region = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")  # of what we send them
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # screen pop and duplicate search: one look-up by number
            models.Index(
                fields=["organisation", "phone_index"], name="customer_by_phone", condition=~models.Q(phone_index="")
            ),
            models.Index(
                fields=["organisation", "account_index"],
                name="customer_by_account",
                condition=~models.Q(account_index=""),
            ),
        ]
