"""Addresses of the REST interface of this app."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import IntConverter

from .alerts import AlertAcknowledge, Alerts


class IdConverter(IntConverter):
    regex = "[0-9]{1,18}"  # what a database's id can be


register_converter(IdConverter, "row_id")

urlpatterns: list[URLPattern] = [
    path("alerts/", Alerts.as_view(), name="api-alerts"),
    path("alerts/<row_id:id>/acknowledge/", AlertAcknowledge.as_view(), name="api-alert-acknowledge"),
]
