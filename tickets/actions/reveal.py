"""Looking at personal data: only with a purpose, and never without a trace (row S05)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ..core.given import text_problem
from ..core.sentences import Invalid, invalid
from ..models import AccessLog, Person, Ticket

CUSTOMER = "customer"
LONGEST_PURPOSE = 200


@transaction.atomic
def customer_reveal(*, ticket: Ticket, purpose: str, actor: Person, at: datetime) -> AccessLog:
    """Write down who looks at a customer's data and why. Raises Invalid without a purpose."""
    if not purpose.strip():
        raise invalid("purpose", "选择或写明用途", "Choose or write the purpose")
    problem = text_problem(purpose, LONGEST_PURPOSE)
    if problem:
        raise Invalid({"purpose": [problem]})
    return AccessLog.objects.create(person=actor, ticket=ticket, what=CUSTOMER, purpose=purpose.strip(), at=at)
