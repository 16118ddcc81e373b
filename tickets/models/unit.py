"""A unit of the organisation's tree, and the routing table that finds one (rows O01, O05)."""

from django.db import models

from .organisation import Organisation


class UnitQuerySet(models.QuerySet["Unit"]):
    def open(self) -> "UnitQuerySet":
        return self.filter(closed_at=None)


class Unit(models.Model):
    """A department at a tier. Closing it keeps its history; moving it rewrites `path` below it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=250, default="/")  # ids from the root down: "/1/4/9/"
    tier = models.CharField(max_length=20)  # hq, province, city, ... : data
    functions = models.JSONField(default=list, blank=True)  # of domain §1.3: service, centre, remote, owner, ...
    region = models.CharField(max_length=12, blank=True)  # administrative code: 410000 a province, 410100 a city
    hours = models.JSONField(default=list, blank=True)  # own business hours; empty = the organisation's
    round_the_clock = models.BooleanField(default=False)
    email = models.EmailField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "tier"], name="unit_of_tier")]  # organisation pages

    def __str__(self) -> str:
        return self.name


class Route(models.Model):
    """A row of the routing table; the first that fits, in `position`, wins. `*` fits anything.

    A row may name a person for a customer level (专席专人, ruling SEAT).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="routes")
    position = models.PositiveIntegerField(default=0)
    book = models.CharField(max_length=60, default="*")
    business_type = models.CharField(max_length=60, default="*")
    complaint_type = models.CharField(max_length=60, default="*")
    region = models.CharField(max_length=12, default="*")
    level = models.CharField(max_length=30, default="*")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="routes")
    person = models.ForeignKey("tickets.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="seats")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "book", "business_type", "complaint_type", "region", "level"],
                name="route_once",
            )
        ]
