"""How a person shows who they are, and where they are logged in (row S07)."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from .fields import EncryptedText
from .person import Person


class SecondFactor(models.Model):
    """The secret that a person's phone makes codes from (TOTP, RFC 6238); of recovery codes only the SHA-256."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="second_factor")
    secret = EncryptedText()
    confirmed_at = models.DateTimeField(null=True, blank=True)  # a first code was right: it is asked for from now on
    last_step = models.BigIntegerField(default=0)  # of 30 s each; a code is good once
    recovery = models.JSONField(default=list, blank=True)
    wrong_count = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)


class Session(AbstractBaseSession):
    """A session that knows whose it is: a person sees their own, and all of them end in one statement."""

    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="sessions")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=60, blank=True)
    agent = models.CharField(max_length=300, blank=True)
