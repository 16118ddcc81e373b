"""Addresses of the REST interface of this app."""

from django.urls import URLPattern, path, re_path

from .attachments import Attachments, OneAttachment, TicketAttachments
from .contacts import TicketContacts, TicketProgress
from .customers import CustomerLookup
from .document import Document
from .events import TicketEvents
from .papers import OnePaper, PaperFile, PaperSend, TicketArchive, TicketPapers
from .people import OnePerson, People
from .reference import reference
from .rulebooks import OneRulebook, Rulebooks
from .subscriptions import OneSubscription, Subscriptions
from .tickets import OneTicket, TicketActions, Tickets

PAPER = r"(?P<id>[0-9]{1,18})"
NUMBER = r"(?P<number>[A-Za-z0-9-]{1,20})"

urlpatterns: list[URLPattern] = [
    path("tickets/", Tickets.as_view(), name="api-tickets"),
    re_path(rf"^tickets/{NUMBER}/$", OneTicket.as_view(), name="api-ticket"),
    re_path(rf"^tickets/{NUMBER}/actions/$", TicketActions.as_view(), name="api-ticket-actions"),
    re_path(rf"^tickets/{NUMBER}/events/$", TicketEvents.as_view(), name="api-ticket-events"),
    re_path(rf"^tickets/{NUMBER}/attachments/$", TicketAttachments.as_view(), name="api-ticket-attachments"),
    re_path(rf"^tickets/{NUMBER}/contacts/$", TicketContacts.as_view(), name="api-ticket-contacts"),
    re_path(rf"^tickets/{NUMBER}/progress/$", TicketProgress.as_view(), name="api-ticket-progress"),
    re_path(rf"^tickets/{NUMBER}/papers/$", TicketPapers.as_view(), name="api-ticket-papers"),
    re_path(rf"^tickets/{NUMBER}/papers/{PAPER}/$", OnePaper.as_view(), name="api-paper"),
    re_path(rf"^tickets/{NUMBER}/papers/{PAPER}/send/$", PaperSend.as_view(), name="api-paper-send"),
    re_path(rf"^tickets/{NUMBER}/papers/{PAPER}/file/$", PaperFile.as_view(), name="api-paper-file"),
    re_path(rf"^tickets/{NUMBER}/archive/$", TicketArchive.as_view(), name="api-ticket-archive"),
    path("attachments/", Attachments.as_view(), name="api-attachments"),
    path("attachments/<uuid:id>/", OneAttachment.as_view(), name="api-attachment"),
    path("customers/lookup/", CustomerLookup.as_view(), name="api-customer-lookup"),
    path("people/", People.as_view(), name="api-people"),
    re_path(r"^people/(?P<username>[^/\x00-\x1f]{1,60})/$", OnePerson.as_view(), name="api-person"),
    path("rulebooks/", Rulebooks.as_view(), name="api-rulebooks"),
    path("rulebooks/<slug:id>/", OneRulebook.as_view(), name="api-rulebook"),
    path("subscriptions/", Subscriptions.as_view(), name="api-subscriptions"),
    re_path(r"^subscriptions/(?P<id>[0-9]{1,18})/$", OneSubscription.as_view(), name="api-subscription"),
    path("schema/", Document.as_view(), name="api-schema"),
    path("docs/", reference, name="api-docs"),
]
