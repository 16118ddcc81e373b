"""People and programs that act, the duties they hold, and who stands in for them (rows O02, O04)."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from .fields import EncryptedText
from .organisation import Organisation
from .unit import Unit


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "Person":
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Whoever acts on a ticket. A program (hotline, importer) is a person of the kind `service`: one kind of actor."""

    class Kind(models.TextChoices):
        HUMAN = "human"
        SERVICE = "service"

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="people")
    username = models.CharField(max_length=60, unique=True)  # staff number 工号
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.HUMAN)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    mobile = EncryptedText(blank=True)  # for text messages
    home_unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="people")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)  # somebody else made the one that they have
    # Who they are at the house's sign-on, whatever they are called there: set at the first time, then compared.
    sign_on_subject = models.CharField(max_length=255, null=True, blank=True, unique=True)
    language = models.CharField(max_length=10, default="zh-hans")
    density = models.CharField(max_length=10, default="medium")  # medium, compact
    single_keys = models.BooleanField(default=True)  # WCAG 2.1.4: single-key shortcuts can be turned off
    first_steps = models.JSONField(default=list, blank=True)  # of 第一次用: what is done, or that it was put away

    objects = PersonManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """A role held at a unit, with or without the units below it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="duties")
    role = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="duties")
    subtree = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "role", "unit"], name="duty_once")]


class Absence(models.Model):
    """While a person is away, their work goes to the deputy (row O04)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="stands_in")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="absence_has_length"),
            models.CheckConstraint(condition=~models.Q(person=models.F("deputy")), name="absence_deputy_is_other"),
        ]


class ApiToken(models.Model):
    """A bearer token of a service person. Only its SHA-256 is kept; the token is shown once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60, blank=True)  # what it is for
    beginning = models.CharField(max_length=6, blank=True)  # to tell one from another; nothing to guess the rest by
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
