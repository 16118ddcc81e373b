"""The outbox: a message commits with the change that caused it, and a sweep delivers it (rules 2 and 4)."""

from django.db import models

from .endpoint import GroupRobot, Subscription
from .fields import EncryptedText
from .person import Person
from .ticket import Ticket
from .unit import Unit


class Message(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"
        SENDING = "sending"  # leased until `lease_until`
        SENT = "sent"
        BY_HAND = "by_hand"  # no channel of ours reaches the receiver: a clerk tells them
        FAILED = "failed"  # dead letter

    WAITING = (State.PENDING, State.SENDING)

    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="messages")
    name = models.CharField(max_length=60)
    way = models.CharField(max_length=20)  # inbox, email, sms, wecom, dingtalk, webhook
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="messages")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="messages")
    roles = models.JSONField(default=list)  # an inbox message to a unit: who of them
    robot = models.ForeignKey(GroupRobot, null=True, on_delete=models.CASCADE, related_name="+")
    subscription = models.ForeignKey(Subscription, null=True, on_delete=models.CASCADE, related_name="messages")
    to_customer = models.BooleanField(default=False)
    address = EncryptedText(blank=True)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    subject_en = models.CharField(max_length=200, blank=True)  # where several people of two languages read one row
    text_en = models.TextField(blank=True)
    files = models.JSONField(default=list)  # what a mail carries: [{name, place in the storage}]
    key = models.CharField(max_length=120, unique=True)  # stable: a receiver that got it twice can tell
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            # the delivery sweep
            models.Index(fields=["next_try_at"], name="message_waiting", condition=models.Q(next_try_at__isnull=False)),
            # a person's inbox, newest first
            models.Index(fields=["person", "-created_at"], name="message_inbox", condition=models.Q(way="inbox")),
            models.Index(fields=["unit", "-created_at"], name="message_unit_inbox", condition=models.Q(way="inbox")),
        ]

    def said_in(self, language: str) -> tuple[str, str]:
        """Subject and text for a reader of that language."""
        english = language.startswith("en") and self.text_en
        return (self.subject_en, self.text_en) if english else (self.subject, self.text)
