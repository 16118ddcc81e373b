"""Addresses of the pages of this app."""

from django.urls import path

from appeals.views import contacts, desk, records

urlpatterns = [
    path("appeals/", desk.desk, name="appeals"),
    path("appeals/findings/", records.findings, name="appeal-findings"),
    path("appeals/filings/", records.filings, name="appeal-filings"),
    path("appeals/contacts/", contacts.contacts, name="appeal-contacts"),
    path("appeals/contacts/import/", contacts.contacts_file, name="appeal-contacts-import"),
]
