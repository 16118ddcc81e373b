"""What a regulator says of an appeal: their number, their deadline (ruling TRANSIN, rows A02, N10)."""

from __future__ import annotations

import unicodedata

from django.db import models

from tickets.models import Organisation, Ticket


class RegulatorCase(models.Model):
    """One for each appeal, written with the ticket. `kind` is a word of the rulebook: filed, non-filed, direct, ..."""

    ticket = models.OneToOneField(Ticket, primary_key=True, on_delete=models.CASCADE, related_name="regulator_case")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    regulator = models.CharField(max_length=200, blank=True)  # its name, where the kind does not say it
    number = models.CharField(max_length=200, blank=True)  # as the regulator writes it
    number_key = models.CharField(max_length=200, blank=True)  # as it is compared
    contact = models.CharField(max_length=200, blank=True)  # whom to ask there
    received_at = models.DateTimeField()  # by us
    due_at = models.DateTimeField(null=True)  # the regulator's own deadline

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "regulator", "number_key"],
                name="regulator_case_once",
                condition=~models.Q(number_key=""),
            ),
        ]
        indexes = [
            # the officer's desk, the regulator's most urgent first
            models.Index(fields=["organisation", "due_at"], name="regulator_case_by_due"),
        ]


def number_key(number: str) -> str:
    """The same number however it was typed: full-width or not, with blanks or without, in either case.

    Without a digit it is no number (无, 不详) and equals no other: nothing.
    """
    key = "".join(unicodedata.normalize("NFKC", number).split()).upper()
    return key[:200] if any(character.isdigit() for character in key) else ""  # NFKC may lengthen it
