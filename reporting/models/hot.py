"""Hot issues: which tickets speak of the same thing, by which words they were found, and what people changed (K05)."""

from django.db import models

from tickets.models import Organisation, Person, Ticket


class HotIssue(models.Model):
    """Tickets of one thing. What it is called is read off those of its tickets that a reader may see."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="hot_issues")
    begun_at = models.DateTimeField()
    noticed_at = models.DateTimeField(null=True)  # the last notice of a sudden rise
    merged_into = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="+")


class HotText(models.Model):
    """A ticket that was looked at: its group, and why it is there. Alone it has none."""

    ticket = models.OneToOneField(Ticket, primary_key=True, on_delete=models.CASCADE, related_name="hot_text")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    received_at = models.DateTimeField()
    issue = models.ForeignKey(HotIssue, null=True, on_delete=models.SET_NULL, related_name="texts", db_index=False)
    names = models.JSONField(default=list)  # runs of its own characters that it shares with the group
    place = models.CharField(max_length=200, blank=True)  # as it states it, where the group's is the same
    by_hand = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # the list of hot issues: what came in a period
            models.Index(fields=["organisation", "received_at"], name="hottext_by_receipt"),
            # members of a group, the latest first
            models.Index(fields=["issue", "-received_at"], name="hottext_of_issue"),
        ]


class HotWord(models.Model):
    """A pair of characters that tells much about a text: by these a new one finds its like."""

    text = models.ForeignKey(HotText, on_delete=models.CASCADE, related_name="words")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    pair = models.CharField(max_length=8)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            # who said the same within the window
            models.Index(fields=["organisation", "pair", "received_at"], name="hotword_found"),
        ]


class HotCount(models.Model):
    """Of how many things a pair of characters is said. The empty pair counts the things themselves."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    pair = models.CharField(max_length=8, blank=True)
    things = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "pair"], name="hotcount_once")]


class HotChange(models.Model):
    """What a person did to a group by hand."""

    class What(models.TextChoices):
        MERGE = "merge"
        SPLIT = "split"
        INCIDENT = "incident"

    issue = models.ForeignKey(HotIssue, on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=10, choices=What)
    other = models.ForeignKey(HotIssue, null=True, on_delete=models.CASCADE, related_name="+")
    tickets = models.JSONField(default=list)  # their ids
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
