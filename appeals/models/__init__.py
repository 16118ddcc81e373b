"""Tables of the appeals, one noun per file."""

from .case import RegulatorCase
from .contact import NamedContact
from .filing import Filing
from .finding import Dispute, Finding

__all__ = ["Dispute", "Filing", "Finding", "NamedContact", "RegulatorCase"]
