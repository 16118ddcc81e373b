"""Where else messages go: other systems that subscribe to events (row I03), robots in a unit's chat group (row W02)."""

from django.db import models

from .fields import EncryptedText
from .organisation import Organisation
from .person import Person
from .unit import Unit


class Subscription(models.Model):
    """Another system that is told of events at tickets of a unit and everything below it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="subscriptions")
    name = models.CharField(max_length=60)
    url = models.URLField(max_length=500)
    secret = EncryptedText()  # signs what is sent; shown once
    events = models.JSONField(default=list)  # words of tickets.webhooks.EVENTS
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class GroupRobot(models.Model):
    """A robot in the chat group of a unit; messages to units without one go to the nearest unit above that has one."""

    class Way(models.TextChoices):
        WECOM = "wecom"
        DINGTALK = "dingtalk"

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="robots")
    way = models.CharField(max_length=20, choices=Way)
    key = EncryptedText()  # of the robot's address: WeCom's `key`, DingTalk's `access_token`
    secret = EncryptedText(blank=True)  # DingTalk's signature (加签)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "way"], name="grouprobot_once")]
