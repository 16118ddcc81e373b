"""Addresses of the REST interface of this app."""

from django.urls import URLPattern, path, re_path

from .appeals import Cases, Filings, FindingCounts, Findings, OneCase
from .contacts import Contacts

NUMBER = r"(?P<number>[A-Za-z0-9-]{1,20})"

urlpatterns: list[URLPattern] = [
    path("appeals/cases/", Cases.as_view(), name="api-appeal-cases"),
    re_path(rf"^appeals/cases/{NUMBER}/$", OneCase.as_view(), name="api-appeal-case"),
    path("appeals/findings/", Findings.as_view(), name="api-appeal-findings"),
    path("appeals/findings/counts/", FindingCounts.as_view(), name="api-appeal-finding-counts"),
    path("appeals/filings/", Filings.as_view(), name="api-appeal-filings"),
    path("appeals/contacts/", Contacts.as_view(), name="api-appeal-contacts"),
]
