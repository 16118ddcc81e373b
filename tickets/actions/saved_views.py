"""The queue as a person wants to find it again, under a name of their own (row U02)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints_site.lib.errors import Invalid
from tickets.models import Person, SavedView

LONGEST, MOST = 40, 30


@transaction.atomic
def view_save(*, person: Person, name: str, query: str, at: datetime) -> SavedView:
    """Keep a query string of the queue; the same name again is the new one. Raises Invalid."""
    name = " ".join(name.split())
    others = SavedView.objects.filter(person=person).exclude(name=name).count()
    if not name:
        raise Invalid({"name": [_("给这个视图起个名字。")]})
    if len(name) > LONGEST:
        raise Invalid({"name": [_("名字最多 %(most)d 个字。") % {"most": LONGEST}]})
    if others >= MOST:
        raise Invalid({"name": [_("最多存 %(most)d 个视图，先删掉不用的。") % {"most": MOST}]})
    return SavedView.objects.update_or_create(person=person, name=name, defaults={"query": query, "saved_at": at})[0]


def view_remove(*, person: Person, id: int) -> None:
    """One of one's own; another's isn't there."""
    SavedView.objects.filter(person=person, pk=id).delete()
